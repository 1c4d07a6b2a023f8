// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	"fmt"
	"slices"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/utils/ptr"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
)

// A state with an entry in the table of edges has code, and the other way round.
func TestEveryStateHasCode(t *testing.T) {
	for _, edge := range Transitions() {
		for _, state := range []v1beta2.ApplicationStateType{edge.From, edge.To} {
			if states[state] == nil {
				t.Errorf("state %q has edges and no code", state)
			}
		}
	}
	for state := range states {
		if !slices.ContainsFunc(Transitions(), func(e Transition) bool { return e.From == state }) {
			t.Errorf("state %q has no way out", state)
		}
	}
}

// Decide neither panics nor leaves the table of edges, whatever it finds, and a second look at an unchanged world
// decides the same and changes nothing.
func TestEveryObservationHasADecision(t *testing.T) {
	drivers := map[string]func(*world){
		"none":        func(*world) {},
		"pending":     func(w *world) { w.driver = driverPod(w.attempt(1)) },
		"running":     func(w *world) { w.driver = driverPod(w.attempt(1)); w.driverRuns() },
		"succeeded":   func(w *world) { w.driver = driverPod(w.attempt(1)); w.driverEnds(0) },
		"failed":      func(w *world) { w.driver = driverPod(w.attempt(1)); w.driverEnds(1) },
		"evicted":     func(w *world) { w.driver = driverPod(w.attempt(1)); w.driver.Status.Phase = corev1.PodFailed },
		"unreachable": func(w *world) { w.driver = driverPod(w.attempt(1)); w.driver.Status.Phase = corev1.PodUnknown },
		"of another":  func(w *world) { w.driver = driverPod(w.attempt(7)) },
		"with executors": func(w *world) {
			w.driver = driverPod(w.attempt(1))
			w.executors = []*corev1.Pod{executorPod("a", w.attempt(1), corev1.PodRunning)}
		},
		"executors only": func(w *world) { w.executors = []*corev1.Pod{executorPod("a", w.attempt(1), corev1.PodRunning)} },
	}
	specs := map[string]func(*v1beta2.SparkApplication){
		"as it was": func(*v1beta2.SparkApplication) {},
		"suspended": func(a *v1beta2.SparkApplication) { a.Spec.Suspend = new(true) },
		"changed":   func(a *v1beta2.SparkApplication) { a.Status.SpecHash = "h2-other" },
		"expired":   func(a *v1beta2.SparkApplication) { a.Spec.TimeToLiveSeconds = ptr.To[int64](0) },
		"retries":   retries(3),
		"always":    func(a *v1beta2.SparkApplication) { a.Spec.RestartPolicy.Type = v1beta2.RestartPolicyAlways },
	}
	for state := range states {
		for driver, arrange := range drivers {
			for spec, change := range specs {
				for _, refuse := range []error{nil, errQuota} {
					t.Run(fmt.Sprintf("%s/driver %s/spec %s/refused %v", state, driver, spec, refuse != nil), func(t *testing.T) {
						w := newWorld()
						w.app.Status.AppState.State = state
						w.app.Status.Attempt, w.app.Status.ExecutionAttempts, w.app.Status.SubmissionAttempts = 1, 1, 1
						w.app.Status.SpecHash, w.app.Status.SubmissionID = w.attempt(1).SpecHash, w.attempt(1).SubmissionID
						change(w.app)
						arrange(w)
						w.refuse = refuse
						if d := w.reconcile(); d.RequeueAfter == immediately {
							w.reconcile()
						}
						again := Decide(w.observe(), w.policy)
						if !w.deleted && len(again.Actions) > 0 {
							t.Errorf("a second look acts again: %v because %s", again.Actions, again.Because)
						}
						if !equality.Semantic.DeepEqual(again.Status, w.app.Status) {
							t.Errorf("a second look changes the status from %+v to %+v", w.app.Status, again.Status)
						}
					})
				}
			}
		}
	}
}
