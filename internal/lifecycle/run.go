// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	"maps"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/events"
	"github.com/alauda/spark-operator/internal/identity"
	"github.com/alauda/spark-operator/pkg/podmutation"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// follow takes over what the driver pod of the current attempt says.
func (t *turn) follow() {
	if t.justSubmitted() {
		t.followExecutors(false)
		t.wait("the driver pod was just made")
		return
	}
	if t.Driver == nil || !t.current(t.Driver) {
		t.driverLost()
		return
	}
	t.takeApplicationID()
	seen := assess(t.Driver, t.Now)
	t.followExecutors(!seen.alive())
	if seen.alive() {
		t.followWaits(seen)
		if t.in(v1beta2.ApplicationStateFailing) {
			return
		}
	}
	switch seen.state {
	case v1beta2.DriverStatePending:
		t.driverPending()
	case v1beta2.DriverStateRunning:
		t.driverRunning()
	case v1beta2.DriverStateCompleted:
		t.status.TerminationTime = t.endOfRun(seen)
		t.endRecord(v1beta2.AttemptSucceeded, "", t.status.TerminationTime)
		t.setFailures(v1beta2.FailureCounts{})
		t.move(v1beta2.ApplicationStateSucceeding, "the driver succeeded")
		t.emit(events.Normalf(ReasonDriverCompleted, events.Observe, "Driver %s completed", t.Driver.Name))
	case v1beta2.DriverStateFailed:
		t.status.TerminationTime = t.endOfRun(seen)
		t.fail(*seen.failure)
		t.emit(events.Warningf(ReasonDriverFailed, events.Observe, "%s", t.status.AppState.ErrorMessage))
	default:
		t.driverUnknown()
	}
}

// followWaits notes what a driver that lives waits for, and ends the run where it waits or lasts too long.
func (t *turn) followWaits(seen assessment) {
	t.pending = t.reasonOfWait(seen.state)
	t.noteWaits(seen.state)
	if !seen.lookAgain.IsZero() {
		t.wakeIn(seen.lookAgain.Sub(t.Now))
	}
	exceeded, left := t.limits(seen.state)
	if left > 0 {
		t.wakeIn(left)
	}
	if exceeded != nil {
		t.timeOut(*exceeded)
	}
}

// justSubmitted reports whether the observation is older than the driver pod.
func (t *turn) justSubmitted() bool {
	return t.Driver == nil && t.Submission != nil && t.Submission.Err == nil && t.Submission.Attempt == t.status.Attempt
}

// takeApplicationID takes over Spark's own id of the run: spark-submit draws it.
func (t *turn) takeApplicationID() {
	id := t.Driver.Labels[sparklabels.SparkAppSelector]
	if id == "" {
		return
	}
	t.status.SparkApplicationID = id
	if record := t.currentRecord(); record != nil {
		record.SparkApplicationID = id
	}
}

// reasonOfWait returns why the driver is pending: the pod's own words, or those of events about it.
func (t *turn) reasonOfWait(state v1beta2.DriverState) *pendingReason {
	if state != v1beta2.DriverStatePending {
		return nil
	}
	// What the scheduler says of a gang is more than it says of one of its pods.
	ofGang := t.Trouble != nil && !GangWaitsSince(t.Driver).IsZero()
	if reason := pendingReasonOf(t.Driver); reason != nil && !ofGang {
		return reason
	}
	if t.Trouble != nil {
		return &pendingReason{t.Trouble.Reason, t.Trouble.Message}
	}
	return t.unseen(t.Driver)
}

func (t *turn) driverRunning() {
	if record := t.currentRecord(); record != nil && record.StartTime == nil {
		record.StartTime = t.startOfDriver()
	}
	t.warnOfUnseenExecutors()
	if t.state() == v1beta2.ApplicationStateRunning {
		t.wait("the driver runs")
		return
	}
	t.move(v1beta2.ApplicationStateRunning, "the driver runs")
	t.emit(events.Normalf(ReasonDriverRunning, events.Observe, "Driver %s is running", t.Driver.Name))
}

// startOfDriver returns when the Spark container started, as the kubelet says where that can be.
func (t *turn) startOfDriver() *metav1.Time {
	if status := sparkStatus(t.Driver, podmutation.Driver); status != nil && status.State.Running != nil && t.plausible(status.State.Running.StartedAt) {
		return status.State.Running.StartedAt.DeepCopy()
	}
	return new(metav1.NewTime(t.Now))
}

func (t *turn) driverUnknown() {
	if t.state() == v1beta2.ApplicationStateUnknown {
		t.wait("the driver's node does not answer")
		return
	}
	t.move(v1beta2.ApplicationStateUnknown, "the driver's node does not answer")
	t.emit(events.Warningf(ReasonDriverUnknown, events.Observe, "The state of driver %s is unknown: its node does not answer", t.Driver.Name))
}

func (t *turn) driverLost() {
	t.followExecutors(true)
	t.status.TerminationTime = metav1.NewTime(t.Now)
	name, message, note := identity.CurrentDriverPodName(t.App), "driver pod not found", "it was deleted before its end was seen"
	if t.Driver != nil {
		note = "pod " + t.Driver.Name + " is of another submission than the status describes"
		message += ": " + note
	}
	t.fail(v1beta2.FailureRecord{
		Class: v1beta2.FailureClassInfrastructure, Reason: failureDriverNotFound, Message: message, Pod: name,
	})
	t.emit(events.Warningf(ReasonDriverNotFound, events.Observe, "Driver pod %s not found: %s", name, note))
}

// fail completes the record and moves to FAILING.
func (t *turn) fail(failure v1beta2.FailureRecord) {
	failure.Attempt = t.status.Attempt
	failure.Time = t.status.TerminationTime
	failure.LogTail = t.tail(failure.LogTail)
	failure.Message = t.bounded(because(causeInLog(&failure), failure.Message))
	failure.Reason = word(failure.Reason, failureNoStatus)
	if t.status.Executors != nil {
		failure.ExecutorFailures = maps.Clone(t.status.Executors.Failures)
	}
	t.countFailedRun(failure.Class)
	t.endRecord(v1beta2.AttemptFailed, failure.Reason, failure.Time)
	t.status.LastFailure = &failure
	t.status.AppState.ErrorMessage = failure.Message
	t.move(v1beta2.ApplicationStateFailing, failure.Message)
}

// succeeding ends the application, or runs it again under restart policy Always.
func (t *turn) succeeding() {
	if t.App.Spec.RestartPolicy.Type == v1beta2.RestartPolicyAlways {
		t.rerun(events.Normalf, "restart policy Always")
		return
	}
	t.end(v1beta2.ApplicationStateCompleted, "the run is over")
}

// failing ends the application, or runs it again as the restart policy says. A driver that was given up and is still
// alive goes first.
func (t *turn) failing() {
	if t.Driver != nil && assess(t.Driver, t.Now).alive() {
		t.deleteRun("the run that was given up is to end", t.currentAttempt())
		return
	}
	t.followExecutors(true)
	retry := t.runRetry()
	switch {
	case !retry.allowed:
		t.end(v1beta2.ApplicationStateFailed, retry.because)
	case retry.isLater(t.Now):
		t.waitForRetry(retry)
		t.endLeftovers()
	default:
		t.rerun(events.Warningf, retry.because)
	}
}

// rerun leaves the executors of the run that is over in the status until the next attempt is recorded: some may have
// been found ended in this very turn, and who counts them reads it from what is stored. Who runs it again says what
// kind of news that is.
func (t *turn) rerun(news func(events.Reason, events.Action, string, ...any) events.Event, because string) {
	executors, states := t.status.Executors, t.status.ExecutorState
	t.clearRun()
	t.status.Executors, t.status.ExecutorState = executors, states
	t.move(v1beta2.ApplicationStatePendingRerun, because)
	t.emit(news(ReasonPendingRerun, events.Retry, "Running again: %s", because))
}

// clearRun forgets the run that is over; counters, identity and the failure record stay.
func (t *turn) clearRun() {
	t.status.SparkApplicationID = ""
	t.status.TerminationTime = metav1.Time{}
	t.status.AppState.ErrorMessage = ""
	t.status.DriverInfo = v1beta2.DriverInfo{}
	t.status.ExecutorState = nil
	t.status.Executors = nil
	t.status.NextRetryTime = nil
}

// end moves to COMPLETED or FAILED.
func (t *turn) end(state v1beta2.ApplicationStateType, because string) {
	if t.status.TerminationTime.IsZero() {
		t.status.TerminationTime = metav1.NewTime(t.Now)
	}
	t.status.NextRetryTime = nil
	t.move(state, because)
	if state == v1beta2.ApplicationStateCompleted {
		t.emit(events.Normalf(ReasonCompleted, events.Finish, "Completed"))
		return
	}
	t.emit(events.Warningf(ReasonFailed, events.Finish, "%s; no other attempt follows: %s", head(t.status.AppState.ErrorMessage, maxConditionMessageBytes-maxReasonBytes), because))
}

// ended ends what outlives the driver, and removes a driver that has not ended, such as one that a submission made
// after it was given up. One that has ended stays, with its log.
func (t *turn) ended() {
	t.wait("the application has ended")
	if t.Driver != nil && (t.failedBySubmission() || assess(t.Driver, t.Now).alive()) {
		t.deleteRun("a driver is there although the application has ended", t.currentAttempt(), t.nextAttempt())
		return
	}
	if !t.failedBySubmission() {
		t.followExecutors(true)
	}
	t.endLeftovers()
}
