// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	"fmt"
	"slices"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
)

const (
	// reasonNotSuspended is the reason of Suspended=False outside of suspension.
	reasonNotSuspended = "NotSuspended"
	// reasonSubmitting is the reason of Submitted=False while spark-submit is at work.
	reasonSubmitting = "Submitting"
	// noExecutorPod is all that can be seen of executors that the cluster refuses: only the driver is told why.
	noExecutorPod = "The driver runs and has made no executor pod; if a quota or a missing permission keeps it from that, its log says so"
)

// claim is the value of a condition before it is stored.
type claim struct {
	status          metav1.ConditionStatus
	reason, message string
}

func yes(reason, format string, args ...any) claim {
	return claim{metav1.ConditionTrue, reason, fmt.Sprintf(format, args...)}
}

func no(reason, format string, args ...any) claim {
	return claim{metav1.ConditionFalse, reason, fmt.Sprintf(format, args...)}
}

// conditions are derived from the rest of the status; every one of them is always set.
var conditions = []struct {
	kind  string
	claim func(*turn) claim
}{
	{v1beta2.ConditionSubmitted, (*turn).claimSubmitted},
	{v1beta2.ConditionDriverReady, (*turn).claimDriverReady},
	{v1beta2.ConditionExecutorsReady, (*turn).claimExecutorsReady},
	{v1beta2.ConditionRunning, (*turn).claimRunning},
	{v1beta2.ConditionSucceeded, (*turn).claimSucceeded},
	{v1beta2.ConditionFailed, (*turn).claimFailed},
	{v1beta2.ConditionSuspended, (*turn).claimSuspended},
}

// setConditions brings the conditions in line with the status; the time of a transition is that of the observation.
func (t *turn) setConditions() {
	for _, c := range conditions {
		t.setCondition(c.kind, c.claim(t))
	}
	for _, c := range exceptions {
		claim := c.claim(t)
		if claim.status == metav1.ConditionTrue || meta.FindStatusCondition(t.status.Conditions, c.kind) != nil {
			t.setCondition(c.kind, claim)
		}
	}
}

func (t *turn) setCondition(kind string, c claim) {
	meta.SetStatusCondition(&t.status.Conditions, metav1.Condition{
		Type: kind, Status: c.status, Reason: word(c.reason, v1beta2.ReasonPending), Message: head(c.message, maxConditionMessageBytes),
		ObservedGeneration: t.status.ObservedGeneration, LastTransitionTime: metav1.NewTime(t.Now),
	})
}

// exceptions are conditions that are not set before they are true for the first time.
var exceptions = []struct {
	kind  string
	claim func(*turn) claim
}{
	{v1beta2.ConditionSpecChangePending, (*turn).claimSpecChangePending},
	{v1beta2.ConditionCleanupStuck, (*turn).claimCleanupStuck},
}

func (t *turn) claimSpecChangePending() claim {
	if t.specChangePending {
		return yes(v1beta2.ReasonNextAttempt, "Changed, and for the next attempt: %s", t.changedFields())
	}
	return no(v1beta2.ReasonUpToDate, "The current attempt is of the spec as it is")
}

func (t *turn) claimCleanupStuck() claim {
	if len(t.stuck) > 0 {
		return yes(v1beta2.ReasonPodsTerminating, "%s", describeStuck(t.stuck))
	}
	return no(v1beta2.ReasonCleanedUp, "No pod is waited for")
}

func (t *turn) in(states ...v1beta2.ApplicationStateType) bool {
	return slices.Contains(states, t.state())
}

func (t *turn) claimSubmitted() claim {
	if t.Submitting {
		return no(reasonSubmitting, "spark-submit is queued or runs")
	}
	if t.delayed() {
		return t.claimDelayed()
	}
	switch t.state() {
	case v1beta2.ApplicationStateNew:
		return no(v1beta2.ReasonPending, "Not submitted yet")
	case v1beta2.ApplicationStateFailedSubmission:
		return no(v1beta2.ReasonSubmissionFailed, "%s", t.status.AppState.ErrorMessage)
	case v1beta2.ApplicationStatePendingRerun:
		return no(v1beta2.ReasonRetryPending, "The next attempt is about to be submitted")
	case v1beta2.ApplicationStateInvalidating:
		return no(v1beta2.ReasonSpecChanged, "The spec was changed; the old run is being removed")
	case v1beta2.ApplicationStateSuspending, v1beta2.ApplicationStateSuspended:
		return no(v1beta2.ReasonSuspended, "Suspended")
	case v1beta2.ApplicationStateResuming:
		return no(v1beta2.ReasonResumed, "About to be submitted again")
	case v1beta2.ApplicationStateFailed:
		if t.failedBySubmission() {
			return no(v1beta2.ReasonSubmissionFailed, "%s", t.status.AppState.ErrorMessage)
		}
	default:
	}
	return yes(v1beta2.ReasonSubmitted, "Attempt %d was submitted as driver pod %s", t.status.Attempt, t.status.DriverInfo.PodName)
}

func (t *turn) failedBySubmission() bool {
	failure := t.status.LastFailure
	return failure != nil && failure.Class == v1beta2.FailureClassSubmission && failure.Attempt == t.status.Attempt
}

func (t *turn) claimDriverReady() claim {
	switch t.state() {
	case v1beta2.ApplicationStateSubmitted:
		if t.pending != nil {
			return no(t.pending.reason, "%s", t.pending.message)
		}
		return no(v1beta2.ReasonDriverPending, "The driver pod has not started yet")
	case v1beta2.ApplicationStateRunning:
		return yes(v1beta2.ReasonDriverRunning, "Driver pod %s is running", t.status.DriverInfo.PodName)
	case v1beta2.ApplicationStateSucceeding, v1beta2.ApplicationStateCompleted:
		return no(v1beta2.ReasonDriverCompleted, "The driver has completed")
	case v1beta2.ApplicationStateFailing, v1beta2.ApplicationStateFailed:
		if !t.failedBySubmission() {
			return no(t.driverFailureReason(), "%s", t.status.AppState.ErrorMessage)
		}
	case v1beta2.ApplicationStateUnknown:
		return claim{metav1.ConditionUnknown, v1beta2.ReasonDriverUnknown, "The driver's node does not answer"}
	default:
	}
	return no(v1beta2.ReasonPending, "There is no driver pod")
}

func (t *turn) driverFailureReason() string {
	switch failure := t.status.LastFailure; {
	case failure == nil:
		return v1beta2.ReasonDriverFailed
	case failure.Class == v1beta2.FailureClassDeadline:
		return v1beta2.ReasonDeadlineExceeded
	case failure.Reason == failureDriverNotFound || failure.Reason == failureDriverDeleted:
		return v1beta2.ReasonDriverNotFound
	case failure.Class == v1beta2.FailureClassInfrastructure:
		return v1beta2.ReasonDriverEvicted
	default:
		return v1beta2.ReasonDriverFailed
	}
}

func (t *turn) claimExecutorsReady() claim {
	var count v1beta2.ExecutorCounts
	if t.status.Executors != nil {
		count = *t.status.Executors
	}
	switch {
	case count.Running > 0:
		return yes(v1beta2.ReasonExecutorsRunning, "%d running, %d pending", count.Running, count.Pending)
	case count.Pending > 0:
		if wait := t.executorsWait(); wait != nil {
			return no(wait.reason, "%d pending: %s", count.Pending, wait.message)
		}
		return no(v1beta2.ReasonExecutorsPending, "%d pending", count.Pending)
	case count.Completed+count.Failed > 0:
		return no(v1beta2.ReasonExecutorsFinished, "No executor runs any more")
	case count.WaitingSince != nil:
		return no(v1beta2.ReasonExecutorsPending, "%s", noExecutorPod)
	default:
		return no(v1beta2.ReasonExecutorsPending, "There is no executor pod yet")
	}
}

func (t *turn) claimRunning() claim {
	if t.in(v1beta2.ApplicationStateRunning) {
		return yes(v1beta2.ReasonDriverRunning, "The driver is running")
	}
	ready := t.claimDriverReady()
	ready.status = metav1.ConditionFalse
	return ready
}

func (t *turn) claimSucceeded() claim {
	switch {
	case t.in(v1beta2.ApplicationStateCompleted):
		return yes(v1beta2.ReasonCompleted, "The application has completed")
	case t.in(v1beta2.ApplicationStateFailed):
		return no(t.failedReason(), "The application has failed")
	default:
		return no(v1beta2.ReasonPending, "The application has not ended")
	}
}

func (t *turn) claimFailed() claim {
	switch {
	case t.in(v1beta2.ApplicationStateFailed):
		return yes(t.failedReason(), "%s", t.status.AppState.ErrorMessage)
	case t.in(v1beta2.ApplicationStateCompleted):
		return no(v1beta2.ReasonCompleted, "The application has completed")
	default:
		return no(v1beta2.ReasonPending, "The application has not ended")
	}
}

func (t *turn) failedReason() string {
	if t.failedBySubmission() {
		return v1beta2.ReasonSubmissionFailed
	}
	return t.driverFailureReason()
}

func (t *turn) claimSuspended() claim {
	switch t.state() {
	case v1beta2.ApplicationStateSuspended:
		return yes(v1beta2.ReasonSuspended, "The application is suspended")
	case v1beta2.ApplicationStateSuspending:
		return no(v1beta2.ReasonSuspending, "The pods are being deleted")
	default:
		return no(reasonNotSuspended, "The application is not suspended")
	}
}
