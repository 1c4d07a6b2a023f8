// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	"errors"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/identity"
)

// overwritten writes over the status of an application whose driver is pending.
func overwritten(change func(*v1beta2.SparkApplicationStatus), spec ...func(*v1beta2.SparkApplication)) *world {
	w := newWorld(spec...)
	w.reconcile()
	w.app = w.app.DeepCopy()
	change(&w.app.Status)
	return w
}

// A status that describes another attempt than the driver is of is corrected from the driver, which goes on and is
// followed to its end.
func TestADriverIsTakenForWhatItIs(t *testing.T) {
	for name, change := range map[string]func(*v1beta2.SparkApplicationStatus){
		"another attempt": func(s *v1beta2.SparkApplicationStatus) {
			s.Attempt, s.SpecHash, s.SubmissionID = math.MaxInt32, "zzz", "q"
		},
		"the last number":   func(s *v1beta2.SparkApplicationStatus) { s.Attempt = math.MaxInt64 },
		"a negative number": func(s *v1beta2.SparkApplicationStatus) { s.Attempt = math.MinInt64 },
		"none":              func(s *v1beta2.SparkApplicationStatus) { s.Attempt, s.SubmissionID = 0, "" },
		"another id":        func(s *v1beta2.SparkApplicationStatus) { s.SubmissionID = "q" },
		"an unknown state":  func(s *v1beta2.SparkApplicationStatus) { s.AppState.State = "BANANA" },
		"nothing that is so": func(s *v1beta2.SparkApplicationStatus) {
			*s = v1beta2.SparkApplicationStatus{AppState: v1beta2.ApplicationState{State: "BANANA"}}
		},
		"an attempt to come":  func(s *v1beta2.SparkApplicationStatus) { s.Attempt, s.Attempts[0].Attempt = 7, 7 },
		"negative counters":   func(s *v1beta2.SparkApplicationStatus) { s.ExecutionAttempts, s.SubmissionAttempts = -5, math.MinInt32 },
		"negative failures":   func(s *v1beta2.SparkApplicationStatus) { s.Failures = &v1beta2.FailureCounts{Runs: -3} },
		"no name of a driver": func(s *v1beta2.SparkApplicationStatus) { s.AppState.State, s.DriverInfo.PodName = running, "" },
	} {
		t.Run(name, func(t *testing.T) {
			w := overwritten(change, retries(1))
			w.reconcile()
			attempt := w.attempt(1)
			s := w.app.Status
			if w.driver == nil || s.Attempt != 1 || s.SubmissionID != attempt.SubmissionID || s.DriverInfo.PodName != attempt.DriverPodName {
				t.Fatalf("driver %v, status %+v", w.driver != nil, s)
			}
			if s.ExecutionAttempts < 0 || s.SubmissionAttempts < 0 || s.Failures != nil && s.Failures.Runs < 0 {
				t.Errorf("counters %+v", s)
			}
			w.driverRuns()
			w.reconcile()
			w.driverEnds(1)
			w.reconcile()
			w.now = w.now.Add(defaultMaxRetryInterval)
			w.reconcile()
			w.driverRuns()
			w.driverEnds(0)
			w.reconcile()
			if want := []int64{1, 2}; w.state() != completed || !slices.Equal(w.submitted, want) || len(w.twice) > 0 {
				t.Errorf("state %s, submitted %d, want %d; twice %d", w.state(), w.submitted, want, w.twice)
			}
			if now := w.app.Status; now.Attempt != 2 || len(now.Attempts) != 2 {
				t.Errorf("attempt %d, history %+v", now.Attempt, now.Attempts)
			}
		})
	}
}

// A driver that no attempt of the application explains is not followed: the run is lost, and the driver is removed.
func TestADriverOfNoAttemptIsRemoved(t *testing.T) {
	w := overwritten(func(s *v1beta2.SparkApplicationStatus) { s.SubmissionID = "q" })
	w.driver.Labels["sparkoperator.k8s.io/submission-id"] = "elsewhere"
	w.reconcile()
	if w.state() != failed || w.driver != nil || w.app.Status.LastFailure.Reason != failureDriverNotFound {
		t.Errorf("state %s, driver %v, failure %+v", w.state(), w.driver, w.app.Status.LastFailure)
	}
	if message := w.app.Status.LastFailure.Message; !strings.Contains(message, "pod pi-driver is of another submission") {
		t.Errorf("message %q", message)
	}
}

// An unknown state is replaced by what the driver, or the record of the last attempt, says; it is said once, and what
// has run is not run again as if it were new.
func TestAnUnknownStateIsDerivedAnew(t *testing.T) {
	gone := func(w *world) { w.driver = nil }
	for name, tc := range map[string]struct {
		spec          []func(*v1beta2.SparkApplication)
		arrange       func(*world)
		want          v1beta2.ApplicationStateType
		wantSubmitted int
	}{
		"its driver is pending":           {arrange: func(*world) {}, want: submitted, wantSubmitted: 1},
		"its driver runs":                 {arrange: (*world).driverRuns, want: running, wantSubmitted: 1},
		"its driver has ended":            {arrange: func(w *world) { w.driverRuns(); w.driverEnds(0) }, want: completed, wantSubmitted: 1},
		"its driver is lost":              {arrange: gone, want: failed, wantSubmitted: 1},
		"its driver is lost, and retried": {spec: []func(*v1beta2.SparkApplication){retries(1)}, arrange: func(w *world) { gone(w) }, want: v1beta2.ApplicationStateFailing, wantSubmitted: 1},
		"it had completed":                {arrange: func(w *world) { w.driverRuns(); w.driverEnds(0); w.reconcile(); gone(w) }, want: completed, wantSubmitted: 1},
		"it had failed":                   {arrange: func(w *world) { w.driverRuns(); w.driverEnds(1); w.reconcile(); gone(w) }, want: failed, wantSubmitted: 1},
		"it is to stop":                   {arrange: func(w *world) { w.app = w.app.DeepCopy(); w.app.Spec.Suspend = new(true) }, want: v1beta2.ApplicationStateSuspended, wantSubmitted: 1},
		"it never ran": {arrange: func(w *world) {
			gone(w)
			w.submitted = nil
			w.app = newWorld().app
		}, want: submitted, wantSubmitted: 1},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(tc.spec...)
			w.reconcile()
			tc.arrange(w)
			w.app = w.app.DeepCopy()
			w.app.Status.AppState.State = "BANANA"
			w.emitted = nil
			w.reconcile()
			w.reconcile()
			if w.state() != tc.want || len(w.submitted) != tc.wantSubmitted {
				t.Errorf("state %q, submitted %d; want %q, %d", w.state(), w.submitted, tc.want, tc.wantSubmitted)
			}
			said := slices.DeleteFunc(slices.Clone(w.emitted), func(reason string) bool { return reason != string(ReasonUnknownState) })
			if len(said) != 1 {
				t.Errorf("events %v, want one of %s", w.emitted, ReasonUnknownState)
			}
		})
	}
}

// An application that cannot be read and has never run is not said to run, whatever its status says.
func TestAnUnreadableApplicationThatNeverRanFails(t *testing.T) {
	for _, state := range []v1beta2.ApplicationStateType{"", "BANANA", submitted, running, v1beta2.ApplicationStateUnknown, v1beta2.ApplicationStateFailing, v1beta2.ApplicationStateSucceeding} {
		app := newWorld().app
		app.Status.AppState.State = state
		app.Status.Conditions = []metav1.Condition{{Type: v1beta2.ConditionDriverReady, Status: metav1.ConditionTrue, Reason: "DriverRunning"}}
		d := Decide(Observation{Now: start, App: app, Unreadable: errors.New("spec.driver.cores: oops")}, Policy{})
		s := d.Status
		if s.AppState.State != failed || s.LastFailure == nil || s.LastFailure.Reason != failureUnreadable || meta.FindStatusCondition(s.Conditions, v1beta2.ConditionDriverReady) != nil {
			t.Errorf("%q: status %+v", state, s)
		}
	}
}

// A driver that has not ended is removed where the status says that the application has; one that has ended stays with
// its log.
func TestAnEndedApplicationHasNoDriverThatRuns(t *testing.T) {
	for _, state := range []v1beta2.ApplicationStateType{completed, failed} {
		for name, end := range map[string]func(*world){"pending": func(*world) {}, "running": (*world).driverRuns, "completed": func(w *world) { w.driverEnds(0) }, "failed": func(w *world) { w.driverEnds(1) }} {
			t.Run(string(state)+"/"+name, func(t *testing.T) {
				w := overwritten(func(s *v1beta2.SparkApplicationStatus) { s.AppState.State = state })
				end(w)
				w.reconcile()
				if stays := name == "completed" || name == "failed"; (w.driver != nil) != stays || stays && len(w.driver.Finalizers) > 0 {
					t.Errorf("driver %v", w.driver)
				}
				if w.state() != state || len(w.submitted) != 1 {
					t.Errorf("state %s, submitted %d", w.state(), w.submitted)
				}
			})
		}
	}
}

// No driver stays that an application which waits for its next submission does not have.
func TestADriverOfARefusedSubmissionIsRemoved(t *testing.T) {
	w := overwritten(func(s *v1beta2.SparkApplicationStatus) {
		s.AppState.State, s.SubmissionID, s.Attempt = v1beta2.ApplicationStateFailedSubmission, "q", 7
	}, func(app *v1beta2.SparkApplication) {
		app.Spec.RestartPolicy = v1beta2.RestartPolicy{Type: v1beta2.RestartPolicyOnFailure, OnSubmissionFailureRetries: new(int32(3)), OnSubmissionFailureRetryInterval: new(int64(3600))}
	})
	w.reconcile()
	if w.driver != nil || w.state() != v1beta2.ApplicationStateFailedSubmission {
		t.Errorf("state %s, driver %v", w.state(), w.driver)
	}
}

// Numbers of attempts count up from 1 and never overflow.
func TestNext(t *testing.T) {
	for number, want := range map[int64]int64{math.MinInt64: 1, -1: 1, 0: 1, 1: 2, math.MaxInt32: math.MaxInt32 + 1, math.MaxInt64 - 1: math.MaxInt64, math.MaxInt64: 1} {
		if got := identity.Next(number); got != want {
			t.Errorf("after %d comes %d, want %d", number, got, want)
		}
	}
}

// The table of states and the states of the API are the same.
func TestEveryStateIsKnown(t *testing.T) {
	want := slices.Sorted(slices.Values(v1beta2.ApplicationStates()))
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(states))); diff != "" {
		t.Errorf("states (-API +lifecycle):\n%s", diff)
	}
}
