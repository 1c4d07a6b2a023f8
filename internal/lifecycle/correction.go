// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	"fmt"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/events"
	"github.com/alauda/spark-operator/internal/identity"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// correct puts right what the operator would not have written: a status is restored from a backup, or written by hand.
// It comes before all decisions, so that none of them needs to know.
func (t *turn) correct() {
	t.correctCounters()
	t.correctTimes()
	t.correctState()
	t.correctAttempt()
}

// correctCounters reads a negative counter as 0.
func (t *turn) correctCounters() {
	t.status.Attempt = max(t.status.Attempt, 0)
	counters := []*int32{&t.status.ExecutionAttempts, &t.status.SubmissionAttempts}
	if f := t.status.Failures; f != nil {
		counters = append(counters, &f.Submissions, &f.Runs, &f.Infrastructure)
	}
	if e := t.status.Executors; e != nil {
		counters = append(counters, &e.Pending, &e.Running, &e.Completed, &e.Failed)
	}
	for _, n := range counters {
		*n = max(*n, 0)
	}
}

// correctState derives the state anew from what there is, where it is unknown, or tells of a run of an application that
// cannot be read and never had one.
func (t *turn) correctState() {
	stored := t.state()
	if !stored.Known() {
		t.setDerivedState(stored)
		return
	}
	idle := t.terminal() || t.in(v1beta2.ApplicationStateNew, v1beta2.ApplicationStateSuspending, v1beta2.ApplicationStateSuspended, v1beta2.ApplicationStateResuming)
	if t.Unreadable != nil && !idle && t.status.Attempt == 0 && t.Driver == nil {
		t.status.AppState.State = v1beta2.ApplicationStateNew
	}
}

// setDerivedState replaces a state that is unknown, and says so.
func (t *turn) setDerivedState(stored v1beta2.ApplicationStateType) {
	derived := t.derivedState()
	t.status.AppState.State, t.status.AppState.Since = derived, new(metav1.NewTime(t.Now))
	t.passed = append(t.passed, derived)
	named := fmt.Sprintf("%q", t.head(string(stored), maxReasonBytes))
	t.because = append(t.because, "the state "+named+" is unknown")
	from := "as if it were new"
	switch {
	case t.Driver != nil:
		from = "by its driver pod " + t.Driver.Name
	case derived != v1beta2.ApplicationStateNew:
		from = "by what is recorded of its last attempt"
	}
	t.emit(events.Warningf(ReasonUnknownState, events.Observe, "The status had the state %s, which is unknown; the application goes on %s", named, from))
}

// derivedState returns the state that an application is in as far as its driver and the record of its last attempt say.
// One that has run and has neither has lost its driver: what has run is not run again as if it were new.
func (t *turn) derivedState() v1beta2.ApplicationStateType {
	if t.Driver != nil {
		return v1beta2.ApplicationStateSubmitted
	}
	if record := t.currentRecord(); record != nil {
		switch record.Outcome {
		case v1beta2.AttemptSucceeded:
			return v1beta2.ApplicationStateSucceeding
		case v1beta2.AttemptFailed:
			return v1beta2.ApplicationStateFailing
		case v1beta2.AttemptSubmissionFailed:
			return v1beta2.ApplicationStateFailedSubmission
		case v1beta2.AttemptSuspended:
			return v1beta2.ApplicationStateSuspended
		case v1beta2.AttemptReplaced:
			return v1beta2.ApplicationStatePendingRerun
		}
	}
	isNew := t.status.Attempt == 0 && t.status.SubmissionID == "" && t.status.ExecutionAttempts == 0 && t.status.LastSubmissionAttemptTime.IsZero()
	if isNew {
		return v1beta2.ApplicationStateNew
	}
	return v1beta2.ApplicationStateSubmitted
}

// followed reports whether the status says that there is a driver.
func (t *turn) followed() bool {
	return t.in(v1beta2.ApplicationStateSubmitted, v1beta2.ApplicationStateRunning, v1beta2.ApplicationStateUnknown)
}

// correctAttempt takes the driver pod for what it is where the status describes another attempt: the pod's own labels
// say which it is of. A pod that is newer than the submission has taken the place of the current driver: that one is
// lost.
func (t *turn) correctAttempt() {
	if !t.followed() {
		return
	}
	if !identity.IsName(t.status.DriverInfo.PodName) {
		t.status.DriverInfo.PodName = identity.CurrentDriverPodName(t.App)
	}
	if t.Driver == nil || t.Unreadable != nil || t.isOf(t.status.Attempt) || t.takesPlace() {
		return
	}
	number, found := identity.Number(t.App, t.Driver.Labels[sparklabels.SubmissionID])
	if !found {
		return
	}
	t.because = append(t.because, fmt.Sprintf("the driver pod is of attempt %d, which the status did not describe", number))
	t.status.Attempt, t.status.SubmissionID = number, t.Driver.Labels[sparklabels.SubmissionID]
	t.status.SpecHash, t.status.DriverInfo.PodName = t.Driver.Annotations[sparklabels.SpecHash], t.Driver.Name
	t.status.LastSubmissionAttemptTime = t.Driver.CreationTimestamp
	t.status.Attempts = slices.DeleteFunc(t.status.Attempts, func(r v1beta2.AttemptRecord) bool { return r.Attempt >= number })
	t.beginRecord()
	t.takeApplicationID()
}

// isOf reports whether the driver pod is of the attempt with the number, and the status describes it.
func (t *turn) isOf(number int64) bool {
	return t.current(t.Driver) && t.status.SubmissionID == identity.SubmissionID(t.App, number)
}

// takesPlace reports whether the driver pod is of another attempt than the status describes and newer than that.
func (t *turn) takesPlace() bool {
	submitted := t.status.LastSubmissionAttemptTime
	return !t.current(t.Driver) && !submitted.IsZero() && t.Driver.CreationTimestamp.After(submitted.Add(clockSlack))
}
