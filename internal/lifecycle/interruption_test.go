// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/identity"
)

// What is asked for after the driver has ended, and before the operator has seen that, changes nothing about how the
// run ended: a suspension holds back only what is still to come, a changed spec runs it again after the end was stored.
func TestEndIsRecordedBeforeAnythingElse(t *testing.T) {
	type state = v1beta2.ApplicationStateType
	const failing, suspending, suspended = v1beta2.ApplicationStateFailing, v1beta2.ApplicationStateSuspending, v1beta2.ApplicationStateSuspended
	const invalidating = v1beta2.ApplicationStateInvalidating
	suspend := func(a *v1beta2.SparkApplication) { a.Spec.Suspend = new(true) }
	respecify := func(a *v1beta2.SparkApplication) { a.Spec.Image = new("spark:other") }
	always := func(a *v1beta2.SparkApplication) { a.Spec.RestartPolicy.Type = v1beta2.RestartPolicyAlways }
	never := func(*v1beta2.SparkApplication) {}
	for name, tc := range map[string]struct {
		policy      func(*v1beta2.SparkApplication)
		exitCode    int32
		edit        func(*v1beta2.SparkApplication)
		wantPassed  []state
		wantOutcome v1beta2.AttemptOutcome
		wantFailure bool
	}{
		"suspended after success":                          {never, 0, suspend, []state{completed}, v1beta2.AttemptSucceeded, false},
		"suspended after success that another run follows": {always, 0, suspend, []state{suspending, suspended}, v1beta2.AttemptSucceeded, false},
		"suspended after a failure without a retry":        {never, 1, suspend, []state{failed}, v1beta2.AttemptFailed, true},
		"suspended after a failure that has a retry":       {retries(1), 1, suspend, []state{suspending, suspended}, v1beta2.AttemptFailed, true},
		"changed after success":                            {never, 0, respecify, []state{completed, invalidating, rerun, submitted}, v1beta2.AttemptSucceeded, false},
		"changed after a failure without a retry":          {never, 1, respecify, []state{failed, invalidating, rerun, submitted}, v1beta2.AttemptFailed, false},
		"changed after a failure that has a retry":         {retries(1), 1, respecify, []state{invalidating, rerun, submitted}, v1beta2.AttemptFailed, false},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(tc.policy)
			w.reconcile()
			w.driverRuns()
			w.reconcile()
			w.driverEnds(tc.exitCode)
			w.passed = nil
			w.edit(tc.edit)
			w.reconcile()
			if diff := cmp.Diff(tc.wantPassed, w.passed); diff != "" {
				t.Errorf("states (-want +got):\n%s", diff)
			}
			if got := w.app.Status.Attempts[0].Outcome; got != tc.wantOutcome {
				t.Errorf("outcome of the attempt: %s, want %s", got, tc.wantOutcome)
			}
			if got := w.app.Status.LastFailure != nil; got != tc.wantFailure {
				t.Errorf("failure record: %+v", w.app.Status.LastFailure)
			}
		})
	}
}

// A driver that ended, whose pod is gone by now, leaves nothing to wait for: the end is stored, and the application
// looked at again immediately.
func TestChangedSpecOfALostRunIsSeenAfterItsEnd(t *testing.T) {
	w := newWorld()
	w.reconcile()
	w.driverEnds(0)
	w.driver.Finalizers = nil
	w.edit(func(a *v1beta2.SparkApplication) { a.Spec.Image = new("spark:other") })
	if d := w.reconcile(); w.state() != completed || d.RequeueAfter != immediately {
		t.Fatalf("state %s, wake in %s; want COMPLETED, immediately", w.state(), d.RequeueAfter)
	}
	w.reconcile()
	if w.state() != submitted || w.app.Status.Attempt != 2 {
		t.Errorf("state %s, attempt %d; want SUBMITTED, 2", w.state(), w.app.Status.Attempt)
	}
}

// The executors of a run that is removed end with it, and are counted in the write that says so.
func TestExecutorsOfAStoppedRunAreCounted(t *testing.T) {
	for name, edit := range map[string]func(*v1beta2.SparkApplication){
		"suspended": func(a *v1beta2.SparkApplication) { a.Spec.Suspend = new(true) },
		"changed":   func(a *v1beta2.SparkApplication) { a.Spec.Image = new("spark:other") },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			w.slow = true
			w.reconcile()
			w.driverRuns()
			w.executors = []*corev1.Pod{executorPod("a", w.attempt(1), corev1.PodRunning), executorPod("b", w.attempt(1), corev1.PodRunning)}
			w.reconcile()
			w.executors[1] = executorPod("b", w.attempt(1), corev1.PodFailed)
			w.edit(edit)
			w.reconcile()
			got := *w.app.Status.Executors
			got.Failures = nil
			if diff := cmp.Diff(v1beta2.ExecutorCounts{Completed: 1, Failed: 1}, got); diff != "" {
				t.Errorf("executors (-want +got):\n%s", diff)
			}
		})
	}
}

// So are those of a run that another follows in the same write; they are forgotten with the submission of the next.
func TestExecutorsOfARunThatIsFollowedImmediatelyAreCounted(t *testing.T) {
	for name, tc := range map[string]struct {
		change   func(*v1beta2.SparkApplication)
		exitCode int32
	}{
		"restart policy Always":   {func(a *v1beta2.SparkApplication) { a.Spec.RestartPolicy.Type = v1beta2.RestartPolicyAlways }, 0},
		"a retry that is overdue": {retries(1), 1},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(tc.change)
			w.reconcile()
			w.driverRuns()
			w.executors = []*corev1.Pod{executorPod("a", w.attempt(1), corev1.PodRunning)}
			w.reconcile()
			w.driverEnds(tc.exitCode)
			w.now = w.now.Add(time.Hour)
			d := Decide(w.observe(), w.policy)
			if got := d.Status.Executors; d.Status.AppState.State != rerun || got == nil || got.Completed != 1 {
				t.Fatalf("state %s, executors %+v; want PENDING_RERUN, 1 completed", d.Status.AppState.State, got)
			}
			w.reconcile()
			if got := w.app.Status; got.Attempt != 2 || got.Executors.Completed != 0 || len(got.ExecutorState) > 0 {
				t.Errorf("attempt %d, executors %+v; want 2, none", got.Attempt, got.Executors)
			}
		})
	}
}

// A queue such as Kueue has every application begin suspended: there is nothing to delete, and nothing is looked for.
func TestSuspendedFromTheStart(t *testing.T) {
	suspended := func(a *v1beta2.SparkApplication) { a.Spec.Suspend = new(true) }
	remove := []string{"DeleteRun"}
	for name, tc := range map[string]struct {
		arrange     func(*world)
		wantActions []string
		wantState   v1beta2.ApplicationStateType
	}{
		"no attempt can have been made": {func(*world) {}, nil, v1beta2.ApplicationStateSuspended},
		"an attempt may have been begun before the suspension": {
			func(w *world) { w.app.Generation = 2 }, remove, v1beta2.ApplicationStateSuspending},
		"there is a driver": {func(w *world) { w.driver = driverPod(w.attempt(1)) }, remove, v1beta2.ApplicationStateSuspending},
		"there is an executor": {
			func(w *world) { w.executors = []*corev1.Pod{executorPod("a", w.attempt(1), corev1.PodRunning)} }, remove, v1beta2.ApplicationStateSuspending},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(suspended)
			tc.arrange(w)
			d := Decide(w.observe(), w.policy)
			var actions []string
			for _, a := range d.Actions {
				actions = append(actions, a.String())
			}
			if diff := cmp.Diff(tc.wantActions, actions); diff != "" {
				t.Errorf("actions (-want +got):\n%s", diff)
			}
			if got := d.Status.AppState.State; got != tc.wantState {
				t.Errorf("state %s, want %s", got, tc.wantState)
			}
		})
	}
}

// Attempts count from 1: of attempt 0 there is nothing to delete.
func TestNothingIsDeletedOfNoAttempt(t *testing.T) {
	w := newWorld(func(a *v1beta2.SparkApplication) { a.Spec.Suspend, a.Generation = new(true), 2 })
	d := Decide(w.observe(), w.policy)
	want := []Action{DeleteRun{Attempts: []identity.Attempt{w.attempt(1)}}}
	if diff := cmp.Diff(want, d.Actions); diff != "" {
		t.Errorf("actions (-want +got):\n%s", diff)
	}
}
