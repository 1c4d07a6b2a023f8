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
