// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkconf

// Properties of Spark on Kubernetes that concern the application as a whole.
const (
	Namespace              = "spark.kubernetes.namespace"
	Context                = "spark.kubernetes.context"
	ContainerImage         = "spark.kubernetes.container.image"
	ImagePullPolicy        = "spark.kubernetes.container.image.pullPolicy"
	ImagePullSecrets       = "spark.kubernetes.container.image.pullSecrets"
	NodeSelectorPrefix     = "spark.kubernetes.node.selector."
	SchedulerName          = "spark.kubernetes.scheduler.name"
	MemoryOverheadFactor   = "spark.kubernetes.memoryOverheadFactor"
	PythonVersion          = "spark.kubernetes.pyspark.pythonVersion"
	WaitAppCompletion      = "spark.kubernetes.submission.waitAppCompletion"
	SubmitInDriver         = "spark.kubernetes.submitInDriver"
	ResourceType           = "spark.kubernetes.resource.type"
	FileUploadPath         = "spark.kubernetes.file.upload.path"
	LocalDirsTmpfs         = "spark.kubernetes.local.dirs.tmpfs"
	LegacyPVCAccessMode    = "spark.kubernetes.legacy.useReadWriteOnceAccessMode"
	HadoopConfigMap        = "spark.kubernetes.hadoop.configMapName"
	HadoopConfigMapPassed  = "spark.kubernetes.executor.hadoopConfigMapName"
	Krb5Path               = "spark.kubernetes.kerberos.krb5.path"
	Krb5ConfigMap          = "spark.kubernetes.kerberos.krb5.configMapName"
	KerberosTokenSecret    = "spark.kubernetes.kerberos.tokenSecret.name"
	KerberosTokenSecretKey = "spark.kubernetes.kerberos.tokenSecret.itemKey"
	AuthenticatePrefix     = "spark.kubernetes.authenticate."
	OAuthTokenSuffix       = "oauthToken"
	TrustCertificates      = "spark.kubernetes.trust.certificates"
)

// VolcanoPodGroupTemplateFile names a file that Volcano's feature step reads.
const VolcanoPodGroupTemplateFile = "spark.kubernetes.scheduler.volcano.podGroupTemplateFile"

// Properties of newer releases of Spark.
const (
	Escalation            = "spark.kubernetes.securityContext.allowPrivilegeEscalation"
	DriverEscalation      = "spark.kubernetes.driver.securityContext.allowPrivilegeEscalation"
	ExecutorEscalation    = "spark.kubernetes.executor.securityContext.allowPrivilegeEscalation"
	ExecutorGracePeriod   = "spark.kubernetes.executor.terminationGracePeriodSeconds"
	DriverServiceNotReady = "spark.kubernetes.driver.service.publishNotReadyAddresses"
	ConnectPort           = "spark.connect.grpc.binding.port"
)

// Properties of the driver pod.
const (
	DriverMaster               = "spark.kubernetes.driver.master"
	DriverPodName              = "spark.kubernetes.driver.pod.name"
	DriverContainerImage       = "spark.kubernetes.driver.container.image"
	DriverRequestCores         = "spark.kubernetes.driver.request.cores"
	DriverLimitCores           = "spark.kubernetes.driver.limit.cores"
	DriverSchedulerName        = "spark.kubernetes.driver.scheduler.name"
	DriverServiceAccount       = "spark.kubernetes.authenticate.driver.serviceAccountName"
	DriverMountedAuthPrefix    = "spark.kubernetes.authenticate.driver.mounted."
	DriverPodTemplateFile      = "spark.kubernetes.driver.podTemplateFile"
	DriverPodTemplateContainer = "spark.kubernetes.driver.podTemplateContainerName"
	DriverFeatureSteps         = "spark.kubernetes.driver.pod.featureSteps"
	DriverExcludedSteps        = "spark.kubernetes.driver.pod.excludedFeatureSteps"
	DriverLabelPrefix          = "spark.kubernetes.driver.label."
	DriverAnnotationPrefix     = "spark.kubernetes.driver.annotation."
	DriverServiceLabelPrefix   = "spark.kubernetes.driver.service.label."
	DriverServiceAnnotPrefix   = "spark.kubernetes.driver.service.annotation."
	DriverServiceIPPolicy      = "spark.kubernetes.driver.service.ipFamilyPolicy"
	DriverServiceIPFamilies    = "spark.kubernetes.driver.service.ipFamilies"
	DriverSecretsPrefix        = "spark.kubernetes.driver.secrets."
	DriverSecretKeyRefPrefix   = "spark.kubernetes.driver.secretKeyRef."
	DriverVolumesPrefix        = "spark.kubernetes.driver.volumes."
	DriverNodeSelectorPrefix   = "spark.kubernetes.driver.node.selector."
	DriverEnvPrefix            = "spark.kubernetes.driverEnv."
)

// Properties of the executor pods.
const (
	ExecutorContainerImage       = "spark.kubernetes.executor.container.image"
	ExecutorRequestCores         = "spark.kubernetes.executor.request.cores"
	ExecutorLimitCores           = "spark.kubernetes.executor.limit.cores"
	ExecutorSchedulerName        = "spark.kubernetes.executor.scheduler.name"
	ExecutorServiceAccount       = "spark.kubernetes.authenticate.executor.serviceAccountName"
	ExecutorPodTemplateFile      = "spark.kubernetes.executor.podTemplateFile"
	ExecutorPodTemplateContainer = "spark.kubernetes.executor.podTemplateContainerName"
	ExecutorExcludedSteps        = "spark.kubernetes.executor.pod.excludedFeatureSteps"
	ExecutorPodNamePrefix        = "spark.kubernetes.executor.podNamePrefix"
	ExecutorDeleteOnTermination  = "spark.kubernetes.executor.deleteOnTermination"
	AllocationPodsAllocator      = "spark.kubernetes.allocation.pods.allocator"
	ExecutorDisableConfigMap     = "spark.kubernetes.executor.disableConfigMap"
	ExecutorLabelPrefix          = "spark.kubernetes.executor.label."
	ExecutorAnnotationPrefix     = "spark.kubernetes.executor.annotation."
	ExecutorSecretsPrefix        = "spark.kubernetes.executor.secrets."
	ExecutorSecretKeyRefPrefix   = "spark.kubernetes.executor.secretKeyRef."
	ExecutorVolumesPrefix        = "spark.kubernetes.executor.volumes."
	ExecutorNodeSelectorPrefix   = "spark.kubernetes.executor.node.selector."
)
