// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
)

// written is what a turn has written so far.
func written(t *turn) string {
	return fmt.Sprintf("status %+v, actions %v, events %v, again after %s, because %q, moved %t, passed %v, change pending %t",
		*t.status, t.actions, t.events, t.requeueAfter, t.because, t.moved, t.passed, t.specChangePending)
}

// Whatever there is to decide on, a guard that is asked writes nothing and emits nothing: only one that takes the turn
// acts.
func TestAGuardThatIsAskedNeverWrites(t *testing.T) {
	drivers := map[string]func(*world){
		"none":    func(*world) {},
		"running": func(w *world) { w.driver = driverPod(w.attempt(1)); w.driverRuns() },
		"failed":  func(w *world) { w.driver = driverPod(w.attempt(1)); w.driverEnds(1) },
	}
	specs := map[string]func(*v1beta2.SparkApplication){
		"as it was":                     func(*v1beta2.SparkApplication) {},
		"suspended":                     func(a *v1beta2.SparkApplication) { a.Spec.Suspend = new(true) },
		"changed":                       func(a *v1beta2.SparkApplication) { a.Status.SpecHash = "h2-other" },
		"changed, for the next attempt": nextAttempt("h2-other"),
		"of another release":            func(a *v1beta2.SparkApplication) { a.Status.SpecHash = "h0-other" },
		"lives for a while":             func(a *v1beta2.SparkApplication) { a.Spec.TimeToLiveSeconds = new(int64(60)) },
		"has lived":                     func(a *v1beta2.SparkApplication) { a.Spec.TimeToLiveSeconds = new(int64(0)) },
	}
	for state := range states {
		for driver, arrange := range drivers {
			for spec, change := range specs {
				w := newWorld()
				w.app.Status.AppState.State = state
				w.app.Status.Attempt, w.app.Status.ObservedGeneration, w.app.Status.TerminationTime.Time = 1, 1, start
				w.app.Status.SpecHash, w.app.Status.SubmissionID = w.attempt(1).SpecHash, w.attempt(1).SubmissionID
				change(w.app)
				arrange(w)
				o := w.observe()
				turn := &turn{Observation: o, policy: w.policy, status: o.App.Status.DeepCopy()}
				for _, guard := range guards {
					before := written(turn)
					takes := guard.takes(turn)
					if diff := cmp.Diff(before, written(turn)); diff != "" {
						t.Errorf("%s/driver %s/spec %s: guard %s, which takes the turn: %t (-before +after):\n%s", state, driver, spec, guard.name, takes, diff)
					}
				}
			}
		}
	}
}

func nextAttempt(hash string) func(*v1beta2.SparkApplication) {
	return func(a *v1beta2.SparkApplication) {
		a.Spec.UpdatePolicy, a.Status.SpecHash = v1beta2.UpdatePolicyNextAttempt, hash
	}
}
