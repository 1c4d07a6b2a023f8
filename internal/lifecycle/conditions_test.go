// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/events"
)

// conditions returns all conditions, one a line.
func (w *world) conditions() []string {
	all := make([]string, 0, len(w.app.Status.Conditions))
	for _, c := range w.app.Status.Conditions {
		all = append(all, fmt.Sprintf("%s %s %s: %s", c.Type, c.Status, c.Reason, c.Message))
	}
	return all
}

// A condition is there while it says something that no other does. The first says how the application is going, in
// every state.
func TestConditionsAreThoseThatSaySomething(t *testing.T) {
	steps := func(play ...func(*world)) func(*world) {
		return func(w *world) {
			for _, p := range play {
				p(w)
				w.reconcile()
			}
		}
	}
	nothing := func(*world) {}
	runs := func(w *world) { w.driverRuns() }
	executor := func(phase corev1.PodPhase) func(*world) {
		return func(w *world) {
			w.executors = []*corev1.Pod{executorPod(fmt.Sprint("pi-exec-", len(w.executors)+1), w.attempt(1), phase)}
		}
	}
	ends := func(code int32) func(*world) { return func(w *world) { w.driverEnds(code) } }
	for name, tc := range map[string]struct {
		change func(*v1beta2.SparkApplication)
		play   func(*world)
		want   []string
	}{
		"submitted": {nil, steps(nothing), []string{
			"Succeeded Unknown DriverPending: The driver pod has not started yet",
			"DriverReady False DriverPending: The driver pod has not started yet"}},
		"a missing image": {nil, steps(nothing, func(w *world) { w.driverWaits("ImagePullBackOff", "no such image") }), []string{
			"Succeeded Unknown ImagePullBackOff: no such image (container spark-kubernetes-driver)",
			"DriverReady False ImagePullBackOff: no such image (container spark-kubernetes-driver)"}},
		"running": {nil, steps(nothing, runs, executor(corev1.PodRunning)), []string{
			"Succeeded Unknown ExecutorsRunning: 1 running",
			"DriverReady True DriverRunning: Driver pod pi-driver is running",
			"ExecutorsReady True ExecutorsRunning: 1 running"}},
		"executors without a node": {nil, steps(nothing, runs, executor(corev1.PodPending), func(w *world) {
			w.executors[0].Status.Conditions = []corev1.PodCondition{{
				Type: corev1.PodScheduled, Status: corev1.ConditionFalse, Reason: "Unschedulable", Message: "0/3 nodes are available"}}
		}), []string{
			"Succeeded Unknown Unschedulable: 1 pending: 0/3 nodes are available",
			"DriverReady True DriverRunning: Driver pod pi-driver is running",
			"ExecutorsReady False Unschedulable: 1 pending: 0/3 nodes are available"}},
		"no executors are wanted": {func(a *v1beta2.SparkApplication) { a.Spec.Executor.Instances = new(int32(0)) }, steps(nothing, runs), []string{
			"Succeeded Unknown DriverRunning: Driver pod pi-driver is running",
			"DriverReady True DriverRunning: Driver pod pi-driver is running"}},
		"completed": {nil, steps(nothing, runs, executor(corev1.PodRunning), ends(0)), []string{"Succeeded True Completed: The application has completed"}},
		"failed": {nil, steps(nothing, runs, ends(1)), []string{
			"Succeeded False DriverFailed: driver container failed with ExitCode: 1, Reason: Error"}},
		"failed of something known": {nil, steps(nothing, ends(101)), []string{
			"Succeeded False MainClassNotFound: driver container failed with ExitCode: 101, Reason: Error (the main class does not exist)"}},
		"a retry is due later": {retries(1), steps(nothing, ends(52)), []string{
			"Succeeded Unknown OutOfMemoryError: driver container failed with ExitCode: 52, Reason: Error (the JVM ran out of memory); " +
				"the next attempt is due at 2026-11-01T12:00:10Z"}},
		"pods of an attempt are in the way of the next": {retries(1), steps(nothing, ends(1), func(w *world) {
			w.slow, w.now = true, start.Add(time.Minute)
		}), []string{"Succeeded Unknown PodsTerminating: Waits for pod pi-driver to be gone before the next attempt is made"}},
		"refused": {retries(1), func(w *world) { w.refuse = errQuota; w.reconcile() }, []string{
			"Succeeded Unknown RefusedByCluster: exceeded quota; the next attempt is due at 2026-11-01T12:00:10Z"}},
		"suspending": {nil, steps(nothing, runs, executor(corev1.PodRunning), func(w *world) {
			w.slow = true
			w.edit(func(a *v1beta2.SparkApplication) { a.Spec.Suspend = new(true) })
		}), []string{"Succeeded Unknown Suspending: Waits for pods pi-driver, pi-exec-1 to be gone before the application is suspended"}},
		"suspended": {func(a *v1beta2.SparkApplication) { a.Spec.Suspend = new(true) }, steps(nothing), []string{
			"Succeeded Unknown Suspended: The application is suspended"}},
		"a changed spec": {nil, steps(nothing, runs, func(w *world) {
			w.slow = true
			w.edit(func(a *v1beta2.SparkApplication) { a.Spec.Image = new("spark:other") })
		}), []string{"Succeeded Unknown SpecChanged: Waits for pod pi-driver to be gone before the changed spec is run"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			if tc.change != nil {
				w = newWorld(tc.change)
			}
			tc.play(w)
			if diff := cmp.Diff(tc.want, w.conditions()); diff != "" {
				t.Errorf("conditions (-want +got):\n%s", diff)
			}
		})
	}
}

// When the first pod that is named has gone, the next is; where nothing is new, nothing is written.
func TestThePodThatIsWaitedForIsNamed(t *testing.T) {
	w := newWorld(retries(1))
	w.slow = true
	w.reconcile()
	w.driverRuns()
	for i := range 5 {
		w.executors = append(w.executors, executorPod(fmt.Sprint("pi-exec-", i+1), w.attempt(1), corev1.PodRunning))
	}
	w.reconcile()
	w.driverEnds(1)
	w.reconcile()
	w.now = start.Add(time.Minute)
	w.reconcile()
	wantMessage := func(want string) {
		t.Helper()
		c := meta.FindStatusCondition(w.app.Status.Conditions, v1beta2.ConditionSucceeded)
		if c.Reason != v1beta2.ReasonPodsTerminating || c.Message != want {
			t.Errorf("condition Succeeded: %s: %q, want %q", c.Reason, c.Message, want)
		}
	}
	wantMessage("Waits for pods pi-driver, pi-exec-1, pi-exec-2 and 3 more to be gone before the next attempt is made")
	stored := w.app.Status.DeepCopy()
	w.executors = w.executors[:4]
	w.now = w.now.Add(time.Second)
	w.reconcile()
	if diff := cmp.Diff(*stored, w.app.Status); diff != "" {
		t.Errorf("written although the first of the pods is still there (-was +is):\n%s", diff)
	}
	w.driver = nil
	w.executors = w.executors[2:]
	w.reconcile()
	wantMessage("Waits for pods pi-exec-3, pi-exec-4 to be gone before the next attempt is made")
	w.executors = nil
	w.reconcile()
	if w.state() != submitted || w.app.Status.Attempt != 2 {
		t.Errorf("state %s, attempt %d", w.state(), w.app.Status.Attempt)
	}
}

// An application that goes round between two attempts grows old; any other move makes it young.
func TestTheAgeOfAState(t *testing.T) {
	w := newWorld(retries(5))
	wantSince := func(state v1beta2.ApplicationStateType, want *metav1.Time) {
		t.Helper()
		if got := w.app.Status.AppState; got.State != state || !got.Since.Equal(want) {
			t.Errorf("state %s since %s, want %s since %s", got.State, got.Since, state, want)
		}
	}
	w.refuse = errQuota
	for n := range 3 {
		w.now = start.Add(time.Duration(n) * time.Hour)
		w.reconcile()
		wantSince(refused, at(0))
	}
	w.refuse, w.now = nil, start.Add(5*time.Hour)
	w.reconcile()
	wantSince(submitted, at(5*time.Hour))
	w.now = start.Add(6 * time.Hour)
	w.reconcile()
	wantSince(submitted, at(5*time.Hour))
	w.driverRuns()
	w.reconcile()
	wantSince(running, at(6*time.Hour))
}

// checkConditions asks what holds of the conditions of every stored status.
func checkConditions(t *testing.T, app *v1beta2.SparkApplication) {
	t.Helper()
	stored := app.Status.Conditions
	if len(stored) == 0 {
		return
	}
	want := metav1.ConditionUnknown
	switch app.Status.AppState.State {
	case completed:
		want = metav1.ConditionTrue
	case failed:
		want = metav1.ConditionFalse
	default:
	}
	if c := meta.FindStatusCondition(stored, v1beta2.ConditionSucceeded); c == nil || c.Status != want {
		t.Fatalf("state %q, condition Succeeded %+v; want %s", app.Status.AppState.State, c, want)
	}
	for _, c := range stored {
		if c.Message == "" || strings.ContainsFunc(c.Message, unicode.IsControl) {
			t.Fatalf("condition %s %s: message %q", c.Type, c.Reason, c.Message)
		}
	}
	driver := meta.FindStatusCondition(stored, v1beta2.ConditionDriverReady) != nil
	if wantDriver := slices.Contains([]v1beta2.ApplicationStateType{submitted, running, v1beta2.ApplicationStateUnknown}, app.Status.AppState.State); driver != wantDriver {
		t.Fatalf("state %q, condition DriverReady is there: %t", app.Status.AppState.State, driver)
	}
}

// What goes well never emits a warning: not the end of a run, and not that another follows because the author wants it
// to.
func TestSuccessIsNoWarning(t *testing.T) {
	ends := []v1beta2.ApplicationStateType{v1beta2.ApplicationStateSucceeding, completed}
	successes := 0
	for seed := range uint64(150) {
		l := newLife(rand.New(rand.NewPCG(seed, 2)), map[edge]bool{})
		for step := range 30 {
			if l.happen(); step%5 == 4 {
				l.driverSucceeds()
			}
			l.live()
		}
		for _, d := range l.decisions {
			isEnd := slices.ContainsFunc(d.passed, func(s v1beta2.ApplicationStateType) bool { return slices.Contains(ends, s) })
			if !isEnd {
				continue
			}
			successes++
			for _, e := range d.emitted {
				// Executors that fail and pods that do not go are bad news whatever becomes of the run.
				others := []events.Reason{ReasonExecutorFailed, ReasonExecutorUnknown, ReasonCleanupStuck}
				if e.Type != corev1.EventTypeNormal && !slices.Contains(others, e.Reason) {
					t.Fatalf("seed %d: passed %v and emitted %s %s: %s", seed, d.passed, e.Type, e.Reason, e.Note)
				}
			}
		}
	}
	if successes < 50 {
		t.Errorf("only %d runs succeeded", successes)
	}
}
