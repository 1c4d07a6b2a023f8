// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package v1beta2

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// ScheduledSparkApplication runs a Spark application at given times.
//
// +kubebuilder:object:root=true
// +kubebuilder:metadata:annotations="api-approved.kubernetes.io=https://github.com/kubeflow/spark-operator/pull/1298"
// +kubebuilder:resource:scope=Namespaced,shortName=scheduledsparkapp,singular=scheduledsparkapplication
// +kubebuilder:subresource:status
// +kubebuilder:printcolumn:JSONPath=.spec.schedule,name=Schedule,type=string
// +kubebuilder:printcolumn:JSONPath=.spec.timeZone,name=TimeZone,type=string
// +kubebuilder:printcolumn:JSONPath=.spec.suspend,name=Suspend,type=string
// +kubebuilder:printcolumn:JSONPath=.status.lastRun,name=Last Run,type=date
// +kubebuilder:printcolumn:JSONPath=.status.lastRunName,name=Last Run Name,type=string
// +kubebuilder:printcolumn:JSONPath=.metadata.creationTimestamp,name=Age,type=date
// +kubebuilder:validation:XValidation:rule="oldSelf.hasValue() || self.metadata.name.matches('^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$')",message="metadata.name must be at most 63 lower-case letters, digits and '-', start with a letter and end with a letter or digit",optionalOldSelf=true
type ScheduledSparkApplication struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`

	// spec says what to run and when.
	Spec ScheduledSparkApplicationSpec `json:"spec"`
	// status says what has run. Only the operator writes it.
	// +optional
	Status ScheduledSparkApplicationStatus `json:"status,omitempty"`
}

// ScheduledSparkApplicationList is a list of ScheduledSparkApplications.
//
// +kubebuilder:object:root=true
type ScheduledSparkApplicationList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`

	// items are the ScheduledSparkApplications of this page of the list.
	Items []ScheduledSparkApplication `json:"items"`
}

// ScheduledSparkApplicationSpec says what to run and when.
type ScheduledSparkApplicationSpec struct {
	// schedule is a cron expression of five fields, a descriptor such as @daily, or "@every" with a duration.
	Schedule string `json:"schedule"`
	// timeZone is the time zone of the schedule, for example Europe/Berlin. Unless set it is the operator's own.
	// +optional
	TimeZone string `json:"timeZone,omitempty"`
	// template is the spec of the SparkApplication of every run.
	Template SparkApplicationSpec `json:"template"`
	// suspend starts no further runs while true. Runs under way go on.
	// +optional
	Suspend *bool `json:"suspend,omitempty"`
	// concurrencyPolicy says what to do when a run is due and the one before has not ended: Allow runs both, Forbid
	// skips the new one, Replace stops the old one. Unset starts no run while any earlier one exists.
	// +optional
	ConcurrencyPolicy ConcurrencyPolicy `json:"concurrencyPolicy,omitempty"`
	// successfulRunHistoryLimit is how many successful runs are kept.
	// +optional
	// +kubebuilder:default=1
	SuccessfulRunHistoryLimit *int32 `json:"successfulRunHistoryLimit,omitempty"`
	// failedRunHistoryLimit is how many failed runs are kept.
	// +optional
	// +kubebuilder:default=1
	FailedRunHistoryLimit *int32 `json:"failedRunHistoryLimit,omitempty"`
}

// ConcurrencyPolicy says what to do when a run is due and the one before has not ended.
type ConcurrencyPolicy string

// The concurrency policies.
const (
	// ConcurrencyAllow runs both.
	ConcurrencyAllow ConcurrencyPolicy = "Allow"
	// ConcurrencyForbid skips the new run.
	ConcurrencyForbid ConcurrencyPolicy = "Forbid"
	// ConcurrencyReplace stops the old run and starts the new one.
	ConcurrencyReplace ConcurrencyPolicy = "Replace"
)

// ScheduledSparkApplicationStatus says what has run.
type ScheduledSparkApplicationStatus struct {
	// lastRun is when the last run was started.
	// +optional
	// +nullable
	LastRun metav1.Time `json:"lastRun,omitempty"`
	// nextRun is when the next run is due.
	// +optional
	// +nullable
	NextRun metav1.Time `json:"nextRun,omitempty"`
	// lastRunName is the name of the last run's SparkApplication.
	// +optional
	LastRunName string `json:"lastRunName,omitempty"`
	// pastSuccessfulRunNames are the SparkApplications of the successful runs that are kept.
	// +optional
	PastSuccessfulRunNames []string `json:"pastSuccessfulRunNames,omitempty"`
	// pastFailedRunNames are the SparkApplications of the failed runs that are kept.
	// +optional
	PastFailedRunNames []string `json:"pastFailedRunNames,omitempty"`
	// scheduleState is the state of the schedule.
	// +optional
	ScheduleState ScheduleState `json:"scheduleState,omitempty"`
	// reason says why the schedule is in this state.
	// +optional
	Reason string `json:"reason,omitempty"`
}

// ScheduleState is the state of a schedule.
type ScheduleState string

// The states of a schedule.
const (
	ScheduleStateNew              ScheduleState = ""
	ScheduleStateValidating       ScheduleState = "Validating"
	ScheduleStateScheduled        ScheduleState = "Scheduled"
	ScheduleStateFailedValidation ScheduleState = "FailedValidation"
)
