// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package v1beta2

import (
	corev1 "k8s.io/api/core/v1"
)

// SparkPodSpec is what driver and executor pods have in common.
type SparkPodSpec struct {
	// template is a pod to start from. The Spark container must be called spark-kubernetes-driver or
	// spark-kubernetes-executor. Other fields of this spec win over it. Spark 3.0 and later.
	// +optional
	// +kubebuilder:validation:Schemaless
	// +kubebuilder:validation:Type:=object
	// +kubebuilder:pruning:PreserveUnknownFields
	Template *corev1.PodTemplateSpec `json:"template,omitempty"`
	// cores is the number of CPU cores Spark uses. 1 unless set here or in sparkConf.
	// +optional
	// +kubebuilder:validation:Minimum=1
	Cores *int32 `json:"cores,omitempty"`
	// coreLimit is the CPU limit of the Spark container, for example "1200m".
	// +optional
	CoreLimit *string `json:"coreLimit,omitempty"`
	// memory is the heap of the JVM in Spark's units, for example "512m" or "2g". 1g unless set here or in sparkConf.
	// +optional
	Memory *string `json:"memory,omitempty"`
	// memoryLimit is the memory limit of the Spark container in Spark's units, in place of heap plus overhead.
	// +optional
	MemoryLimit *string `json:"memoryLimit,omitempty"`
	// memoryOverhead is the memory outside of the heap, in MiB unless a unit is given.
	// +optional
	MemoryOverhead *string `json:"memoryOverhead,omitempty"`
	// gpu asks for GPUs in the Spark container.
	// +optional
	GPU *GPUSpec `json:"gpu,omitempty"`
	// image is the container image, in place of the application's.
	// +optional
	Image *string `json:"image,omitempty"`
	// configMaps are mounted into the Spark container.
	// +kubebuilder:validation:MaxItems=1000
	// +optional
	ConfigMaps []NamePath `json:"configMaps,omitempty"`
	// secrets are mounted into the Spark container.
	// +kubebuilder:validation:MaxItems=1000
	// +optional
	Secrets []SecretInfo `json:"secrets,omitempty"`
	// env are environment variables of the Spark container.
	// +kubebuilder:validation:MaxItems=10000
	// +optional
	Env []corev1.EnvVar `json:"env,omitempty"`
	// envVars are environment variables of the Spark container. Deprecated: use env.
	// +optional
	EnvVars map[string]string `json:"envVars,omitempty"`
	// envFrom are ConfigMaps and Secrets whose keys become environment variables of the Spark container.
	// +kubebuilder:validation:MaxItems=1000
	// +optional
	EnvFrom []corev1.EnvFromSource `json:"envFrom,omitempty"`
	// envSecretKeyRefs are environment variables taken from keys of Secrets. Deprecated: use env.
	// +optional
	EnvSecretKeyRefs map[string]NameKey `json:"envSecretKeyRefs,omitempty"`
	// labels are added to the pod.
	// +optional
	Labels map[string]string `json:"labels,omitempty"`
	// annotations are added to the pod.
	// +optional
	Annotations map[string]string `json:"annotations,omitempty"`
	// volumeMounts mount the application's volumes into the Spark container.
	// +kubebuilder:validation:MaxItems=1000
	// +optional
	VolumeMounts []corev1.VolumeMount `json:"volumeMounts,omitempty"`
	// affinity is the scheduling affinity of the pod.
	// +optional
	Affinity *corev1.Affinity `json:"affinity,omitempty"`
	// tolerations are added to the pod.
	// +kubebuilder:validation:MaxItems=1000
	// +optional
	Tolerations []corev1.Toleration `json:"tolerations,omitempty"`
	// podSecurityContext is the security context of the pod.
	// +optional
	PodSecurityContext *corev1.PodSecurityContext `json:"podSecurityContext,omitempty"`
	// securityContext is the security context of the Spark container.
	// +optional
	SecurityContext *corev1.SecurityContext `json:"securityContext,omitempty"`
	// schedulerName is the scheduler of the pod, unless the application names a batch scheduler.
	// +optional
	SchedulerName *string `json:"schedulerName,omitempty"`
	// sidecars are containers that run beside the Spark container.
	// +kubebuilder:validation:MaxItems=100
	// +optional
	Sidecars []corev1.Container `json:"sidecars,omitempty"`
	// initContainers run to completion before the Spark container starts.
	// +kubebuilder:validation:MaxItems=100
	// +optional
	InitContainers []corev1.Container `json:"initContainers,omitempty"`
	// hostNetwork puts the pod into the network of its node when true.
	// +optional
	HostNetwork *bool `json:"hostNetwork,omitempty"`
	// nodeSelector restricts the pod to nodes with these labels. Not together with the application's nodeSelector.
	// +optional
	NodeSelector map[string]string `json:"nodeSelector,omitempty"`
	// dnsConfig is the DNS configuration of the pod.
	// +optional
	DNSConfig *corev1.PodDNSConfig `json:"dnsConfig,omitempty"`
	// terminationGracePeriodSeconds is how long the pod may take to stop.
	// +optional
	TerminationGracePeriodSeconds *int64 `json:"terminationGracePeriodSeconds,omitempty"`
	// serviceAccount is the name of the ServiceAccount of the pod.
	// +optional
	ServiceAccount *string `json:"serviceAccount,omitempty"`
	// hostAliases are added to the hosts file of the pod.
	// +kubebuilder:validation:MaxItems=1000
	// +optional
	HostAliases []corev1.HostAlias `json:"hostAliases,omitempty"`
	// shareProcessNamespace lets the pod's containers see each other's processes when true.
	// +optional
	ShareProcessNamespace *bool `json:"shareProcessNamespace,omitempty"`
}

// DriverSpec describes the driver pod.
type DriverSpec struct {
	SparkPodSpec `json:",inline"`

	// podName is the name of the driver pod, in place of the application's name with "-driver".
	// +optional
	// +kubebuilder:validation:MaxLength=253
	// +kubebuilder:validation:Pattern=`^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$`
	PodName *string `json:"podName,omitempty"`
	// coreRequest is the CPU request of the Spark container, in place of cores, for example "500m".
	// +optional
	CoreRequest *string `json:"coreRequest,omitempty"`
	// javaOptions are further options of the JVM, separated by blanks.
	// +optional
	JavaOptions *string `json:"javaOptions,omitempty"`
	// lifecycle are commands to run when the Spark container starts or stops.
	// +optional
	Lifecycle *corev1.Lifecycle `json:"lifecycle,omitempty"`
	// kubernetesMaster is the URL of the API server as the driver sees it.
	// +optional
	KubernetesMaster *string `json:"kubernetesMaster,omitempty"`
	// serviceAnnotations are added to the headless Service by which executors find the driver.
	// +optional
	ServiceAnnotations map[string]string `json:"serviceAnnotations,omitempty"`
	// serviceLabels are added to the headless Service by which executors find the driver.
	// +optional
	ServiceLabels map[string]string `json:"serviceLabels,omitempty"`
	// ports are further ports of the Spark container.
	// +kubebuilder:validation:MaxItems=1000
	// +optional
	Ports []Port `json:"ports,omitempty"`
	// priorityClassName is the priority class of the pod.
	// +optional
	PriorityClassName *string `json:"priorityClassName,omitempty"`
}

// ExecutorSpec describes the executor pods.
type ExecutorSpec struct {
	SparkPodSpec `json:",inline"`

	// instances is the number of executors. 1 unless set here, in sparkConf or left to dynamic allocation.
	// +optional
	// +kubebuilder:validation:Minimum=1
	Instances *int32 `json:"instances,omitempty"`
	// coreRequest is the CPU request of the Spark container, in place of cores, for example "500m".
	// +optional
	CoreRequest *string `json:"coreRequest,omitempty"`
	// javaOptions are further options of the JVM, separated by blanks.
	// +optional
	JavaOptions *string `json:"javaOptions,omitempty"`
	// lifecycle are commands to run when the Spark container starts or stops.
	// +optional
	Lifecycle *corev1.Lifecycle `json:"lifecycle,omitempty"`
	// deleteOnTermination removes executor pods when they end; Spark does so unless it is set to false.
	// +optional
	DeleteOnTermination *bool `json:"deleteOnTermination,omitempty"`
	// ports are further ports of the Spark container.
	// +kubebuilder:validation:MaxItems=1000
	// +optional
	Ports []Port `json:"ports,omitempty"`
	// priorityClassName is the priority class of the pods.
	// +optional
	PriorityClassName *string `json:"priorityClassName,omitempty"`
}

// NamePath mounts the object of a name at a path.
type NamePath struct {
	// name of the object, in the application's namespace.
	Name string `json:"name"`
	// path in the container.
	Path string `json:"path"`
}

// SecretType says what a secret holds, and so which environment variable points to it.
type SecretType string

// The secret types with a meaning; any other is treated as SecretTypeGeneric.
const (
	// SecretTypeGCPServiceAccount holds key.json of a Google service account; GOOGLE_APPLICATION_CREDENTIALS points to
	// it.
	SecretTypeGCPServiceAccount SecretType = "GCPServiceAccount"
	// SecretTypeHadoopDelegationToken holds hadoop.token; HADOOP_TOKEN_FILE_LOCATION points to it.
	SecretTypeHadoopDelegationToken SecretType = "HadoopDelegationToken"
	// SecretTypeGeneric is only mounted.
	SecretTypeGeneric SecretType = "Generic"
)

// SecretInfo mounts a Secret at a path.
type SecretInfo struct {
	// name of the Secret, in the application's namespace.
	Name string `json:"name"`
	// path in the container.
	Path string `json:"path"`
	// secretType is GCPServiceAccount, HadoopDelegationToken or Generic.
	Type SecretType `json:"secretType"`
}

// NameKey is a key of a Secret.
type NameKey struct {
	// name of the Secret, in the application's namespace.
	Name string `json:"name"`
	// key in the Secret.
	Key string `json:"key"`
}

// Port is a port of a container.
type Port struct {
	// name of the port.
	Name string `json:"name"`
	// protocol is TCP, UDP or SCTP.
	Protocol string `json:"protocol"`
	// containerPort is the number of the port.
	ContainerPort int32 `json:"containerPort"`
}

// GPUSpec asks for GPUs.
type GPUSpec struct {
	// name of the resource, for example nvidia.com/gpu.
	Name string `json:"name"`
	// quantity is the number of GPUs.
	Quantity int64 `json:"quantity"`
}
