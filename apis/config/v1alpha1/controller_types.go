// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// ControllerConfiguration is the controller's configuration file.
//
// +kubebuilder:object:root=true
type ControllerConfiguration struct {
	metav1.TypeMeta     `json:",inline"`
	SharedConfiguration `json:",inline"`

	// leaderElection lets one of several replicas work.
	// +optional
	LeaderElection LeaderElection `json:"leaderElection,omitzero"`
	// submission says how drivers are made.
	// +optional
	Submission Submission `json:"submission,omitzero"`
	// workers is how many applications are handled at the same time.
	// +optional
	Workers int32 `json:"workers,omitempty"`
	// maxTrackedExecutorPerApp is how many executors status.executorState holds; 0 means all.
	// +optional
	MaxTrackedExecutorPerApp int32 `json:"maxTrackedExecutorPerApp"`
	// defaultTimeToLiveSeconds is how long a finished application is kept that does not say so itself; 0 means forever.
	// +optional
	DefaultTimeToLiveSeconds int64 `json:"defaultTimeToLiveSeconds"`
}

// Submission says how drivers are made.
type Submission struct {
	// mode is Auto, Native or SparkSubmit. An application's annotation sparkoperator.k8s.io/submission-mode wins over it.
	// +optional
	Mode SubmissionMode `json:"mode,omitempty"`
	// sparkSubmit is how spark-submit is run.
	// +optional
	SparkSubmit SparkSubmit `json:"sparkSubmit,omitzero"`
}

// SparkSubmit is how spark-submit is run. It needs an image of the controller that has Spark, in $SPARK_HOME.
type SparkSubmit struct {
	// workers is how many run at the same time; each takes a core and up to 400 MB.
	// +optional
	Workers int32 `json:"workers,omitempty"`
	// timeout is how long one may take.
	// +optional
	Timeout metav1.Duration `json:"timeout,omitzero"`
}

// SubmissionMode is a way to make drivers.
type SubmissionMode string

// The submission modes.
const (
	// SubmissionAuto is native, and spark-submit for what native cannot express.
	SubmissionAuto SubmissionMode = "Auto"
	// SubmissionNative makes drivers without a JVM.
	SubmissionNative SubmissionMode = "Native"
	// SubmissionSparkSubmit runs spark-submit.
	SubmissionSparkSubmit SubmissionMode = "SparkSubmit"
)

// LeaderElection lets one of several replicas work.
type LeaderElection struct {
	// enabled turns leader election on.
	// +optional
	Enabled bool `json:"enabled"`
	// leaseName is the name of the Lease.
	// +optional
	LeaseName string `json:"leaseName,omitempty"`
	// leaseNamespace is the namespace of the Lease; the binary's own if empty.
	// +optional
	LeaseNamespace string `json:"leaseNamespace,omitempty"`
	// leaseDuration is how long the others wait for a leader that does not renew.
	// +optional
	LeaseDuration metav1.Duration `json:"leaseDuration,omitzero"`
	// renewDeadline is how long a leader tries to renew before it gives up.
	// +optional
	RenewDeadline metav1.Duration `json:"renewDeadline,omitzero"`
	// retryPeriod is the time between two tries.
	// +optional
	RetryPeriod metav1.Duration `json:"retryPeriod,omitzero"`
}
