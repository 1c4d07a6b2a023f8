// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/events"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// follow takes over what the driver pod of the current attempt says.
func (t *turn) follow() {
	t.followExecutors()
	if t.justSubmitted() {
		t.wait("the driver pod was just made")
		return
	}
	if t.Driver == nil || !t.current(t.Driver) {
		t.driverLost()
		return
	}
	if id := t.Driver.Labels[sparklabels.SparkAppSelector]; id != "" {
		// spark-submit draws an id of its own.
		t.status.SparkApplicationID = id
	}
	seen := assess(t.Driver)
	switch seen.state {
	case v1beta2.DriverStatePending:
		t.driverPending()
	case v1beta2.DriverStateRunning:
		t.driverRunning()
	case v1beta2.DriverStateCompleted:
		t.runEnded(seen.finishedAt)
		t.move(v1beta2.ApplicationStateSucceeding, "the driver succeeded")
		t.tell(events.Normalf(ReasonDriverCompleted, events.Observe, "Driver %s completed", t.Driver.Name))
	case v1beta2.DriverStateFailed:
		t.runEnded(seen.finishedAt)
		t.fail(*seen.failure)
		t.tell(events.Warningf(ReasonDriverFailed, events.Observe, "Driver %s failed: %s", t.Driver.Name, t.status.AppState.ErrorMessage))
	default:
		t.driverUnknown()
	}
}

// justSubmitted reports whether the observation is older than the driver pod.
func (t *turn) justSubmitted() bool {
	return t.Driver == nil && t.Submission != nil && t.Submission.Err == nil && t.Submission.Attempt == t.status.Attempt
}

func (t *turn) driverPending() {
	t.pending = pendingReasonOf(t.Driver)
	if t.pending != nil && t.pendingIsNews() {
		t.tell(events.Warningf(ReasonDriverPending, events.Observe, "Driver %s cannot start: %s: %s", t.Driver.Name, t.pending.reason, t.pending.message))
	}
	t.wait("the driver is pending")
}

func (t *turn) driverRunning() {
	if t.state() == v1beta2.ApplicationStateRunning {
		t.wait("the driver runs")
		return
	}
	t.move(v1beta2.ApplicationStateRunning, "the driver runs")
	t.tell(events.Normalf(ReasonDriverRunning, events.Observe, "Driver %s is running", t.Driver.Name))
}

func (t *turn) driverUnknown() {
	if t.state() == v1beta2.ApplicationStateUnknown {
		t.wait("the driver's node does not answer")
		return
	}
	t.move(v1beta2.ApplicationStateUnknown, "the driver's node does not answer")
	t.tell(events.Warningf(ReasonDriverUnknown, events.Observe, "The state of driver %s is unknown: its node does not answer", t.Driver.Name))
}

func (t *turn) driverLost() {
	t.runEnded(metav1.NewTime(t.Now))
	t.fail(v1beta2.FailureRecord{
		Class: v1beta2.FailureClassInfrastructure, Reason: failureDriverNotFound,
		Message: "driver pod not found", Pod: t.status.DriverInfo.PodName,
	})
	t.tell(events.Warningf(ReasonDriverNotFound, events.Observe, "Driver pod %s not found: it was deleted before its end was seen", t.status.DriverInfo.PodName))
}

// runEnded notes the time at which the driver ended.
func (t *turn) runEnded(at metav1.Time) {
	if at.IsZero() {
		at = metav1.NewTime(t.Now)
	}
	t.status.TerminationTime = at
	t.settleExecutors()
}

// fail completes the record and moves to FAILING.
func (t *turn) fail(failure v1beta2.FailureRecord) {
	failure.Attempt = t.status.Attempt
	failure.Time = t.status.TerminationTime
	failure.Message = bounded(failure.Message)
	t.status.LastFailure = &failure
	t.status.AppState.ErrorMessage = failure.Message
	t.move(v1beta2.ApplicationStateFailing, failure.Message)
}

// succeeding ends the application, or runs it again under restart policy Always.
func (t *turn) succeeding() {
	if t.App.Spec.RestartPolicy.Type == v1beta2.RestartPolicyAlways {
		t.rerun("restart policy Always")
		return
	}
	t.end(v1beta2.ApplicationStateCompleted, "the run is over")
}

// failing ends the application, or runs it again as the restart policy says.
func (t *turn) failing() {
	retry := t.runRetry()
	switch {
	case !retry.allowed:
		t.end(v1beta2.ApplicationStateFailed, retry.because)
	case retry.in > 0:
		t.wakeIn(retry.in)
		t.wait("the next run is due later: " + retry.because)
	default:
		t.rerun(retry.because)
	}
}

func (t *turn) rerun(because string) {
	t.clearRun()
	t.move(v1beta2.ApplicationStatePendingRerun, because)
	t.tell(events.Warningf(ReasonPendingRerun, events.Retry, "Running again: %s", because))
}

// clearRun forgets the run that is over; counters, identity and the failure record stay.
func (t *turn) clearRun() {
	t.status.SparkApplicationID = ""
	t.status.TerminationTime = metav1.Time{}
	t.status.AppState.ErrorMessage = ""
	t.status.DriverInfo = v1beta2.DriverInfo{}
	t.status.ExecutorState = nil
}

// end moves to COMPLETED or FAILED.
func (t *turn) end(state v1beta2.ApplicationStateType, because string) {
	if t.status.TerminationTime.IsZero() {
		t.status.TerminationTime = metav1.NewTime(t.Now)
	}
	t.move(state, because)
	if state == v1beta2.ApplicationStateCompleted {
		t.tell(events.Normalf(ReasonCompleted, events.Finish, "Completed"))
		return
	}
	t.tell(events.Warningf(ReasonFailed, events.Finish, "Failed (%s): %s", because, t.status.AppState.ErrorMessage))
}

// ended follows the executors that outlive their driver for a moment.
func (t *turn) ended() {
	t.followExecutors()
	t.settleExecutors()
	t.wait("the application has ended")
}
