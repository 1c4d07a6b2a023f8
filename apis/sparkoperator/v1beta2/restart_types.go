// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package v1beta2

// RestartPolicy says whether and how often an application is run again.
type RestartPolicy struct {
	// type says when the application is run again: Never, OnFailure or Always.
	// +optional
	// +kubebuilder:default=Never
	// +kubebuilder:validation:Enum=Never;Always;OnFailure
	Type RestartPolicyType `json:"type,omitempty"`
	// onSubmissionFailureRetries is how often a failed submission is tried again with OnFailure. Unset means not at
	// all.
	// +optional
	// +kubebuilder:validation:Minimum=0
	OnSubmissionFailureRetries *int32 `json:"onSubmissionFailureRetries,omitempty"`
	// onFailureRetries is how often a failed run is tried again with OnFailure. Unset means not at all.
	// +optional
	// +kubebuilder:validation:Minimum=0
	OnFailureRetries *int32 `json:"onFailureRetries,omitempty"`
	// onSubmissionFailureRetryInterval is the time in seconds before a failed submission is tried again; it doubles
	// with every further failure. 5 unless set.
	// +optional
	// +kubebuilder:validation:Minimum=1
	OnSubmissionFailureRetryInterval *int64 `json:"onSubmissionFailureRetryInterval,omitempty"`
	// onFailureRetryInterval is the time in seconds from the end of a failed run to the next; it doubles with every
	// further failure. 5 unless set.
	// +optional
	// +kubebuilder:validation:Minimum=1
	OnFailureRetryInterval *int64 `json:"onFailureRetryInterval,omitempty"`
	// maxRetryIntervalSeconds is the longest time before a retry, to which the intervals grow. The operator's limit
	// unless set.
	// +optional
	// +kubebuilder:validation:Minimum=1
	MaxRetryIntervalSeconds *int64 `json:"maxRetryIntervalSeconds,omitempty"`
	// onInfrastructureFailureRetries is how often a run that the cluster ended (eviction, preemption, a lost node, a
	// driver pod that somebody deleted) is tried again with OnFailure, on top of onFailureRetries. Unset, it counts as
	// a failed run.
	// +optional
	// +kubebuilder:validation:Minimum=0
	OnInfrastructureFailureRetries *int32 `json:"onInfrastructureFailureRetries,omitempty"`
	// resetAfterSeconds is how long a run must have lasted for the counting of failures to start anew with it. Unset
	// means that no failure is forgotten.
	// +optional
	// +kubebuilder:validation:Minimum=1
	ResetAfterSeconds *int64 `json:"resetAfterSeconds,omitempty"`
}

// RestartPolicyType says when an application is run again.
type RestartPolicyType string

// The restart policies.
const (
	RestartPolicyNever     RestartPolicyType = "Never"
	RestartPolicyOnFailure RestartPolicyType = "OnFailure"
	RestartPolicyAlways    RestartPolicyType = "Always"
)

// Timeouts limit how long a run may wait. Zero means no limit, unset the operator's own.
type Timeouts struct {
	// driverPendingSeconds is how long the driver may take from the creation of its pod to the start of its container;
	// from when its scheduling gate is removed, if a queue holds it back.
	// +optional
	// +kubebuilder:validation:Minimum=0
	DriverPendingSeconds *int64 `json:"driverPendingSeconds,omitempty"`
	// executorsPendingSeconds is how long a running driver may be without an executor while one is to come: its pod is
	// pending, or the driver has not made one yet.
	// +optional
	// +kubebuilder:validation:Minimum=0
	ExecutorsPendingSeconds *int64 `json:"executorsPendingSeconds,omitempty"`
	// executorsRefusedSeconds is how long a running driver may be without an executor while the API server refuses
	// executors for good, such as for an account that does not exist.
	// +kubebuilder:validation:Minimum=0
	// +optional
	ExecutorsRefusedSeconds *int64 `json:"executorsRefusedSeconds,omitempty"`
	// sidecarsSeconds is how long other containers of the driver pod may go on after the driver ended.
	// +optional
	// +kubebuilder:validation:Minimum=0
	SidecarsSeconds *int64 `json:"sidecarsSeconds,omitempty"`
	// executorsEndSeconds is how long executor pods may outlive the driver before they are deleted.
	// +optional
	// +kubebuilder:validation:Minimum=0
	ExecutorsEndSeconds *int64 `json:"executorsEndSeconds,omitempty"`
	// cleanupSeconds is how long deleted pods may take beyond their grace period until the application says so.
	// +optional
	// +kubebuilder:validation:Minimum=0
	CleanupSeconds *int64 `json:"cleanupSeconds,omitempty"`
}

// UpdatePolicy says when a changed spec of a running application goes into effect.
type UpdatePolicy string

// The update policies.
const (
	// UpdatePolicyRestart stops the run and starts the next with the changed spec.
	UpdatePolicyRestart UpdatePolicy = "Restart"
	// UpdatePolicyNextAttempt leaves the run alone; what comes after it has the changed spec.
	UpdatePolicyNextAttempt UpdatePolicy = "NextAttempt"
)
