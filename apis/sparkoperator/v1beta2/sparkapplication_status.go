// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package v1beta2

import (
	"slices"

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
	// applicationState is the state of the application and what went wrong. It is there wherever there is a status.
	// +optional
	AppState ApplicationState `json:"applicationState"`
	// executorState is the state of executors by the name of their pod. It is bounded; executors counts all of them.
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
	// conditions say how it goes. Succeeded is always there: Unknown until the application has ended, True if it ended
	// well, False if it failed, with the reason and a message of what it waits for or died of. The others are there
	// while they have something to say: DriverReady and ExecutorsReady while there is a driver, SpecChangePending,
	// CleanupStuck and NativeSubmission while they are so.
	// +optional
	// +patchMergeKey=type
	// +patchStrategy=merge
	// +listType=map
	// +listMapKey=type
	Conditions []metav1.Condition `json:"conditions,omitempty" patchMergeKey:"type" patchStrategy:"merge"`
	// attempt numbers the current submission attempt over the whole life of the application. Unlike the counters above
	// it is never reset, so what belongs to an attempt can always be told from what belongs to another.
	// +optional
	Attempt int64 `json:"attempt,omitempty"`
	// specHash identifies the spec that the current attempt was made from.
	// +optional
	SpecHash string `json:"specHash,omitempty"`
	// lastFailure tells of the last failure. It is kept when the pods are gone and when a retry succeeds.
	// +optional
	LastFailure *FailureRecord `json:"lastFailure,omitempty"`
	// failures counts what the restart policy compares with its limits.
	// +optional
	Failures *FailureCounts `json:"failures,omitempty"`
	// nextRetryTime is when the next attempt is due, while it is waited for.
	// +optional
	NextRetryTime *metav1.Time `json:"nextRetryTime,omitempty"`
	// executors counts the executors of the current run by state.
	// +optional
	Executors *ExecutorCounts `json:"executors,omitempty"`
	// attempts are the last ten attempts, the current one last.
	// +optional
	// +listType=atomic
	Attempts []AttemptRecord `json:"attempts,omitempty"`
}

// FailureCounts counts failures since the spec was changed or a run succeeded or was stable
// (restartPolicy.resetAfterSeconds).
type FailureCounts struct {
	// submissions that were refused since the last that was not.
	// +optional
	Submissions int32 `json:"submissions,omitempty"`
	// runs that failed and count against onFailureRetries.
	// +optional
	Runs int32 `json:"runs,omitempty"`
	// infrastructure counts runs that the cluster ended, where they have retries of their own.
	// +optional
	Infrastructure int32 `json:"infrastructure,omitempty"`
}

// ExecutorCounts counts executors by state.
type ExecutorCounts struct {
	// pending executors wait for a node or for their containers.
	Pending int32 `json:"pending"`
	// running executors.
	Running int32 `json:"running"`
	// completed executors ended well, were removed by their driver, or ended with it.
	Completed int32 `json:"completed"`
	// failed executors.
	Failed int32 `json:"failed"`
	// unknown is the number of executors whose node does not answer.
	// +optional
	Unknown int32 `json:"unknown,omitempty"`
	// failures counts the failed ones by reason.
	// +optional
	Failures map[string]int32 `json:"failures,omitempty"`
	// waitingSince is since when the driver has been running without an executor, while one is to come and no queue
	// holds it back.
	// +optional
	WaitingSince *metav1.Time `json:"waitingSince,omitempty"`
}

// AttemptOutcome says how an attempt ended.
type AttemptOutcome string

// The outcomes of an attempt; none while it goes on.
const (
	AttemptSucceeded        AttemptOutcome = "Succeeded"
	AttemptFailed           AttemptOutcome = "Failed"
	AttemptSubmissionFailed AttemptOutcome = "SubmissionFailed"
	AttemptSuspended        AttemptOutcome = "Suspended"
	AttemptReplaced         AttemptOutcome = "Replaced"
)

// AttemptRecord tells of one attempt.
type AttemptRecord struct {
	// attempt is its number.
	Attempt int64 `json:"attempt"`
	// sparkApplicationId is Spark's own id of the run.
	// +optional
	SparkApplicationID string `json:"sparkApplicationId,omitempty"`
	// submissionTime is when it was submitted.
	// +optional
	SubmissionTime *metav1.Time `json:"submissionTime,omitempty"`
	// ungatedTime is when the scheduling gate was removed from its driver pod, if a queue held it back by one.
	// +optional
	UngatedTime *metav1.Time `json:"ungatedTime,omitempty"`
	// startTime is when its driver was first seen running.
	// +optional
	StartTime *metav1.Time `json:"startTime,omitempty"`
	// endTime is when it ended.
	// +optional
	EndTime *metav1.Time `json:"endTime,omitempty"`
	// outcome says how it ended: Succeeded, Failed, SubmissionFailed, Suspended or Replaced (its spec was changed).
	// +optional
	Outcome AttemptOutcome `json:"outcome,omitempty"`
	// reason is why it failed, as in a failure record.
	// +optional
	Reason string `json:"reason,omitempty"`
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

// ApplicationStates returns every state that the operator knows.
func ApplicationStates() []ApplicationStateType {
	return []ApplicationStateType{
		ApplicationStateNew, ApplicationStateSubmitted, ApplicationStateRunning, ApplicationStateCompleted,
		ApplicationStateFailed, ApplicationStateFailedSubmission, ApplicationStatePendingRerun,
		ApplicationStateInvalidating, ApplicationStateSucceeding, ApplicationStateFailing, ApplicationStateSuspending,
		ApplicationStateSuspended, ApplicationStateResuming, ApplicationStateUnknown,
	}
}

// Known reports whether the operator knows the state. Any other was written by hand, or by an operator of another
// version.
func (s ApplicationStateType) Known() bool { return slices.Contains(ApplicationStates(), s) }

// Ended reports whether an application in the state has ended: COMPLETED or FAILED. It runs again only if its spec is
// changed.
func (s ApplicationStateType) Ended() bool {
	return s == ApplicationStateCompleted || s == ApplicationStateFailed
}

// ApplicationState is the state of an application and what went wrong.
type ApplicationState struct {
	// state of the application. It is absent, and never empty, before there is a driver or a reason for none: clients
	// take an application without one for one that has not started, and an empty one for one that has.
	// +optional
	State ApplicationStateType `json:"state,omitempty"`
	// since is when the application came into the state. INVALIDATING, PENDING_RERUN and SUBMISSION_FAILED, between two
	// attempts, count as one.
	// +optional
	Since *metav1.Time `json:"since,omitempty"`
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
	// reason is one CamelCase word, for programs; for exit codes of Spark's it is what they stand for.
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
	// logTail is the end of the container's log, or the message that it left.
	// +optional
	LogTail string `json:"logTail,omitempty"`
	// executorFailures counts the executors that had failed by reason.
	// +optional
	ExecutorFailures map[string]int32 `json:"executorFailures,omitempty"`
	// metadataHash is the hash of the labels and annotations that a refused submission was made from. Once they are
	// changed, it is tried again.
	// +optional
	MetadataHash string `json:"metadataHash,omitempty"`
}
