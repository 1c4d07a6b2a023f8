// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package v1beta2

// The types of a SparkApplication's conditions.
const (
	// ConditionSubmitted is true while the current attempt has a driver pod in the cluster, or had one.
	ConditionSubmitted = "Submitted"
	// ConditionDriverReady is true while the driver's Spark container runs; its reason says what a driver waits for.
	ConditionDriverReady = "DriverReady"
	// ConditionExecutorsReady is true while at least one executor runs; its reason says what executors wait for.
	ConditionExecutorsReady = "ExecutorsReady"
	// ConditionRunning is true from the driver's start to its end.
	ConditionRunning = "Running"
	// ConditionSucceeded is true once the application has ended well, for good.
	ConditionSucceeded = "Succeeded"
	// ConditionFailed is true once the application has failed, for good.
	ConditionFailed = "Failed"
	// ConditionSuspended is true while the application is suspended.
	ConditionSuspended = "Suspended"
	// ConditionNativeSubmission is there, and false, where the current attempt took spark-submit because native submission cannot
	// express the application; its message says what of it.
	ConditionNativeSubmission = "NativeSubmission"
	// ConditionSpecChangePending is true while the current run is of another spec than the application has by now.
	ConditionSpecChangePending = "SpecChangePending"
	// ConditionCleanupStuck is true while pods that were deleted do not go.
	ConditionCleanupStuck = "CleanupStuck"
)

// The reasons of a SparkApplication's conditions. A container's own waiting reason, such as ImagePullBackOff, is passed on
// as it is and not listed here.
const (
	// ReasonPending means that the controller has not come to it yet.
	ReasonPending = "Pending"
	// ReasonSubmitted means that the driver pod was created.
	ReasonSubmitted = "Submitted"
	// ReasonSubmissionFailed means that the driver pod could not be created.
	ReasonSubmissionFailed = "SubmissionFailed"
	// ReasonRetryPending means that the next attempt waits for its time.
	ReasonRetryPending = "RetryPending"
	// ReasonSpecChanged means that the spec changed and the application is run anew.
	ReasonSpecChanged = "SpecChanged"
	// ReasonDriverPending means that the driver pod waits for a node or for its containers.
	ReasonDriverPending = "DriverPending"
	// ReasonUnschedulable means that no node can take the pod.
	ReasonUnschedulable = "Unschedulable"
	// ReasonFailedMount means that a volume of the driver pod could not be mounted.
	ReasonFailedMount = "FailedMount"
	// ReasonDriverRunning means that the driver runs.
	ReasonDriverRunning = "DriverRunning"
	// ReasonDriverCompleted means that the driver ended with exit code 0.
	ReasonDriverCompleted = "DriverCompleted"
	// ReasonDriverFailed means that the driver ended with another exit code.
	ReasonDriverFailed = "DriverFailed"
	// ReasonDriverNotFound means that the driver pod is gone.
	ReasonDriverNotFound = "DriverNotFound"
	// ReasonDriverEvicted means that the cluster took the driver pod away.
	ReasonDriverEvicted = "DriverEvicted"
	// ReasonDriverUnknown means that the cluster cannot tell how the driver is.
	ReasonDriverUnknown = "DriverUnknown"
	// ReasonExecutorsPending means that no executor runs yet.
	ReasonExecutorsPending = "ExecutorsPending"
	// ReasonExecutorsRunning means that executors run.
	ReasonExecutorsRunning = "ExecutorsRunning"
	// ReasonExecutorsFinished means that the executors have ended with the driver.
	ReasonExecutorsFinished = "ExecutorsFinished"
	// ReasonCompleted means that the application ended well.
	ReasonCompleted = "Completed"
	// ReasonRetriesExhausted means that the restart policy allows no further attempt.
	ReasonRetriesExhausted = "RetriesExhausted"
	// ReasonDeadlineExceeded means that something took longer than allowed.
	ReasonDeadlineExceeded = "DeadlineExceeded"
	// ReasonNextAttempt means that the changed spec is for the next attempt, as the update policy says.
	ReasonNextAttempt = "NextAttempt"
	// ReasonUpToDate means that the current run is of the spec that the application has.
	ReasonUpToDate = "UpToDate"
	// ReasonPodsTerminating means that pods have been terminating for too long.
	ReasonPodsTerminating = "PodsTerminating"
	// ReasonCleanedUp means that no pod is being waited for.
	ReasonCleanedUp = "CleanedUp"
	// ReasonSuspended means that suspend is true and the pods are gone.
	ReasonSuspended = "Suspended"
	// ReasonSuspending means that suspend is true and the pods are being removed.
	ReasonSuspending = "Suspending"
	// ReasonNotSupported means that native submission does not support something that the application asks for.
	ReasonNotSupported = "NotSupported"
	// ReasonResumed means that suspend was set back to false.
	ReasonResumed = "Resumed"
)
