// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkconf

// Properties of submission and of the application as a whole.
const (
	Master              = "spark.master"
	Remote              = "spark.remote"
	DeployMode          = "spark.submit.deployMode"
	AppName             = "spark.app.name"
	AppID               = "spark.app.id"
	AppSubmitTime       = "spark.app.submitTime"
	Jars                = "spark.jars"
	JarsPackages        = "spark.jars.packages"
	JarsExcludes        = "spark.jars.excludes"
	JarsRepositories    = "spark.jars.repositories"
	JarsIvySettings     = "spark.jars.ivySettings"
	Files               = "spark.files"
	Archives            = "spark.archives"
	PyFiles             = "spark.submit.pyFiles"
	LocalDir            = "spark.local.dir"
	RedactionRegex      = "spark.redaction.regex"
	PySparkPython       = "spark.pyspark.python"
	PySparkDriverPython = "spark.pyspark.driver.python"
	OffHeapEnabled      = "spark.memory.offHeap.enabled"
	OffHeapEnabledOld   = "spark.unsafe.offHeap"
	OffHeapSize         = "spark.memory.offHeap.size"
	UIEnabled           = "spark.ui.enabled"
	UIPort              = "spark.ui.port"
	BlockManagerPort    = "spark.blockManager.port"
	HadoopPrefix        = "spark.hadoop."
	MetricsNamespace    = "spark.metrics.namespace"
	MetricsConf         = "spark.metrics.conf"
	UIProxyBase         = "spark.ui.proxyBase"
	UIProxyRedirectURI  = "spark.ui.proxyRedirectUri"
	KerberosPrincipal   = "spark.kerberos.principal"
	KerberosPrincipalV2 = "spark.yarn.principal"
	KerberosKeytab      = "spark.kerberos.keytab"
	KerberosKeytabV2    = "spark.yarn.keytab"
	KerberosAccess      = "spark.kerberos.access.hadoopFileSystems"
	KerberosAccessV2    = "spark.yarn.access.hadoopFileSystems"
	KerberosAccessV1    = "spark.yarn.access.namenodes"
)

// Properties of the driver.
const (
	DriverCores                = "spark.driver.cores"
	DriverMemory               = "spark.driver.memory"
	DriverMemoryOverhead       = "spark.driver.memoryOverhead"
	DriverMemoryOverheadOld    = "spark.yarn.driver.memoryOverhead"
	DriverMemoryOverheadFactor = "spark.driver.memoryOverheadFactor"
	DriverMinMemoryOverhead    = "spark.driver.minMemoryOverhead"
	DriverExtraJavaOptions     = "spark.driver.extraJavaOptions"
	DriverHost                 = "spark.driver.host"
	DriverBindAddress          = "spark.driver.bindAddress"
	DriverPort                 = "spark.driver.port"
	DriverBlockManagerPort     = "spark.driver.blockManager.port"
	DriverResourcePrefix       = "spark.driver"
)

// Properties of the executors.
const (
	ExecutorCores                = "spark.executor.cores"
	ExecutorMemory               = "spark.executor.memory"
	ExecutorMemoryOverhead       = "spark.executor.memoryOverhead"
	ExecutorMemoryOverheadOld    = "spark.yarn.executor.memoryOverhead"
	ExecutorMemoryOverheadFactor = "spark.executor.memoryOverheadFactor"
	ExecutorMinMemoryOverhead    = "spark.executor.minMemoryOverhead"
	ExecutorPySparkMemory        = "spark.executor.pyspark.memory"
	ExecutorInstances            = "spark.executor.instances"
	ExecutorExtraJavaOptions     = "spark.executor.extraJavaOptions"
	ExecutorExtraClassPath       = "spark.executor.extraClassPath"
	ExecutorExtraLibraryPath     = "spark.executor.extraLibraryPath"
	ExecutorDefaultClassPath     = "spark.executor.defaultExtraClassPath"
	DriverDefaultClassPath       = "spark.driver.defaultExtraClassPath"
	ExecutorEnvPrefix            = "spark.executorEnv."
	ExecutorResourcePrefix       = "spark.executor"

	DynamicAllocationEnabled          = "spark.dynamicAllocation.enabled"
	DynamicAllocationInitial          = "spark.dynamicAllocation.initialExecutors"
	DynamicAllocationMin              = "spark.dynamicAllocation.minExecutors"
	DynamicAllocationMax              = "spark.dynamicAllocation.maxExecutors"
	DynamicAllocationShuffleTracking  = "spark.dynamicAllocation.shuffleTracking.enabled"
	DynamicAllocationTrackingTimeout  = "spark.dynamicAllocation.shuffleTracking.timeout"
	DecommissionEnabled               = "spark.decommission.enabled"
	DecommissionScript                = "spark.kubernetes.decommission.script"
	DefaultExecutorInstances          = int64(2)
	DefaultMemoryMiB                  = int64(1024)
	DefaultMinMemoryOverheadMiB       = int64(384)
	DefaultMemoryOverheadFactor       = 0.1
	DefaultMemoryOverheadFactorNonJVM = 0.4
)
