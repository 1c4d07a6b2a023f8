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
	// schedule is a cron expression of five fields, a descriptor such as @daily, or "@every" with a duration, which
	// counts from the creation of the schedule. A prefix such as CRON_TZ=Asia/Tokyo goes before timeZone.
	Schedule string `json:"schedule"`
	// timeZone is the time zone of the schedule, for example Europe/Berlin. Unless set it is the operator's own.
	// +optional
	TimeZone string `json:"timeZone,omitempty"`
	// template is the spec of the SparkApplication of every run.
	Template SparkApplicationSpec `json:"template"`
	// suspend starts no further runs while true, but for those that are asked for by the annotation
	// sparkoperator.k8s.io/run-now. Runs under way go on.
	// +optional
	Suspend *bool `json:"suspend,omitempty"`
	// concurrencyPolicy says what to do when a run is due and the one before has not ended: Allow runs both, Forbid
	// skips the new one, Replace stops the old one and waits until its pods are gone. Unset it is Allow.
	// +optional
	ConcurrencyPolicy ConcurrencyPolicy `json:"concurrencyPolicy,omitempty"`
	// startingDeadlineSeconds is how late a run may be started; later, it is missed. Unset there is no such limit.
	// +optional
	// +kubebuilder:validation:Minimum=0
	StartingDeadlineSeconds *int64 `json:"startingDeadlineSeconds,omitempty"`
	// missedRunPolicy says what becomes of runs that were due while the operator was down or the schedule suspended:
	// RunOnce makes the last of them, Skip makes none that is more than a minute late, or later than
	// startingDeadlineSeconds, and RunAll makes all, the last 100 of them at most. Unset it is RunOnce.
	// +optional
	MissedRunPolicy MissedRunPolicy `json:"missedRunPolicy,omitempty"`
	// backfill makes the runs of past times.
	// +optional
	Backfill *Backfill `json:"backfill,omitempty"`
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

// MissedRunPolicy says what becomes of runs that were due while the operator was down or the schedule suspended.
//
// +kubebuilder:validation:Enum=RunOnce;Skip;RunAll
type MissedRunPolicy string

// The policies of missed runs.
const (
	// MissedRunOnce makes the last of them.
	MissedRunOnce MissedRunPolicy = "RunOnce"
	// MissedRunSkip makes none.
	MissedRunSkip MissedRunPolicy = "Skip"
	// MissedRunAll makes all of them, up to a limit.
	MissedRunAll MissedRunPolicy = "RunAll"
)

// Backfill makes the runs of past times, the oldest first and each once. A time whose run exists already is left out.
type Backfill struct {
	// from is the first time at which a run may have been due. If from or to is changed, the backfill starts anew.
	From metav1.Time `json:"from"`
	// to is the last one. What is not past when the backfill begins is left to the schedule.
	To metav1.Time `json:"to"`
	// maxActive is how many runs of the backfill may be under way at a time. Unset it is 1. Forbid and Replace make it
	// 1.
	// +optional
	// +kubebuilder:validation:Minimum=1
	MaxActive *int32 `json:"maxActive,omitempty"`
}

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

	// observedGeneration is the generation of the spec this status speaks of.
	// +optional
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`
	// conditions say how it goes. Valid and Suspended are always there; TooManyMissed and RunRefused while they are so.
	// +optional
	// +patchMergeKey=type
	// +patchStrategy=merge
	// +listType=map
	// +listMapKey=type
	Conditions []metav1.Condition `json:"conditions,omitempty" patchMergeKey:"type" patchStrategy:"merge"`
	// schedule is the expression, with its time zone, that nextRun and lastScheduledTime are of.
	// +optional
	Schedule string `json:"schedule,omitempty"`
	// lastScheduledTime is the last time at which a run was due and was made or counted as missed.
	// +optional
	LastScheduledTime *metav1.Time `json:"lastScheduledTime,omitempty"`
	// waitingTime is the time of the run that waits until the one before is gone.
	// +optional
	WaitingTime *metav1.Time `json:"waitingTime,omitempty"`
	// activeRunNames are the SparkApplications of the runs that are under way, and of those that are deleted and have
	// pods left.
	// +optional
	// +listType=atomic
	ActiveRunNames []string `json:"activeRunNames,omitempty"`
	// missedRuns counts the runs that were due and not made, by reason: DeadlineExceeded, Forbidden, Suspended,
	// OperatorDown, Replaced, ScheduleChanged, Invalid, Refused, TooMany.
	// +optional
	MissedRuns map[string]int64 `json:"missedRuns,omitempty"`
	// runNow is what became of the last run that was asked for by annotation.
	// +optional
	RunNow *RunNowStatus `json:"runNow,omitempty"`
	// backfill is how the backfill goes.
	// +optional
	Backfill *BackfillStatus `json:"backfill,omitempty"`
}

// RunNowStatus says what became of a run that was asked for by the annotation sparkoperator.k8s.io/run-now.
type RunNowStatus struct {
	// token is the value of the annotation.
	Token string `json:"token"`
	// time is when the run was made or refused.
	Time metav1.Time `json:"time"`
	// runName is the SparkApplication of the run, if it was made.
	// +optional
	RunName string `json:"runName,omitempty"`
	// refused says why it was not made.
	// +optional
	Refused string `json:"refused,omitempty"`
}

// BackfillStatus says how a backfill goes.
type BackfillStatus struct {
	// from is that of the backfill this speaks of.
	From metav1.Time `json:"from"`
	// to is that of the backfill this speaks of.
	To metav1.Time `json:"to"`
	// startTime is when it began. Later times are left to the schedule.
	StartTime metav1.Time `json:"startTime"`
	// lastScheduledTime is the last time whose run was made or existed.
	// +optional
	LastScheduledTime *metav1.Time `json:"lastScheduledTime,omitempty"`
	// created is how many runs were made.
	Created int64 `json:"created"`
	// existing is how many times were left out because their run existed.
	// +optional
	Existing int64 `json:"existing,omitempty"`
	// succeeded is how many of the runs that were made ended well.
	Succeeded int64 `json:"succeeded"`
	// failed is how many of them did not.
	Failed int64 `json:"failed"`
	// completionTime is when the last run ended.
	// +optional
	CompletionTime *metav1.Time `json:"completionTime,omitempty"`
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
