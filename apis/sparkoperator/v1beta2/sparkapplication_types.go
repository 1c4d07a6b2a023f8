// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package v1beta2

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// The rule on the name is checked on creation only: a name cannot change, and an object stored before the rule must
// still be able to have its status written.

// SparkApplication is one Spark job: what to run, with which resources, and what to do when it fails. Its name becomes
// part of the names of pods, Services and ConfigMaps, and the value of a label.
//
// +kubebuilder:object:root=true
// +kubebuilder:metadata:annotations="api-approved.kubernetes.io=https://github.com/kubeflow/spark-operator/pull/1298"
// +kubebuilder:resource:scope=Namespaced,shortName=sparkapp,singular=sparkapplication
// +kubebuilder:subresource:status
// +kubebuilder:printcolumn:JSONPath=.spec.suspend,name=Suspend,type=boolean
// +kubebuilder:printcolumn:JSONPath=.status.applicationState.state,name=Status,type=string
// +kubebuilder:printcolumn:JSONPath=.status.executionAttempts,name=Attempts,type=string
// +kubebuilder:printcolumn:JSONPath=.status.lastSubmissionAttemptTime,name=Start,type=string
// +kubebuilder:printcolumn:JSONPath=.status.terminationTime,name=Finish,type=string
// +kubebuilder:printcolumn:JSONPath=.metadata.creationTimestamp,name=Age,type=date
// +kubebuilder:printcolumn:JSONPath=`.status.conditions[?(@.type=="Succeeded")].reason`,name=Reason,type=string,description="What is the matter or waited for"
// +kubebuilder:printcolumn:JSONPath=.status.driverInfo.podName,name=Driver,type=string,priority=1
// +kubebuilder:printcolumn:JSONPath=.status.executors.running,name=Executors,type=integer,priority=1,description="Executors that run"
// +kubebuilder:printcolumn:JSONPath=`.status.conditions[?(@.type=="Succeeded")].message`,name=Message,type=string,priority=1
// +kubebuilder:validation:XValidation:rule="oldSelf.hasValue() || self.metadata.name.matches('^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$')",message="metadata.name must be at most 63 lower-case letters, digits and '-', start with a letter and end with a letter or digit",optionalOldSelf=true
type SparkApplication struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`

	// spec says what to run.
	Spec SparkApplicationSpec `json:"spec"`
	// status says how it is going. Only the operator writes it.
	// +optional
	Status SparkApplicationStatus `json:"status,omitempty"`
}

// SparkApplicationList is a list of SparkApplications.
//
// +kubebuilder:object:root=true
type SparkApplicationList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`

	// items are the SparkApplications of this page of the list.
	Items []SparkApplication `json:"items"`
}

// The rule looks at the old value itself, because the API server's own tolerance of what did not change ends where
// there is a pod template: it cannot compare fields it has no schema of, and would refuse even a status write.

// SparkApplicationSpec says what a Spark application runs and how.
//
// +kubebuilder:validation:XValidation:rule="!(has(self.nodeSelector) && size(self.nodeSelector) > 0 && ((has(self.driver.nodeSelector) && size(self.driver.nodeSelector) > 0) || (has(self.executor.nodeSelector) && size(self.executor.nodeSelector) > 0))) || (oldSelf.?nodeSelector.hasValue() && (oldSelf.?driver.?nodeSelector.hasValue() || oldSelf.?executor.?nodeSelector.hasValue()))",message="nodeSelector cannot be combined with driver.nodeSelector or executor.nodeSelector; set it in one place",fieldPath=.nodeSelector,optionalOldSelf=true
type SparkApplicationSpec struct {
	// suspend stops the application and removes its pods while true; setting it back to false submits the application
	// anew. It has no effect on an application that has ended.
	// +optional
	Suspend *bool `json:"suspend,omitempty"`
	// type is the language of the application: Java, Scala, Python or R.
	// +kubebuilder:validation:Enum=Java;Python;Scala;R
	Type SparkApplicationType `json:"type"`
	// sparkVersion is the version of Spark in the image, for example 4.0.1.
	SparkVersion string `json:"sparkVersion"`
	// mode is where the driver runs. Only cluster, a pod of its own, is supported.
	// +optional
	// +kubebuilder:default=cluster
	// +kubebuilder:validation:Enum=cluster;client
	// +kubebuilder:validation:XValidation:rule="self != 'client'",message="mode client would run the driver inside the operator and is refused; remove the field or set it to cluster"
	Mode DeployMode `json:"mode,omitempty"`
	// proxyUser is the user to impersonate when talking to Hadoop.
	// +optional
	ProxyUser *string `json:"proxyUser,omitempty"`
	// image is the container image of driver and executors, unless they name their own.
	// +optional
	Image *string `json:"image,omitempty"`
	// imagePullPolicy is the pull policy of the Spark containers: Always, IfNotPresent or Never.
	// +optional
	ImagePullPolicy *string `json:"imagePullPolicy,omitempty"`
	// imagePullSecrets are names of Secrets with registry credentials in the application's namespace.
	// +kubebuilder:validation:MaxItems=1000
	// +optional
	ImagePullSecrets []string `json:"imagePullSecrets,omitempty"`
	// mainClass is the class to start. Java and Scala only.
	// +optional
	MainClass *string `json:"mainClass,omitempty"`
	// mainApplicationFile is the jar, Python or R file to run, as a path in the image (local:///...) or a URL Spark can
	// read.
	MainApplicationFile *string `json:"mainApplicationFile"`
	// arguments are passed to the application.
	// +kubebuilder:validation:MaxItems=20000
	// +optional
	Arguments []string `json:"arguments,omitempty"`
	// sparkConf are Spark properties. The typed fields of this spec win over them.
	// +kubebuilder:validation:MaxProperties=10000
	// +optional
	SparkConf map[string]string `json:"sparkConf,omitempty"`
	// hadoopConf are Hadoop properties; each is given to Spark with the prefix "spark.hadoop.".
	// +kubebuilder:validation:MaxProperties=10000
	// +optional
	HadoopConf map[string]string `json:"hadoopConf,omitempty"`
	// sparkConfigMap is the name of a ConfigMap with Spark's configuration files, such as log4j2.properties. It is
	// mounted at /etc/spark/conf and SPARK_CONF_DIR points there.
	// +optional
	SparkConfigMap *string `json:"sparkConfigMap,omitempty"`
	// hadoopConfigMap is the name of a ConfigMap with Hadoop's configuration files, such as core-site.xml. It is
	// mounted at /etc/hadoop/conf and HADOOP_CONF_DIR points there.
	// +optional
	HadoopConfigMap *string `json:"hadoopConfigMap,omitempty"`
	// volumes can be mounted by driver and executors through their volumeMounts. One whose name starts with
	// "spark-local-dir-" becomes Spark's scratch space.
	// +kubebuilder:validation:MaxItems=1000
	// +optional
	Volumes []corev1.Volume `json:"volumes,omitempty"`
	// driver describes the driver pod.
	Driver DriverSpec `json:"driver"`
	// executor describes the executor pods.
	Executor ExecutorSpec `json:"executor"`
	// deps are files and packages the application needs beside its main file.
	// +optional
	Deps Dependencies `json:"deps,omitempty"`
	// restartPolicy says whether and how often the application is run again.
	// +optional
	RestartPolicy RestartPolicy `json:"restartPolicy,omitempty"`
	// activeDeadlineSeconds is how long one run may take, from its submission to its end. Zero means no limit, unset
	// the operator's own.
	// +optional
	// +kubebuilder:validation:Minimum=0
	ActiveDeadlineSeconds *int64 `json:"activeDeadlineSeconds,omitempty"`
	// timeouts limit how long a run may wait.
	// +optional
	Timeouts *Timeouts `json:"timeouts,omitempty"`
	// updatePolicy says when a changed spec of a running application goes into effect: Restart, the default, stops the
	// run and starts another; NextAttempt leaves it alone. An application that has ended is run again with either.
	// +optional
	// +kubebuilder:validation:Enum=Restart;NextAttempt
	UpdatePolicy UpdatePolicy `json:"updatePolicy,omitempty"`
	// nodeSelector restricts driver and executors to nodes with these labels. Not together with the driver's or
	// executor's own.
	// +optional
	NodeSelector map[string]string `json:"nodeSelector,omitempty"`
	// failureRetries has no effect; use restartPolicy.
	// +optional
	FailureRetries *int32 `json:"failureRetries,omitempty"`
	// retryInterval has no effect; use restartPolicy.
	// +optional
	RetryInterval *int64 `json:"retryInterval,omitempty"`
	// pythonVersion is the major version of Python in the image. Spark 3.1 and later ignore it.
	// +optional
	// +kubebuilder:validation:Enum={"2","3"}
	PythonVersion *string `json:"pythonVersion,omitempty"`
	// memoryOverheadFactor is the part of the heap to add for memory outside of it, for example "0.1". A role's
	// memoryOverhead wins over it.
	// +optional
	MemoryOverheadFactor *string `json:"memoryOverheadFactor,omitempty"`
	// monitoring exposes metrics of driver and executors.
	// +optional
	Monitoring *MonitoringSpec `json:"monitoring,omitempty"`
	// batchScheduler is the name of the batch scheduler that places driver and executors as a gang, one of those that
	// the operator enables.
	// +optional
	BatchScheduler *string `json:"batchScheduler,omitempty"`
	// timeToLiveSeconds is how long the application is kept after it ended; zero deletes it at once, unset keeps it.
	// +optional
	TimeToLiveSeconds *int64 `json:"timeToLiveSeconds,omitempty"`
	// batchSchedulerOptions tune the batch scheduler.
	// +optional
	BatchSchedulerOptions *BatchSchedulerConfiguration `json:"batchSchedulerOptions,omitempty"`
	// sparkUIOptions shape the Service and Ingress of Spark's web UI.
	// +optional
	SparkUIOptions *SparkUIConfiguration `json:"sparkUIOptions,omitempty"`
	// driverIngressOptions expose further ports of the driver by a Service and an Ingress each.
	// +kubebuilder:validation:MaxItems=100
	// +optional
	DriverIngressOptions []DriverIngressConfiguration `json:"driverIngressOptions,omitempty"`
	// dynamicAllocation lets Spark add and remove executors while the application runs.
	// +optional
	DynamicAllocation *DynamicAllocation `json:"dynamicAllocation,omitempty"`
	// driverPodDisruptionBudget protects the driver pod from voluntary eviction, where the operator allows it.
	// +optional
	DriverPodDisruptionBudget *bool `json:"driverPodDisruptionBudget,omitempty"`
}

// SparkApplicationType is the language of a Spark application.
type SparkApplicationType string

// The languages of Spark applications.
const (
	SparkApplicationTypeJava   SparkApplicationType = "Java"
	SparkApplicationTypeScala  SparkApplicationType = "Scala"
	SparkApplicationTypePython SparkApplicationType = "Python"
	SparkApplicationTypeR      SparkApplicationType = "R"
)

// DeployMode is where the driver runs.
type DeployMode string

// The deploy modes of Spark. Only DeployModeCluster is accepted.
const (
	DeployModeCluster         DeployMode = "cluster"
	DeployModeClient          DeployMode = "client"
	DeployModeInClusterClient DeployMode = "in-cluster-client"
)

// Dependencies are files and packages an application needs beside its main file.
type Dependencies struct {
	// jars are put on the class path of driver and executors.
	// +optional
	Jars []string `json:"jars,omitempty"`
	// files are put into the working directory of each executor.
	// +optional
	Files []string `json:"files,omitempty"`
	// pyFiles are put on PYTHONPATH.
	// +optional
	PyFiles []string `json:"pyFiles,omitempty"`
	// packages are Maven coordinates (group:artifact:version) of jars to put on the class path.
	// +optional
	Packages []string `json:"packages,omitempty"`
	// excludePackages are Maven coordinates (group:artifact) not to follow when resolving packages.
	// +optional
	ExcludePackages []string `json:"excludePackages,omitempty"`
	// repositories are further Maven repositories to look for packages in.
	// +optional
	Repositories []string `json:"repositories,omitempty"`
	// archives are unpacked into the working directory of each executor.
	// +optional
	Archives []string `json:"archives,omitempty"`
}

// DynamicAllocation lets Spark add and remove executors while the application runs.
//
// +kubebuilder:validation:XValidation:rule="!has(self.enabled) || !self.enabled || !has(self.minExecutors) || !has(self.maxExecutors) || self.minExecutors <= self.maxExecutors",message="minExecutors must not be greater than maxExecutors",fieldPath=.minExecutors
type DynamicAllocation struct {
	// enabled turns dynamic allocation on.
	// +optional
	Enabled bool `json:"enabled,omitempty"`
	// initialExecutors is the number of executors to start with, if it is greater than executor.instances.
	// +optional
	InitialExecutors *int32 `json:"initialExecutors,omitempty"`
	// minExecutors is the least number of executors.
	// +optional
	MinExecutors *int32 `json:"minExecutors,omitempty"`
	// maxExecutors is the greatest number of executors.
	// +optional
	MaxExecutors *int32 `json:"maxExecutors,omitempty"`
	// shuffleTrackingEnabled keeps executors that hold shuffle data; true unless set to false.
	// +optional
	ShuffleTrackingEnabled *bool `json:"shuffleTrackingEnabled,omitempty"`
	// shuffleTrackingTimeout is how long, in milliseconds, an executor is kept for the shuffle data it holds.
	// +optional
	ShuffleTrackingTimeout *int64 `json:"shuffleTrackingTimeout,omitempty"`
}
