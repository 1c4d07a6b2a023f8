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
	// onSubmissionFailureRetries is how often a failed submission is tried again with OnFailure. Unset means not at all.
	// +optional
	// +kubebuilder:validation:Minimum=0
	OnSubmissionFailureRetries *int32 `json:"onSubmissionFailureRetries,omitempty"`
	// onFailureRetries is how often a failed run is tried again with OnFailure. Unset means not at all.
	// +optional
	// +kubebuilder:validation:Minimum=0
	OnFailureRetries *int32 `json:"onFailureRetries,omitempty"`
	// onSubmissionFailureRetryInterval is the time in seconds before a failed submission is tried again; it grows with every
	// attempt. 5 unless set.
	// +optional
	// +kubebuilder:validation:Minimum=1
	OnSubmissionFailureRetryInterval *int64 `json:"onSubmissionFailureRetryInterval,omitempty"`
	// onFailureRetryInterval is the time in seconds before a failed run is tried again; it grows with every attempt.
	// 5 unless set.
	// +optional
	// +kubebuilder:validation:Minimum=1
	OnFailureRetryInterval *int64 `json:"onFailureRetryInterval,omitempty"`
}

// RestartPolicyType says when an application is run again.
type RestartPolicyType string

// The restart policies.
const (
	RestartPolicyNever     RestartPolicyType = "Never"
	RestartPolicyOnFailure RestartPolicyType = "OnFailure"
	RestartPolicyAlways    RestartPolicyType = "Always"
)
