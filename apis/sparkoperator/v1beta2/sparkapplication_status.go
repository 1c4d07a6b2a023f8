// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package v1beta2

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// SparkApplicationStatus says how an application is going.
type SparkApplicationStatus struct {
	// sparkApplicationId is Spark's own id of the run, as its pods carry it in the label spark-app-selector.
	// +optional
	SparkApplicationID string `json:"sparkApplicationId,omitempty"`
	// submissionID identifies the current submission attempt.
	// +optional
	SubmissionID string `json:"submissionID,omitempty"`
	// lastSubmissionAttemptTime is when the application was last submitted.
	// +optional
	// +nullable
	LastSubmissionAttemptTime metav1.Time `json:"lastSubmissionAttemptTime,omitempty"`
	// terminationTime is when the current run ended.
	// +optional
	// +nullable
	TerminationTime metav1.Time `json:"terminationTime,omitempty"`
	// driverInfo says where the driver and its web UI are.
	DriverInfo DriverInfo `json:"driverInfo"`
	// applicationState is the state of the application and what went wrong.
	// +optional
	AppState ApplicationState `json:"applicationState,omitempty"`
	// executorState is the state of every executor by the name of its pod.
	// +optional
	ExecutorState map[string]ExecutorState `json:"executorState,omitempty"`
	// executionAttempts counts the runs that were submitted.
	// +optional
	ExecutionAttempts int32 `json:"executionAttempts,omitempty"`
	// submissionAttempts counts the attempts to submit.
	// +optional
	SubmissionAttempts int32 `json:"submissionAttempts,omitempty"`

	// observedGeneration is the generation of the spec this status speaks of.
	// +optional
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`
	// conditions are the standard conditions of the application: Submitted, DriverReady, ExecutorsReady, Running,
	// Succeeded, Failed and Suspended.
	// +optional
	// +patchMergeKey=type
	// +patchStrategy=merge
	// +listType=map
	// +listMapKey=type
	Conditions []metav1.Condition `json:"conditions,omitempty" patchMergeKey:"type" patchStrategy:"merge"`
	// attempt numbers the current submission attempt over the whole life of the application. Unlike the counters above it
	// is never reset, so what belongs to an attempt can always be told from what belongs to another.
	// +optional
	Attempt int64 `json:"attempt,omitempty"`
	// specHash identifies the spec that the current attempt was made from.
	// +optional
	SpecHash string `json:"specHash,omitempty"`
	// lastFailure tells of the last failure. It is kept when the pods are gone and when a retry succeeds.
	// +optional
	LastFailure *FailureRecord `json:"lastFailure,omitempty"`
}

// ApplicationStateType is the state of an application.
type ApplicationStateType string

// The states of an application.
const (
	ApplicationStateNew              ApplicationStateType = ""
	ApplicationStateSubmitted        ApplicationStateType = "SUBMITTED"
	ApplicationStateRunning          ApplicationStateType = "RUNNING"
	ApplicationStateCompleted        ApplicationStateType = "COMPLETED"
	ApplicationStateFailed           ApplicationStateType = "FAILED"
	ApplicationStateFailedSubmission ApplicationStateType = "SUBMISSION_FAILED"
	ApplicationStatePendingRerun     ApplicationStateType = "PENDING_RERUN"
	ApplicationStateInvalidating     ApplicationStateType = "INVALIDATING"
	ApplicationStateSucceeding       ApplicationStateType = "SUCCEEDING"
	ApplicationStateFailing          ApplicationStateType = "FAILING"
	ApplicationStateSuspending       ApplicationStateType = "SUSPENDING"
	ApplicationStateSuspended        ApplicationStateType = "SUSPENDED"
	ApplicationStateResuming         ApplicationStateType = "RESUMING"
	ApplicationStateUnknown          ApplicationStateType = "UNKNOWN"
)

// ApplicationState is the state of an application and what went wrong.
type ApplicationState struct {
	// state of the application; empty before the operator has seen it.
	State ApplicationStateType `json:"state"`
	// errorMessage says what went wrong.
	// +optional
	ErrorMessage string `json:"errorMessage,omitempty"`
}

// DriverState is the state of a driver.
type DriverState string

// The states of a driver.
const (
	DriverStatePending   DriverState = "PENDING"
	DriverStateRunning   DriverState = "RUNNING"
	DriverStateCompleted DriverState = "COMPLETED"
	DriverStateFailed    DriverState = "FAILED"
	DriverStateUnknown   DriverState = "UNKNOWN"
)

// ExecutorState is the state of an executor.
type ExecutorState string

// The states of an executor.
const (
	ExecutorStatePending   ExecutorState = "PENDING"
	ExecutorStateRunning   ExecutorState = "RUNNING"
	ExecutorStateCompleted ExecutorState = "COMPLETED"
	ExecutorStateFailed    ExecutorState = "FAILED"
	ExecutorStateUnknown   ExecutorState = "UNKNOWN"
)

// DriverInfo says where the driver and its web UI are.
type DriverInfo struct {
	// webUIServiceName is the name of the web UI's Service.
	// +optional
	WebUIServiceName string `json:"webUIServiceName,omitempty"`
	// webUIAddress is host:port of the web UI inside the cluster.
	// +optional
	WebUIAddress string `json:"webUIAddress,omitempty"`
	// webUIPort is the port of the web UI's Service.
	// +optional
	WebUIPort int32 `json:"webUIPort,omitempty"`
	// webUIIngressName is the name of the web UI's Ingress.
	// +optional
	WebUIIngressName string `json:"webUIIngressName,omitempty"`
	// webUIIngressAddress is the address of the web UI outside of the cluster.
	// +optional
	WebUIIngressAddress string `json:"webUIIngressAddress,omitempty"`
	// podName is the name of the driver pod.
	// +optional
	PodName string `json:"podName,omitempty"`
}

// FailureClass says what kind of thing failed.
//
// +kubebuilder:validation:Enum=Submission;Driver;Executor;Infrastructure;Deadline;Unknown
type FailureClass string

// The kinds of failure.
const (
	// FailureClassSubmission means that no driver could be created.
	FailureClassSubmission FailureClass = "Submission"
	// FailureClassDriver means that the driver itself ended with an error.
	FailureClassDriver FailureClass = "Driver"
	// FailureClassExecutor means that executors failed.
	FailureClassExecutor FailureClass = "Executor"
	// FailureClassInfrastructure means that the cluster took the driver away: eviction, a lost node, a deleted pod.
	FailureClassInfrastructure FailureClass = "Infrastructure"
	// FailureClassDeadline means that something took longer than allowed.
	FailureClassDeadline FailureClass = "Deadline"
	// FailureClassUnknown means that the cause could not be told.
	FailureClassUnknown FailureClass = "Unknown"
)

// FailureRecord tells of a failure, and outlives the pods that knew of it.
type FailureRecord struct {
	// attempt that failed.
	// +optional
	Attempt int64 `json:"attempt,omitempty"`
	// time of the failure.
	// +optional
	// +nullable
	Time metav1.Time `json:"time,omitempty"`
	// class is what kind of thing failed.
	Class FailureClass `json:"class"`
	// reason is one CamelCase word, for programs.
	// +optional
	Reason string `json:"reason,omitempty"`
	// message is a sentence, for people.
	// +optional
	Message string `json:"message,omitempty"`
	// exitCode of the container, if it had one.
	// +optional
	ExitCode *int32 `json:"exitCode,omitempty"`
	// signal that ended the container, if one did.
	// +optional
	Signal *int32 `json:"signal,omitempty"`
	// container that failed.
	// +optional
	Container string `json:"container,omitempty"`
	// pod that failed.
	// +optional
	Pod string `json:"pod,omitempty"`
	// node the pod ran on.
	// +optional
	Node string `json:"node,omitempty"`
	// logTail is the end of the container's log.
	// +optional
	LogTail string `json:"logTail,omitempty"`
}
