// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkapplication

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/client-go/tools/events"
	clocktesting "k8s.io/utils/clock/testing"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/apply"
	"github.com/alauda/spark-operator/internal/lifecycle"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// A submission that waits is no attempt and no error: it is tried again when it may be of use, and says what it waits
// for from the first moment.
func TestSubmissionThatWaitsSaysForWhat(t *testing.T) {
	app := newApp()
	app.Spec.SparkConf = map[string]string{"spark.my.password": "hunter2hunter2"}
	c, recorder, clock := builder(app).Build(), events.NewFakeRecorder(10), clocktesting.NewFakePassiveClock(start)
	answers := &submitter{err: &apply.WaitError{Kind: "Service", Namespace: "team", Name: "pi-ui-svc", Owner: "hunter2hunter2", Since: start}}
	r := &Reconciler{Client: c, APIReader: c, Submitter: answers, Events: recorder, Clock: clock}
	at := func(after time.Duration, wantTries int, wantAgain time.Duration) {
		t.Helper()
		clock.SetTime(start.Add(after))
		result, err := r.Reconcile(t.Context(), ctrl.Request{NamespacedName: client.ObjectKeyFromObject(app)})
		if err != nil || answers.tries != wantTries || result.RequeueAfter != wantAgain {
			t.Errorf("after %s: %v, %d tries, again in %s; want %d tries, again in %s", after, err, answers.tries, result.RequeueAfter, wantTries, wantAgain)
		}
		app = reread(t, c, app)
	}
	at(0, 1, time.Second)
	condition := meta.FindStatusCondition(app.Status.Conditions, v1beta2.ConditionSucceeded)
	if condition == nil || condition.Reason != "WaitingForRemoval" || !strings.Contains(condition.Message, "service team/pi-ui-svc") || strings.Contains(condition.Message, "hunter2") {
		t.Errorf("condition %+v", condition)
	}
	version := app.ResourceVersion
	at(500*time.Millisecond, 1, time.Second) // The status that comes back starts no try.
	at(8*time.Second, 2, 2*time.Second)
	if app.ResourceVersion != version || len(recorder.Events) != 1 || app.Status.SubmissionAttempts != 0 {
		t.Errorf("version %s after %s, %d events, %d attempts", app.ResourceVersion, version, len(recorder.Events), app.Status.SubmissionAttempts)
	}
	answers.err = nil
	clock.SetTime(start.Add(10 * time.Second))
	if _, err := r.Reconcile(t.Context(), ctrl.Request{NamespacedName: client.ObjectKeyFromObject(app)}); err != nil {
		t.Fatal(err)
	}
	if app = reread(t, c, app); app.Status.AppState.State != v1beta2.ApplicationStateSubmitted {
		t.Errorf("status %+v", app.Status)
	}
}

// Whose driver is in the cache decides what is done with it; that of the application which exists is never touched, nor
// is one that was orphaned deleted.
func TestOrphansAreFreedAndPredecessorsDeleted(t *testing.T) {
	app, before := newApp(), newApp()
	before.UID = "before"
	held := func(of *v1beta2.SparkApplication, change func(*corev1.Pod)) *corev1.Pod {
		pod := driverPod(of, 1, "pi-driver")
		pod.Finalizers = []string{sparklabels.DriverEnd, "example.com/keep"}
		pod.Status.Phase = corev1.PodRunning
		change(pod)
		return pod
	}
	same := func(*corev1.Pod) {}
	for name, tc := range map[string]struct {
		pod                           *corev1.Pod
		there                         []client.Object
		wantHeld, wantGoes, wantWaits bool
	}{
		"the application's own":                       {held(app, same), []client.Object{app}, true, false, false},
		"of an application that is gone":              {held(before, same), nil, false, false, false},
		"of one that was made anew":                   {held(before, same), []client.Object{app}, false, true, true},
		"of one that was made anew, freed before":     {held(before, func(p *corev1.Pod) { p.Finalizers = []string{"example.com/keep"} }), []client.Object{app}, false, true, true},
		"of one that was made anew, and it has ended": {held(before, func(p *corev1.Pod) { p.Status.Phase = corev1.PodSucceeded }), []client.Object{app}, false, true, false},
		"that was orphaned":                           {held(before, func(p *corev1.Pod) { p.OwnerReferences = nil }), []client.Object{app}, false, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			c := builder(append(tc.there, tc.pod)...).Build()
			r := &Reconciler{Client: c, APIReader: c, Submitter: &submitter{}, Clock: clocktesting.NewFakePassiveClock(start)}
			obs, err := observedAndFreed(t.Context(), r, client.ObjectKeyFromObject(app))
			if err != nil {
				t.Fatal(err)
			}
			got := &corev1.Pod{}
			if err := c.Get(t.Context(), client.ObjectKeyFromObject(tc.pod), got); err != nil {
				t.Fatal(err)
			}
			is := []bool{apply.Held(got), got.DeletionTimestamp != nil, obs != nil && obs.Blocked != nil}
			if diff := cmp.Diff([]bool{tc.wantHeld, tc.wantGoes, tc.wantWaits}, is); diff != "" {
				t.Errorf("held, deleted, waited for (-want +got):\n%s", diff)
			}
		})
	}
}

// A cache that has the application which was deleted, and the driver of the one that was made after it, deletes
// nothing.
func TestDriverOfASuccessorIsLeftAlone(t *testing.T) {
	stale, current := newApp(), newApp()
	current.UID = "current"
	pod := driverPod(current, 1, "pi-driver")
	pod.Finalizers = []string{sparklabels.DriverEnd}
	cached := builder(stale, pod).Build()
	r := &Reconciler{Client: cached, APIReader: builder(current).Build(), Submitter: &submitter{}, Clock: clocktesting.NewFakePassiveClock(start)}
	if _, err := observedAndFreed(t.Context(), r, client.ObjectKeyFromObject(stale)); err != nil {
		t.Fatal(err)
	}
	got := &corev1.Pod{}
	if err := cached.Get(t.Context(), client.ObjectKeyFromObject(pod), got); err != nil || !apply.Held(got) || got.DeletionTimestamp != nil {
		t.Errorf("%v, the pod is held: %t, deleted at %v", err, apply.Held(got), got.DeletionTimestamp)
	}
}

// observedAndFreed observes, and frees what is left of predecessors, as each reconcile begins.
func observedAndFreed(ctx context.Context, r *Reconciler, key client.ObjectKey) (*lifecycle.Observation, error) {
	obs, orphans, err := r.observe(ctx, key)
	if err != nil {
		return obs, err
	}
	return obs, r.removeOrphans(ctx, key, orphans)
}
