// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
)

// SparkConnect is a Spark Connect server with its executors.
//
// The name is at most 56 characters, because the objects made for it have the name with a suffix.
//
// +kubebuilder:object:root=true
// +kubebuilder:metadata:annotations="api-approved.kubernetes.io=https://github.com/kubeflow/spark-operator/pull/1298"
// +kubebuilder:resource:scope=Namespaced,shortName=sparkconn,singular=sparkconnect
// +kubebuilder:subresource:status
// +kubebuilder:printcolumn:JSONPath=.metadata.creationTimestamp,name=Age,type=date
// +kubebuilder:printcolumn:JSONPath=.status.state,name=Status,type=string
// +kubebuilder:printcolumn:JSONPath=.status.server.podName,name=PodName,type=string
// +kubebuilder:validation:XValidation:rule="oldSelf.hasValue() || self.metadata.name.matches('^[a-z]([-a-z0-9]{0,54}[a-z0-9])?$')",message="metadata.name must be at most 56 lower-case letters, digits and '-', start with a letter and end with a letter or digit",optionalOldSelf=true
type SparkConnect struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`

	// spec describes the server and its executors.
	Spec SparkConnectSpec `json:"spec"`
	// status says how the server is. Only the operator writes it.
	// +optional
	Status SparkConnectStatus `json:"status,omitempty"`
}

// SparkConnectList is a list of SparkConnects.
//
// +kubebuilder:object:root=true
type SparkConnectList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`

	// items are the SparkConnects of this page of the list.
	Items []SparkConnect `json:"items"`
}

// SparkConnectSpec describes a Spark Connect server and its executors.
type SparkConnectSpec struct {
	// sparkVersion is the version of Spark in the image, for example 4.0.1.
	// +kubebuilder:validation:MinLength=1
	SparkVersion string `json:"sparkVersion"`
	// image is the container image of server and executors, unless their templates name their own.
	// +optional
	Image *string `json:"image,omitempty"`
	// hadoopConf are Hadoop properties; each is given to Spark with the prefix "spark.hadoop.".
	// +kubebuilder:validation:MaxProperties=10000
	// +optional
	HadoopConf map[string]string `json:"hadoopConf,omitempty"`
	// sparkConf are Spark properties. The typed fields of this spec win over them.
	// +kubebuilder:validation:MaxProperties=10000
	// +optional
	SparkConf map[string]string `json:"sparkConf,omitempty"`
	// server describes the Spark Connect server.
	Server ServerSpec `json:"server"`
	// executor describes the executor pods.
	Executor ExecutorSpec `json:"executor"`
	// dynamicAllocation lets Spark add and remove executors while the server runs.
	// +optional
	DynamicAllocation *DynamicAllocation `json:"dynamicAllocation,omitempty"`
	// suspend stops the server and its executors. The Service stays, and with it the address; false starts the server
	// again.
	// +optional
	Suspend *bool `json:"suspend,omitempty"`
	// updatePolicy says when a changed spec goes into effect: Restart, which is the default, restarts the server at
	// once; NextAttempt waits until it is started again for another reason. What needs no restart (server.service,
	// suspend) goes into effect at once in any case.
	// +kubebuilder:validation:Enum=Restart;NextAttempt
	// +optional
	UpdatePolicy v1beta2.UpdatePolicy `json:"updatePolicy,omitempty"`
}

// ServerSpec describes a Spark Connect server.
type ServerSpec struct {
	SparkPodSpec `json:",inline"`

	// service is the Service to start from when exposing the server; its ports and selector are the operator's.
	// +optional
	Service *corev1.Service `json:"service,omitempty"`
}

// ExecutorSpec describes the executor pods.
type ExecutorSpec struct {
	SparkPodSpec `json:",inline"`

	// instances is the number of executors.
	// +optional
	// +kubebuilder:validation:Minimum=0
	Instances *int32 `json:"instances,omitempty"`
}

// SparkPodSpec is what server and executor pods have in common.
type SparkPodSpec struct {
	// cores is the number of CPU cores Spark uses.
	// +optional
	// +kubebuilder:validation:Minimum=1
	Cores *int32 `json:"cores,omitempty"`
	// memory is the heap of the JVM in Spark's units, for example "512m" or "2g".
	// +optional
	Memory *string `json:"memory,omitempty"`
	// template is a pod to start from. The Spark container should be called spark-kubernetes-driver or
	// spark-kubernetes-executor. Spark 3.0 and later.
	// +optional
	// +kubebuilder:validation:Schemaless
	// +kubebuilder:validation:Type:=object
	// +kubebuilder:pruning:PreserveUnknownFields
	Template *corev1.PodTemplateSpec `json:"template,omitempty"`
}

// DynamicAllocation lets Spark add and remove executors while the server runs.
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
