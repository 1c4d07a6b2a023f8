// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package scheduledsparkapplication

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/stored"
	"github.com/alauda/spark-operator/internal/testing/builder"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// A run changes many times. Its schedule looks when it comes, ends, is deleted, goes, or is orphaned, and not
// otherwise.
func TestWhichChangesOfARunMatter(t *testing.T) {
	run := func(change ...func(*v1beta2.SparkApplication)) *stored.SparkApplication {
		return stored.Of(builder.Stored("team", "daily-1", append([]func(*v1beta2.SparkApplication){func(app *v1beta2.SparkApplication) {
			app.Annotations = map[string]string{sparklabels.ScheduledTime: "2026-01-02T03:04:00Z"}
			app.CreationTimestamp = metav1.NewTime(time.Date(2026, 1, 2, 3, 4, 0, 0, time.Local))
			app.OwnerReferences = []metav1.OwnerReference{
				{APIVersion: "v1", Kind: "ConfigMap", Name: "other", UID: "o"},
				{APIVersion: "sparkoperator.k8s.io/v1beta2", Kind: "ScheduledSparkApplication", Name: "daily", UID: "s"},
			}
		}}, change...)...))
	}
	state := func(s v1beta2.ApplicationStateType) func(*v1beta2.SparkApplication) {
		return func(app *v1beta2.SparkApplication) { app.Status.AppState.State = s }
	}
	orphaned := func(app *v1beta2.SparkApplication) { app.OwnerReferences = nil }
	foreign := func(app *v1beta2.SparkApplication) { app.OwnerReferences[1].APIVersion = "example.com/v1" }
	for name, tc := range map[string]struct {
		before, after *stored.SparkApplication
		want          int
	}{
		"it comes":             {nil, run(), 1},
		"it goes":              {run(), nil, 1},
		"it comes of no one":   {nil, run(orphaned), 0},
		"its owner is foreign": {nil, run(foreign), 0},
		"it ends":              {run(state(v1beta2.ApplicationStateRunning)), run(state(v1beta2.ApplicationStateCompleted)), 1},
		"it is orphaned":       {run(), run(orphaned), 1},
		"an executor starts": {run(), run(func(app *v1beta2.SparkApplication) {
			app.Status.ExecutorState = map[string]v1beta2.ExecutorState{"1": "RUNNING"}
		}), 0},
		"the same is read anew": {run(), run(func(app *v1beta2.SparkApplication) { app.CreationTimestamp.Time = app.CreationTimestamp.UTC() }), 0},
		"it is deleted": {run(), run(func(app *v1beta2.SparkApplication) {
			app.DeletionTimestamp = &metav1.Time{Time: time.Now()}
		}), 1},
	} {
		t.Run(name, func(t *testing.T) {
			q := workqueue.NewTypedRateLimitingQueue(workqueue.DefaultTypedControllerRateLimiter[reconcile.Request]())
			switch {
			case tc.before == nil:
				runEvents{}.Create(t.Context(), event.CreateEvent{Object: tc.after}, q)
			case tc.after == nil:
				runEvents{}.Delete(t.Context(), event.DeleteEvent{Object: tc.before}, q)
			default:
				runEvents{}.Update(t.Context(), event.UpdateEvent{ObjectOld: tc.before, ObjectNew: tc.after}, q)
			}
			if q.Len() != tc.want {
				t.Fatalf("%d requests, want %d", q.Len(), tc.want)
			}
			if tc.want == 0 {
				return
			}
			got, _ := q.Get()
			if diff := cmp.Diff("team/daily", got.String()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
