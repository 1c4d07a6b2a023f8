// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	"fmt"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
)

const (
	// reasonSubmitting is the reason while spark-submit is at work.
	reasonSubmitting = "Submitting"
	// noExecutorPod is all that can be seen of executors that a driver has not made and the API server would take.
	noExecutorPod = "The driver runs and has made no executor pod yet; if its account may make none, its log says so"
)

// claim is the value of a condition before it is stored.
type claim struct {
	status          metav1.ConditionStatus
	reason, message string
}

func yes(reason, format string, args ...any) *claim {
	return &claim{metav1.ConditionTrue, reason, fmt.Sprintf(format, args...)}
}

func no(reason, format string, args ...any) *claim {
	return &claim{metav1.ConditionFalse, reason, fmt.Sprintf(format, args...)}
}

func unknown(reason, format string, args ...any) *claim {
	return &claim{metav1.ConditionUnknown, reason, fmt.Sprintf(format, args...)}
}

// conditions are derived from the rest of the status. One that has nothing to say, for which the claim is nil, is not
// there.
var conditions = []struct {
	kind  string
	claim func(*turn) *claim
}{
	{v1beta2.ConditionSucceeded, (*turn).claimSucceeded},
	{v1beta2.ConditionDriverReady, (*turn).claimDriverReady},
	{v1beta2.ConditionExecutorsReady, (*turn).claimExecutorsReady},
	{v1beta2.ConditionUnreadable, (*turn).claimUnreadable},
	{v1beta2.ConditionSpecChangePending, (*turn).claimSpecChangePending},
	{v1beta2.ConditionCleanupStuck, (*turn).claimCleanupStuck},
}

// setConditions brings the conditions in line with the status; the time of a transition is that of the observation.
func (t *turn) setConditions() {
	for _, c := range conditions {
		t.setCondition(c.kind, c.claim(t))
	}
}

func (t *turn) setCondition(kind string, c *claim) {
	if c == nil {
		meta.RemoveStatusCondition(&t.status.Conditions, kind)
		return
	}
	meta.SetStatusCondition(&t.status.Conditions, metav1.Condition{
		Type: kind, Status: c.status, Reason: word(c.reason, v1beta2.ReasonPending), Message: t.head(c.message, maxConditionMessageBytes),
		ObservedGeneration: t.status.ObservedGeneration, LastTransitionTime: metav1.NewTime(t.Now),
	})
}

func (t *turn) in(states ...v1beta2.ApplicationStateType) bool {
	return slices.Contains(states, t.state())
}

// claimSucceeded says in one sentence how the application is going. Its reason is the one that kubectl get shows.
func (t *turn) claimSucceeded() *claim {
	switch t.state() {
	case v1beta2.ApplicationStateCompleted:
		return yes(v1beta2.ReasonCompleted, "The application has completed")
	case v1beta2.ApplicationStateFailed:
		return no(t.failureReason(), "%s", t.status.AppState.ErrorMessage)
	default:
	}
	going := t.claimWait()
	if going == nil {
		going = t.claimProgress()
	}
	return unknown(going.reason, "%s", going.message)
}

// claimWait says what holds up whatever is next, or returns nil.
func (t *turn) claimWait() *claim {
	switch {
	case len(t.stuck) > 0, t.overstays():
		return t.claimCleanupStuck()
	case t.Submitting && t.Ahead > 0:
		return unknown(reasonSubmitting, "Queued for spark-submit behind %d other submissions", t.Ahead)
	case t.Submitting:
		return unknown(reasonSubmitting, "spark-submit is queued or runs")
	case t.waits():
		return t.claimWaiting()
	case t.delayed():
		return t.claimDelayed()
	case len(t.awaited) > 0:
		return t.claimAwaited()
	default:
		return nil
	}
}

// claimProgress says what the application is at.
func (t *turn) claimProgress() *claim {
	switch t.state() {
	case v1beta2.ApplicationStateSubmitted, v1beta2.ApplicationStateUnknown:
		return t.claimDriverReady()
	case v1beta2.ApplicationStateRunning:
		if executors := t.claimExecutorsReady(); executors != nil {
			return executors
		}
		return t.claimDriverReady()
	case v1beta2.ApplicationStateFailing, v1beta2.ApplicationStateFailedSubmission:
		return t.claimRetry()
	case v1beta2.ApplicationStateSucceeding:
		return unknown(v1beta2.ReasonDriverCompleted, "The driver has completed")
	case v1beta2.ApplicationStatePendingRerun:
		return unknown(v1beta2.ReasonRetryPending, "The next attempt is about to be submitted")
	case v1beta2.ApplicationStateInvalidating:
		return unknown(v1beta2.ReasonSpecChanged, "The spec was changed, and the run of the old one is being removed")
	case v1beta2.ApplicationStateSuspending:
		return unknown(v1beta2.ReasonSuspending, "The pods are being deleted")
	case v1beta2.ApplicationStateSuspended:
		return unknown(v1beta2.ReasonSuspended, "The application is suspended")
	case v1beta2.ApplicationStateResuming:
		return unknown(v1beta2.ReasonResumed, "The application is about to be submitted again")
	default:
		return unknown(v1beta2.ReasonPending, "The application has not been submitted yet")
	}
}

// claimRetry says of what the last attempt has failed, and when the next is due.
func (t *turn) claimRetry() *claim {
	message := t.status.AppState.ErrorMessage
	if next := t.status.NextRetryTime; next != nil {
		due := fmt.Sprintf("; the next attempt is due at %s", next.UTC().Format(time.RFC3339))
		message = head(message, maxConditionMessageBytes-len(due)) + due
	}
	return unknown(t.failureReason(), "%s", message)
}

// claimAwaited names the pods of earlier attempts that have to go before anything else happens.
func (t *turn) claimAwaited() *claim {
	reason, before := v1beta2.ReasonPodsTerminating, "before the next attempt is made"
	switch {
	case !t.App.DeletionTimestamp.IsZero():
		before = "as the application is deleted"
	case t.in(v1beta2.ApplicationStateInvalidating):
		reason, before = v1beta2.ReasonSpecChanged, "before the changed spec is run"
	case t.in(v1beta2.ApplicationStateSuspending):
		reason, before = v1beta2.ReasonSuspending, "before the application is suspended"
	}
	return unknown(reason, "%s to be gone %s", waitsFor(t.awaited), before)
}

// waitsFor names the first of the pods.
func waitsFor(pods []*corev1.Pod) string {
	const most = 3
	if len(pods) == 1 {
		return "Waits for pod " + pods[0].Name
	}
	names := make([]string, 0, most)
	for _, pod := range pods[:min(most, len(pods))] {
		names = append(names, pod.Name)
	}
	if more := len(pods) - most; more > 0 {
		return fmt.Sprintf("Waits for pods %s and %d more", strings.Join(names, ", "), more)
	}
	return "Waits for pods " + strings.Join(names, ", ")
}

// awaitsAnother reports whether the stored status does not name the pod that is waited for.
func (t *turn) awaitsAnother() bool {
	if len(t.awaited) == 0 || !t.App.DeletionTimestamp.IsZero() {
		return false
	}
	stored := meta.FindStatusCondition(t.App.Status.Conditions, v1beta2.ConditionSucceeded)
	return stored == nil || !strings.Contains(stored.Message, t.awaited[0].Name)
}

// failureReason is one word on the last failure.
func (t *turn) failureReason() string {
	if failure := t.status.LastFailure; failure != nil && failure.Reason != "" && failure.Reason != reasonError {
		return failure.Reason
	}
	return v1beta2.ReasonDriverFailed
}

func (t *turn) failedBySubmission() bool {
	failure := t.status.LastFailure
	return failure != nil && failure.Class == v1beta2.FailureClassSubmission && failure.Attempt == t.status.Attempt
}

// claimDriverReady is for as long as there is a driver.
func (t *turn) claimDriverReady() *claim {
	switch t.state() {
	case v1beta2.ApplicationStateSubmitted:
		if t.pending != nil {
			return no(t.pending.reason, "%s", t.pending.message)
		}
		return no(v1beta2.ReasonDriverPending, "The driver pod has not started yet")
	case v1beta2.ApplicationStateRunning:
		return yes(v1beta2.ReasonDriverRunning, "Driver pod %s is running", t.status.DriverInfo.PodName)
	case v1beta2.ApplicationStateUnknown:
		return unknown(v1beta2.ReasonDriverUnknown, "The node of driver pod %s does not answer", t.status.DriverInfo.PodName)
	default:
		return nil
	}
}

// claimExecutorsReady is for as long as the driver runs, and has executors or is to make some.
func (t *turn) claimExecutorsReady() *claim {
	if !t.in(v1beta2.ApplicationStateRunning, v1beta2.ApplicationStateUnknown) {
		return nil
	}
	count := ptr.Deref(t.status.Executors, v1beta2.ExecutorCounts{})
	switch {
	case count.Running > 0 && count.Pending > 0:
		return yes(v1beta2.ReasonExecutorsRunning, "%d running, %d pending", count.Running, count.Pending)
	case count.Running > 0:
		return yes(v1beta2.ReasonExecutorsRunning, "%d running", count.Running)
	case count.Pending > 0:
		if wait := t.executorsWait(); wait != nil {
			return no(wait.reason, "%d pending: %s", count.Pending, wait.message)
		}
		return no(v1beta2.ReasonExecutorsPending, "%d pending", count.Pending)
	case count.Completed+count.Failed > 0:
		return no(v1beta2.ReasonExecutorsFinished, "No executor runs any more")
	case count.WaitingSince != nil:
		wait := t.noExecutorBecause()
		return no(wait.reason, "%s", wait.message)
	default:
		return nil
	}
}

func (t *turn) claimSpecChangePending() *claim {
	if !t.specChangePending {
		return nil
	}
	return yes(v1beta2.ReasonNextAttempt, "The next attempt will have the changed fields: %s", t.changedFields())
}

func (t *turn) claimCleanupStuck() *claim {
	switch {
	case len(t.stuck) > 0:
		return yes(v1beta2.ReasonPodsTerminating, "%s", describeStuck(t.stuck))
	case t.overstays():
		return yes(reasonWaiting, "%s", t.describeOverstay())
	default:
		return nil
	}
}
