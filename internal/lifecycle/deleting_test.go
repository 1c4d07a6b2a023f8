// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
)

const foreignFinalizer = "example.com/archive"

// delete marks the application as deleted and held by the finalizers.
func (w *world) delete(finalizers ...string) {
	w.app = w.app.DeepCopy()
	w.app.DeletionTimestamp, w.app.Finalizers = new(metav1.NewTime(w.now)), finalizers
}

// Whoever holds a deleted application, its run ends; but what orphaning or foreground deletion asks of the garbage
// collector is left to it.
func TestDeletionThatIsHeld(t *testing.T) {
	runs := func(w *world) {
		w.reconcile()
		w.driverRuns()
		w.executors = []*corev1.Pod{executorPod("a", w.attempt(1), corev1.PodRunning)}
		w.reconcile()
	}
	killedByDeletion := func(w *world) {
		runs(w)
		w.executors = nil
		w.driver.DeletionTimestamp = new(metav1.NewTime(w.now))
		w.driverEnds(143)
	}
	for name, tc := range map[string]struct {
		change     func(*v1beta2.SparkApplication)
		arrange    func(*world)
		finalizers []string
		want       []string
		wantState  v1beta2.ApplicationStateType
	}{
		"a run is ended": {
			arrange: runs, finalizers: []string{foreignFinalizer}, want: []string{"DeleteRun"}, wantState: running},
		"executors without a driver are ended": {
			arrange: func(w *world) { runs(w); w.driver = nil }, finalizers: []string{foreignFinalizer}, want: []string{"DeleteRun"}, wantState: running},
		"a driver that nobody has recorded is ended": {
			arrange: func(w *world) { w.driver = driverPod(w.attempt(1)) }, finalizers: []string{foreignFinalizer}, want: []string{"DeleteRun"}},
		"a run that its deletion has killed is no failure": {
			change: retries(1), arrange: killedByDeletion, finalizers: []string{foreignFinalizer}, want: []string{"DeleteRun"}, wantState: running},
		"a run that the garbage collector's deletion has killed is no failure": {
			arrange: killedByDeletion, finalizers: []string{metav1.FinalizerDeleteDependents}, want: []string{"RemoveFinalizer"}, wantState: running},
		"nothing was ever made": {
			arrange: func(*world) {}, finalizers: []string{foreignFinalizer}},
		"an end is recorded, and the driver stays to be read": {
			arrange: func(w *world) { runs(w); w.executors = nil; w.driverEnds(0) }, finalizers: []string{foreignFinalizer},
			want: []string{"RemoveFinalizer"}, wantState: completed},
		"a failure that has a retry is recorded, and nothing is run again": {
			change:  retries(1),
			arrange: func(w *world) { runs(w); w.executors = nil; w.driverEnds(1) }, finalizers: []string{foreignFinalizer},
			want: []string{"RemoveFinalizer"}, wantState: v1beta2.ApplicationStateFailing},
		"a success that another run would follow is recorded": {
			change:  func(a *v1beta2.SparkApplication) { a.Spec.RestartPolicy.Type = v1beta2.RestartPolicyAlways },
			arrange: func(w *world) { runs(w); w.executors = nil; w.driverEnds(0) }, finalizers: []string{foreignFinalizer},
			want: []string{"RemoveFinalizer"}, wantState: v1beta2.ApplicationStateSucceeding},
		"pods that are orphaned run on, and are not held": {
			arrange: runs, finalizers: []string{metav1.FinalizerOrphanDependents}, want: []string{"RemoveFinalizer"}, wantState: running},
		"pods that are orphaned run on, whoever holds the application besides": {
			arrange: runs, finalizers: []string{foreignFinalizer, metav1.FinalizerOrphanDependents}, want: []string{"RemoveFinalizer"}, wantState: running},
		"foreground deletion is the garbage collector's": {
			arrange: runs, finalizers: []string{metav1.FinalizerDeleteDependents}, want: []string{"RemoveFinalizer"}, wantState: running},
		"foreground deletion is the garbage collector's, whoever holds the application besides": {
			arrange: runs, finalizers: []string{metav1.FinalizerDeleteDependents, foreignFinalizer}, want: []string{"RemoveFinalizer"}, wantState: running},
		"an end is recorded before the garbage collector deletes the driver": {
			arrange: func(w *world) { runs(w); w.driverEnds(0) }, finalizers: []string{metav1.FinalizerDeleteDependents},
			want: []string{"RemoveFinalizer"}, wantState: completed},
		"an end is recorded before the driver is orphaned": {
			arrange: func(w *world) { runs(w); w.driverEnds(1) }, finalizers: []string{metav1.FinalizerOrphanDependents},
			want: []string{"RemoveFinalizer"}, wantState: failed},
		"a driver that was given up is ended": {
			arrange: func(w *world) { runs(w); w.app.Status.AppState.State = v1beta2.ApplicationStateFailing }, finalizers: []string{foreignFinalizer},
			want: []string{"DeleteRun"}, wantState: v1beta2.ApplicationStateFailing},
		"a driver that was given up runs on where it is orphaned": {
			arrange:    func(w *world) { runs(w); w.app.Status.AppState.State = v1beta2.ApplicationStateFailing },
			finalizers: []string{metav1.FinalizerOrphanDependents}, want: []string{"RemoveFinalizer"}, wantState: v1beta2.ApplicationStateFailing},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			if tc.change != nil {
				tc.change(w.app)
			}
			tc.arrange(w)
			w.delete(tc.finalizers...)
			d := Decide(w.observe(), w.policy)
			var actions []string
			for _, a := range d.Actions {
				actions = append(actions, a.String())
			}
			if diff := cmp.Diff(tc.want, actions); diff != "" {
				t.Errorf("actions (-want +got):\n%s", diff)
			}
			if got := d.Status.AppState.State; got != tc.wantState {
				t.Errorf("state %q, want %q", got, tc.wantState)
			}
			succeeded := meta.FindStatusCondition(d.Status.Conditions, v1beta2.ConditionSucceeded)
			ended := succeeded != nil && succeeded.Status != metav1.ConditionUnknown
			if want := tc.wantState == completed || tc.wantState == failed; ended != want {
				t.Errorf("conditions say that it has ended: %t, want %t", ended, want)
			}
		})
	}
}

// Services lead to an orphaned driver for as long as it runs; nothing of it is deleted.
func TestOrphanedDriverKeepsWhatLeadsToIt(t *testing.T) {
	w := newWorld()
	w.reconcile()
	for finalizer, want := range map[string]RemoveFinalizer{
		metav1.FinalizerOrphanDependents: {Orphan: true},
		metav1.FinalizerDeleteDependents: {},
	} {
		w.delete(finalizer)
		if diff := cmp.Diff([]Action{want}, Decide(w.observe(), w.policy).Actions); diff != "" {
			t.Errorf("%s: actions (-want +got):\n%s", finalizer, diff)
		}
	}
}

// A deleted application never starts anything, whatever state it is in and whoever holds it, and no pod is deleted that
// is to be orphaned or that the garbage collector deletes. Where it is ours to do, no pod goes on.
func TestDeletedApplicationsNeverRun(t *testing.T) {
	arrangements := map[string]func(*world){
		"no pod":             func(*world) {},
		"a pending driver":   func(w *world) { w.driver = driverPod(w.attempt(1)) },
		"a running driver":   func(w *world) { w.driver = driverPod(w.attempt(1)); w.driverRuns() },
		"a success":          func(w *world) { w.driver = driverPod(w.attempt(1)); w.driverEnds(0) },
		"a failure":          func(w *world) { w.driver = driverPod(w.attempt(1)); w.driverEnds(1) },
		"the next driver":    func(w *world) { w.driver = driverPod(w.attempt(2)); w.driverRuns() },
		"a running executor": func(w *world) { w.executors = []*corev1.Pod{executorPod("a", w.attempt(1), corev1.PodRunning)} },
	}
	edits := map[string]func(*v1beta2.SparkApplication){
		"as it was": func(*v1beta2.SparkApplication) {},
		"suspended": func(a *v1beta2.SparkApplication) { a.Spec.Suspend = new(true) },
		"changed":   func(a *v1beta2.SparkApplication) { a.Spec.Image = new("spark:other") },
		"retries":   retries(3),
		"always":    func(a *v1beta2.SparkApplication) { a.Spec.RestartPolicy.Type = v1beta2.RestartPolicyAlways },
	}
	ours := []string{foreignFinalizer}
	for _, finalizers := range [][]string{
		ours, {metav1.FinalizerOrphanDependents}, {metav1.FinalizerDeleteDependents},
		{foreignFinalizer, metav1.FinalizerOrphanDependents}, {foreignFinalizer, metav1.FinalizerDeleteDependents},
	} {
		for state := range states {
			for pods, arrange := range arrangements {
				for edit, change := range edits {
					w := newWorld()
					w.app.Status.AppState.State, w.app.Status.Attempt = state, 1
					w.app.Status.SpecHash, w.app.Status.SubmissionID = w.attempt(1).SpecHash, w.attempt(1).SubmissionID
					arrange(w)
					change(w.app)
					w.delete(finalizers...)
					before := w.pods()
					w.reconcile()
					w.now = w.now.Add(24 * 60 * 60 * 1e9)
					w.policy.Timeouts = Timeouts{ExecutorsEnd: 1, Sidecars: 1}
					w.reconcile()
					where := func() string { return string(state) + ", " + pods + ", " + edit + ", " + finalizers[0] }
					if len(w.submitted) > 0 {
						t.Errorf("%s: attempts %v were submitted", where(), w.submitted)
					}
					isOurs := slices.Equal(finalizers, ours)
					if !isOurs && len(w.pods()) != len(before) {
						t.Errorf("%s: %d pods of %d are left", where(), len(w.pods()), len(before))
					}
					for _, pod := range w.pods() {
						ended := pod.Status.Phase == corev1.PodSucceeded || pod.Status.Phase == corev1.PodFailed
						if isOurs && !ended {
							t.Errorf("%s: pod %s goes on", where(), pod.Name)
						}
						if slices.Contains(pod.Finalizers, "sparkoperator.k8s.io/driver-end") {
							t.Errorf("%s: pod %s is held", where(), pod.Name)
						}
					}
				}
			}
		}
	}
}
