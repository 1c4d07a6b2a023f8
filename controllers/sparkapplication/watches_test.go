// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkapplication

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/priorityqueue"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/panics"
	"github.com/alauda/spark-operator/internal/staleness"
	"github.com/alauda/spark-operator/internal/stored"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

func podOf(app, role string) *corev1.Pod {
	return &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: app + "-" + role, Labels: map[string]string{
		sparklabels.AppName: app, sparklabels.SparkRole: role,
	}}}
}

func created(name string) event.CreateEvent {
	return event.CreateEvent{Object: stored.Of(&v1beta2.SparkApplication{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: name}})}
}

// pass lets time pass in the bubble of a test, whose clock is its own, until all that happens by then has happened.
func pass(wait time.Duration) {
	<-time.After(wait)
	synctest.Wait()
}

// inQueue calls add and returns the names of what a worker that comes after the wait finds, in order.
func inQueue(t *testing.T, wait time.Duration, add func(queue)) []string {
	t.Helper()
	var names []string
	synctest.Test(t, func(*testing.T) {
		q := priorityqueue.New[reconcile.Request]("")
		defer q.ShutDown()
		add(q)
		pass(wait)
		for q.Len() > 0 {
			request, _ := q.Get()
			names = append(names, request.Name)
			q.Done(request)
		}
	})
	return names
}

func TestWhatRunsGoesBeforeWhatIsNew(t *testing.T) {
	got := inQueue(t, 0, func(q queue) {
		apps := newApplicationEvents(&staleness.Guard{})
		for i := range 4 {
			apps.Create(t.Context(), created(fmt.Sprint("new-", i)), q)
		}
		podEvents{}.Update(t.Context(), event.UpdateEvent{ObjectOld: podOf("running", "driver"), ObjectNew: podOf("running", "driver")}, q)
	})
	// The first new one is taken in turn: there is no flood.
	if diff := cmp.Diff([]string{"new-0", "running", "new-1", "new-2", "new-3"}, got); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}
}

// However much changes, new applications are never left waiting.
func TestNewApplicationsTakeTheirTurnInAFlood(t *testing.T) {
	flood := func(q queue, from, to int) {
		for i := from; i < to; i++ {
			podEvents{}.Create(t.Context(), event.CreateEvent{Object: podOf(fmt.Sprint("flood-", i), "driver")}, q)
		}
	}
	got := inQueue(t, 0, func(q queue) {
		apps := newApplicationEvents(&staleness.Guard{})
		apps.Create(t.Context(), created("new-0"), q)
		apps.Create(t.Context(), created("new-1"), q)
		flood(q, 0, 2)
		pass(time.Second / arrivalsInTurn)
		flood(q, 2, 4)
	})
	if diff := cmp.Diff([]string{"new-0", "flood-0", "flood-1", "new-1", "flood-2", "flood-3"}, got); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}
}

func TestChangesOfExecutorsAreGathered(t *testing.T) {
	executors := func(q queue) {
		for range 5 {
			podEvents{}.Create(t.Context(), event.CreateEvent{Object: podOf("pi", "executor")}, q)
		}
	}
	for name, tc := range map[string]struct {
		wait time.Duration
		add  func(queue)
		want []string
	}{
		"they wait for others":   {gatherDelay - 1, executors, nil},
		"and are looked at once": {gatherDelay, executors, []string{"pi"}},
		"with the driver they are now": {0, func(q queue) {
			executors(q)
			podEvents{}.Create(t.Context(), event.CreateEvent{Object: podOf("pi", "driver")}, q)
		}, []string{"pi"}},
		"a pod without name is nobodys": {gatherDelay, func(q queue) { podEvents{}.Delete(t.Context(), event.DeleteEvent{Object: podOf("", "driver")}, q) }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, inQueue(t, tc.wait, tc.add)); diff != "" {
				t.Errorf("looked at (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAPodThatChangesItsApplicationIsNewsToBoth(t *testing.T) {
	got := inQueue(t, 0, func(q queue) {
		podEvents{}.Update(t.Context(), event.UpdateEvent{ObjectOld: podOf("old", "driver"), ObjectNew: podOf("new", "driver")}, q)
	})
	if diff := cmp.Diff([]string{"old", "new"}, got); diff != "" {
		t.Errorf("looked at (-want +got):\n%s", diff)
	}
}

// What is there when the operator starts, and what only comes again, has less of a hurry than anything new.
func TestTheInitialListComesLast(t *testing.T) {
	got := inQueue(t, 0, func(q queue) {
		apps := newApplicationEvents(&staleness.Guard{})
		listed := created("listed")
		listed.IsInInitialList = true
		apps.Create(t.Context(), listed, q)
		running := created("running")
		running.Object.(*stored.SparkApplication).Status.AppState.State = v1beta2.ApplicationStateRunning
		apps.Create(t.Context(), created("new"), q)
		apps.Create(t.Context(), created("newer"), q)
		apps.Create(t.Context(), running, q)
	})
	if diff := cmp.Diff([]string{"new", "running", "newer", "listed"}, got); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}
}

func TestAStatusThatComesBackWaitsForWhatElseChanges(t *testing.T) {
	key := client.ObjectKey{Namespace: "default", Name: "pi"}
	version := &metav1.ObjectMeta{Namespace: key.Namespace, Name: key.Name, ResourceVersion: "1"}
	now, later := []string{"pi"}, []string(nil)
	for name, tc := range map[string]struct {
		wait   time.Duration
		known  func(*staleness.Guard)
		change func(*stored.SparkApplication)
		want   []string
	}{
		"a status":             {wait: gatherDelay - 1, want: later},
		"in the end":           {wait: gatherDelay, want: now},
		"one that is awaited":  {known: func(k *staleness.Guard) { k.Await(key) }, want: now},
		"one that was awaited": {known: func(k *staleness.Guard) { k.Await(key); k.Arrived(version) }, want: later},
		"a spec":               {change: func(app *stored.SparkApplication) { app.Generation++ }, want: now},
		"another of its name":  {change: func(app *stored.SparkApplication) { app.UID = "another" }, want: now},
		"a label":              {change: func(app *stored.SparkApplication) { app.Labels = map[string]string{"queue": "low"} }, want: now},
		"an annotation":        {change: func(app *stored.SparkApplication) { app.Annotations = map[string]string{"note": ""} }, want: now},
		"a finalizer":          {change: func(app *stored.SparkApplication) { app.Finalizers = []string{"example.org/keep"} }, want: now},
		"its deletion":         {change: func(app *stored.SparkApplication) { app.DeletionTimestamp = new(metav1.Now()) }, want: now},
		"nothing":              {change: func(app *stored.SparkApplication) { app.ResourceVersion = "1" }, want: now},
	} {
		t.Run(name, func(t *testing.T) {
			known := &staleness.Guard{}
			if tc.known != nil {
				tc.known(known)
			}
			old := stored.Of(&v1beta2.SparkApplication{ObjectMeta: metav1.ObjectMeta{Namespace: key.Namespace, Name: key.Name, ResourceVersion: "1", Generation: 1}})
			next := old.DeepCopy()
			next.ResourceVersion, next.Status.AppState.State = "2", v1beta2.ApplicationStateRunning
			if tc.change != nil {
				tc.change(next)
			}
			got := inQueue(t, tc.wait, func(q queue) {
				newApplicationEvents(known).Update(t.Context(), event.UpdateEvent{ObjectOld: old, ObjectNew: next}, q)
			})
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("looked at (-want +got):\n%s", diff)
			}
		})
	}
}

// A version that was awaited has come also where more than the status has changed: the status that follows is not
// awaited any more.
func TestAnAwaitedVersionArrivesWhateverHasChangedInIt(t *testing.T) {
	key := client.ObjectKey{Namespace: "default", Name: "pi"}
	known := &staleness.Guard{}
	known.Await(key)
	first := stored.Of(&v1beta2.SparkApplication{ObjectMeta: metav1.ObjectMeta{Namespace: key.Namespace, Name: key.Name, ResourceVersion: "1", Generation: 1}})
	respecified, written := first.DeepCopy(), first.DeepCopy()
	respecified.ResourceVersion, respecified.Generation = "2", 2
	written.ResourceVersion, written.Generation = "3", 2
	apps := newApplicationEvents(known)
	now := inQueue(t, 0, func(q queue) {
		apps.Update(t.Context(), event.UpdateEvent{ObjectOld: first, ObjectNew: respecified}, q)
	})
	later := inQueue(t, 0, func(q queue) {
		apps.Update(t.Context(), event.UpdateEvent{ObjectOld: respecified, ObjectNew: written}, q)
	})
	if diff := cmp.Diff([][]string{{"pi"}, nil}, [][]string{now, later}); diff != "" {
		t.Errorf("looked at now, of the spec and of the status (-want +got):\n%s", diff)
	}
}

// An event about one object that makes a handler panic stops neither the operator nor the events about others, and the
// object is looked at all the same.
func TestAHandlerThatPanicsStopsNothing(t *testing.T) {
	before := panics.Caught()
	spoilt := podEvents{func(types.NamespacedName, *corev1.Pod) { panic("spoilt") }}
	got := inQueue(t, gatherDelay, func(q queue) {
		events := panics.Handler("pods", spoilt, applicationOf)
		events.Delete(t.Context(), event.DeleteEvent{Object: podOf("spoilt", "executor")}, q)
		events.Create(t.Context(), event.CreateEvent{Object: podOf("good", "driver")}, q)
	})
	if diff := cmp.Diff([]string{"spoilt", "good"}, got); diff != "" {
		t.Errorf("looked at (-want +got):\n%s", diff)
	}
	if n := panics.Caught() - before; n != 1 {
		t.Errorf("%d panics were counted, want one", n)
	}
}
