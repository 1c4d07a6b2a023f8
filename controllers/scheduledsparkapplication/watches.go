// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package scheduledsparkapplication

import (
	"context"

	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/util/workqueue"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/alauda/spark-operator/internal/caching"
	"github.com/alauda/spark-operator/internal/panics"
	"github.com/alauda/spark-operator/internal/schedule"
	"github.com/alauda/spark-operator/internal/staleness"
	"github.com/alauda/spark-operator/internal/stored"
)

// Setup adds the controller to mgr. Every change of a schedule starts a reconcile, and each of its runs when it comes,
// ends, is deleted or goes.
func (r *Reconciler) Setup(mgr ctrl.Manager, options controller.Options) error {
	builder := ctrl.NewControllerManagedBy(mgr).
		Named("scheduledsparkapplication").
		Watches(&stored.ScheduledSparkApplication{}, panics.Handler("schedules", &scheduleEvents{versions: &r.known.versions}, requestFor)).
		Watches(&stored.SparkApplication{}, panics.Handler("runs", runEvents{}, scheduleOf)).
		WithOptions(options)
	return r.Scope.Complete(builder, &stored.ScheduledSparkApplicationList{}, r)
}

type queue = workqueue.TypedRateLimitingInterface[reconcile.Request]

// scheduleEvents looks at a schedule when it has changed, and notes which version has arrived.
type scheduleEvents struct {
	handler.EnqueueRequestForObject

	versions *staleness.Guard
}

// Update implements handler.EventHandler.
func (s *scheduleEvents) Update(ctx context.Context, e event.UpdateEvent, q queue) {
	s.versions.Arrived(e.ObjectNew)
	s.EnqueueRequestForObject.Update(ctx, e, q)
}

// runEvents looks at the schedule of a run when what it knows of the run has changed.
type runEvents struct{}

var _ handler.EventHandler = runEvents{}

// Create implements handler.EventHandler.
func (r runEvents) Create(_ context.Context, e event.CreateEvent, q queue) { r.enqueue(e.Object, q) }

// Update implements handler.EventHandler. A run changes many times, and few of them matter here. One that was orphaned
// is no longer of its schedule.
func (r runEvents) Update(_ context.Context, e event.UpdateEvent, q queue) {
	before, after := scheduleOf(e.ObjectOld), scheduleOf(e.ObjectNew)
	if before != after {
		r.enqueue(e.ObjectOld, q)
	}
	if before != after || readRun(e.ObjectOld) != readRun(e.ObjectNew) {
		r.enqueue(e.ObjectNew, q)
	}
}

// Delete implements handler.EventHandler.
func (r runEvents) Delete(_ context.Context, e event.DeleteEvent, q queue) { r.enqueue(e.Object, q) }

// Generic implements handler.EventHandler.
func (r runEvents) Generic(_ context.Context, e event.GenericEvent, q queue) { r.enqueue(e.Object, q) }

func (runEvents) enqueue(run client.Object, q queue) {
	if request := scheduleOf(run); request.Name != "" {
		q.Add(request)
	}
}

// readRun returns what matters of an application to its schedule.
func readRun(object client.Object) schedule.Run {
	app, isApp := object.(*stored.SparkApplication)
	if !isApp {
		return schedule.Run{}
	}
	run := schedule.ReadRun(&app.SparkApplication)
	// The same times have different places, depending on who has read them.
	run.Slot, run.Created = run.Slot.UTC(), run.Created.UTC()
	return run
}

func requestFor(object client.Object) reconcile.Request {
	return reconcile.Request{NamespacedName: client.ObjectKeyFromObject(object)}
}

// scheduleOf returns the schedule that owns a run; nothing where none does.
func scheduleOf(run client.Object) reconcile.Request {
	owner := caching.ScheduleOwning(run)
	if owner == nil {
		return reconcile.Request{}
	}
	return reconcile.Request{NamespacedName: types.NamespacedName{Namespace: run.GetNamespace(), Name: owner.Name}}
}
