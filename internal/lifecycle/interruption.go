// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/events"
)

// stopExecutors counts the executors of a run that is about to be removed: they end with it.
func (t *turn) stopExecutors() {
	if t.status.Executors != nil {
		t.followExecutors(true)
	}
}

// invalidating removes the run of the old spec and starts counting anew.
func (t *turn) invalidating() {
	if !t.isClean() {
		t.clean("the run of the old spec still exists")
		return
	}
	t.endRecord(v1beta2.AttemptReplaced, "", metav1.NewTime(t.Now))
	t.clearRun()
	t.status.SpecHash = ""
	t.status.ExecutionAttempts = 0
	t.status.SubmissionAttempts = 0
	t.status.LastFailure = nil
	t.status.Failures = nil
	t.move(v1beta2.ApplicationStatePendingRerun, "nothing of the old run is left")
}

// suspending removes the run.
func (t *turn) suspending() {
	if !t.isClean() {
		t.clean("the suspended run still exists")
		return
	}
	t.endRecord(v1beta2.AttemptSuspended, "", metav1.NewTime(t.Now))
	t.clearRun()
	t.move(v1beta2.ApplicationStateSuspended, "nothing of the run is left")
	t.emit(events.Normalf(ReasonSuspended, events.Suspend, "Suspended"))
}

// suspended waits for the user.
func (t *turn) suspended() {
	if t.Driver != nil || len(t.Executors) > 0 {
		t.deleteRun("pods were made after the suspension", t.currentAttempt(), t.nextAttempt())
		return
	}
	if isTrue(t.App.Spec.Suspend) {
		t.wait("spec.suspend is true")
		return
	}
	t.move(v1beta2.ApplicationStateResuming, "spec.suspend is false")
	t.emit(events.Normalf(ReasonResuming, events.Resume, "Resuming"))
}

// isClean reports whether nothing of the application's runs is left.
func (t *turn) isClean() bool {
	return t.Driver == nil && len(t.Executors) == 0 && (t.Released || t.neverBegun())
}

// clean deletes what is left of the application's runs. The next attempt is included: a crash may have left part of it
// behind.
func (t *turn) clean(because string) {
	t.deleteRun(because, t.currentAttempt(), t.nextAttempt())
}

// neverBegun reports whether no attempt can have been begun, not even one that a crash hid from the status: the
// application was created suspended, and its spec is the first. A queue such as Kueue has all applications begin like
// that.
func (t *turn) neverBegun() bool {
	return t.status.Attempt == 0 && t.App.Generation == 1 && isTrue(t.App.Spec.Suspend)
}
