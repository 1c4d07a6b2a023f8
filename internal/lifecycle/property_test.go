// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

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
		"changed":   func(a *v1beta2.SparkApplication) { a.Status.SpecHash = "h1-other" },
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
						w.reconcile()
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

// Random lives: whatever happens, an attempt is submitted at most once, attempts only grow, and an application that is left in peace ends.
func TestRandomLivesSubmitEveryAttemptOnce(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 1))
		w := newWorld(retries(r.Int32N(3)))
		for range 40 {
			happen(w, r)
			w.reconcile()
			if w.deleted {
				break
			}
		}
		if !slices.IsSorted(w.submitted) || len(slices.Compact(slices.Clone(w.submitted))) != len(w.submitted) {
			t.Fatalf("seed %d: attempts submitted: %v", seed, w.submitted)
		}
		settle(w)
		if !w.deleted && w.state() != completed && w.state() != failed {
			t.Fatalf("seed %d: left in peace it rests in %q", seed, w.state())
		}
	}
}

// happen lets one thing happen to the world.
func happen(w *world, r *rand.Rand) {
	things := map[string]func(){
		"time passes":     func() { w.now = w.now.Add(time.Duration(r.IntN(60)) * time.Second) },
		"driver runs":     func() { onDriver(w, w.driverRuns) },
		"driver succeeds": func() { onDriver(w, func() { w.driverEnds(0) }) },
		"driver fails":    func() { onDriver(w, func() { w.driverEnds(1) }) },
		"driver vanishes": func() { w.driver = nil },
		"suspend":         func() { w.edit(func(a *v1beta2.SparkApplication) { a.Spec.Suspend = new(true) }) },
		"resume":          func() { w.edit(func(a *v1beta2.SparkApplication) { a.Spec.Suspend = nil }) },
		"edit": func() {
			w.edit(func(a *v1beta2.SparkApplication) { a.Spec.Arguments = []string{fmt.Sprint(r.IntN(1000))} })
		},
		"cluster refuses": func() { w.refuse = errQuota },
		"cluster accepts": func() { w.refuse = nil },
		"executor starts": func() {
			if w.driver != nil {
				w.executors = []*corev1.Pod{executorPod("a", w.attempt(w.app.Status.Attempt), corev1.PodRunning)}
			}
		},
	}
	names := slices.Sorted(maps.Keys(things))
	things[names[r.IntN(len(names))]]()
}

func onDriver(w *world, change func()) {
	if w.driver != nil {
		w.driver = w.driver.DeepCopy()
		change()
	}
}

// settle lets the world come to rest: nothing is suspended, the cluster accepts, drivers succeed.
func settle(w *world) {
	w.refuse = nil
	w.edit(func(a *v1beta2.SparkApplication) { a.Spec.Suspend = nil })
	for range 20 {
		w.now = w.now.Add(time.Minute)
		onDriver(w, func() { w.driverEnds(0) })
		w.reconcile()
	}
}
