// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package v1beta2

// The types of a SparkApplication's conditions.
const (
	// ConditionSucceeded is always there. It is Unknown until the application has ended, True once it has ended well,
	// and False once it has failed, both for good. Its reason and message say what the application waits for or has
	// died of; kubectl get shows them.
	ConditionSucceeded = "Succeeded"
	// ConditionDriverReady is there while there is a driver, and true while its Spark container runs; its reason says
	// what the driver waits for.
	ConditionDriverReady = "DriverReady"
	// ConditionExecutorsReady is there while the driver runs, and true while at least one executor does; its reason
	// says what executors wait for.
	ConditionExecutorsReady = "ExecutorsReady"
	// ConditionNativeSubmission is there, and false, where the current attempt took spark-submit because native
	// submission cannot express the application; its message says what of it.
	ConditionNativeSubmission = "NativeSubmission"
	// ConditionSpecChangePending is there, and true, while the current run is of another spec than the application has
	// by now.
	ConditionSpecChangePending = "SpecChangePending"
	// ConditionUnreadable is there, and true, while the application cannot be decoded; its message names field, value
	// and what to write.
	ConditionUnreadable = "Unreadable"
	// ConditionCleanupStuck is there, and true, while pods that were deleted do not go.
	ConditionCleanupStuck = "CleanupStuck"
)

// The reasons of a SparkApplication's conditions. What Kubernetes says of a pod, such as ImagePullBackOff, and the
// reason of a failure, such as OOMKilled, are passed on as they are and not listed here.
const (
	// ReasonPending means that the controller has not come to it yet.
	ReasonPending = "Pending"
	// ReasonRetryPending means that the next attempt waits for its time.
	ReasonRetryPending = "RetryPending"
	// ReasonSpecChanged means that the spec changed and the application is run anew.
	ReasonSpecChanged = "SpecChanged"
	// ReasonDriverPending means that the driver pod waits for a node or for its containers.
	ReasonDriverPending = "DriverPending"
	// ReasonDriverRunning means that the driver runs.
	ReasonDriverRunning = "DriverRunning"
	// ReasonDriverCompleted means that the driver ended with exit code 0.
	ReasonDriverCompleted = "DriverCompleted"
	// ReasonDriverFailed means that the driver ended with another exit code.
	ReasonDriverFailed = "DriverFailed"
	// ReasonDriverUnknown means that the cluster cannot tell how the driver is.
	ReasonDriverUnknown = "DriverUnknown"
	// ReasonExecutorsPending means that no executor runs yet.
	ReasonExecutorsPending = "ExecutorsPending"
	// ReasonExecutorsRefused means that there is no executor because the API server refuses them.
	ReasonExecutorsRefused = "ExecutorsRefused"
	// ReasonExecutorsRunning means that executors run.
	ReasonExecutorsRunning = "ExecutorsRunning"
	// ReasonExecutorsFinished means that the executors have ended with the driver.
	ReasonExecutorsFinished = "ExecutorsFinished"
	// ReasonCompleted means that the application ended well.
	ReasonCompleted = "Completed"
	// ReasonNextAttempt means that the changed spec is for the next attempt, as the update policy says.
	ReasonNextAttempt = "NextAttempt"
	// ReasonPodsTerminating means that pods that were deleted are waited for.
	ReasonPodsTerminating = "PodsTerminating"
	// ReasonSuspended means that suspend is true and the pods are gone.
	ReasonSuspended = "Suspended"
	// ReasonSuspending means that suspend is true and the pods are being removed.
	ReasonSuspending = "Suspending"
	// ReasonNotSupported means that native submission does not support something that the application asks for.
	ReasonNotSupported = "NotSupported"
	// ReasonUndecodable means that a field has a value that no pod can have, or one too large to be read.
	ReasonUndecodable = "Undecodable"
	// ReasonResumed means that suspend was set back to false.
	ReasonResumed = "Resumed"
)

// The types of a ScheduledSparkApplication's conditions.
const (
	// ConditionValid is always there: False while the schedule cannot be run, with all that is wrong in its message.
	ConditionValid = "Valid"
	// ConditionScheduleSuspended is always there, and true while spec.suspend is.
	ConditionScheduleSuspended = "Suspended"
	// ConditionTooManyMissed is there, and true, since runs were left out because too many were missed, until a run is
	// made at its time.
	ConditionTooManyMissed = "TooManyMissed"
	// ConditionRunRefused is there, and true, while the API server refuses a run that is due; its message says why.
	ConditionRunRefused = "RunRefused"
)

// The reasons of a ScheduledSparkApplication's conditions.
const (
	// ReasonValidationSucceeded means that nothing is wrong with the schedule.
	ReasonValidationSucceeded = "ValidationSucceeded"
	// ReasonValidationFailed means that the schedule is not run before it is mended.
	ReasonValidationFailed = "ValidationFailed"
	// ReasonSuspendRequested means that spec.suspend is true.
	ReasonSuspendRequested = "SuspendRequested"
	// ReasonNotSuspended means that spec.suspend is not true.
	ReasonNotSuspended = "NotSuspended"
	// ReasonLimitExceeded means that more runs were missed than missedRunPolicy RunAll makes.
	ReasonLimitExceeded = "LimitExceeded"
	// ReasonCreationRefused means that the API server refuses the SparkApplication of a run.
	ReasonCreationRefused = "CreationRefused"
)
