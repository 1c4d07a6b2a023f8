// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkapplication

import (
	"context"
	"time"

	"golang.org/x/time/rate"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/util/workqueue"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/controller/priorityqueue"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
	"sigs.k8s.io/controller-runtime/pkg/source"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/panics"
	"github.com/alauda/spark-operator/internal/staleness"
	"github.com/alauda/spark-operator/internal/stored"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

const (
	// gatherDelay is for how long changes of an application's executors are gathered, and nobody looks only because a
	// status came back: executors come together, and one status describes them all.
	gatherDelay = 500 * time.Millisecond
	// arrivalPriority lets the applications that run go before new ones: their work is less, and somebody waits for
	// what their status says. With that alone a flood of changes would keep new applications waiting for good,
	arrivalPriority = -10
	// so this many of them a second are taken in turn with all else. More than a slow API server takes would undo the
	// order.
	arrivalsInTurn = 1
)

// Setup adds the controller to mgr. Every change of an application or of one of its pods starts a reconcile; changes
// that come together start one. Changes of the status count too: a decision that lost a race is taken anew when the
// version that won arrives.
func (r *Reconciler) Setup(mgr ctrl.Manager, options controller.Options) error {
	builder := ctrl.NewControllerManagedBy(mgr).
		Named("sparkapplication").
		Watches(&stored.SparkApplication{}, panics.Handler("applications", newApplicationEvents(&r.known.versions), requestFor)).
		Watches(&corev1.Pod{}, panics.Handler("pods", handler.WithLowPriorityWhenUnchanged(handler.EventHandler(podEvents{r.departed})), applicationOf)).
		WithOptions(options)
	if r.Finished != nil {
		builder = builder.WatchesRawSource(source.Channel(r.Finished, &handler.EnqueueRequestForObject{}))
	}
	return r.Scope.Complete(builder, &stored.SparkApplicationList{}, r)
}

type queue = workqueue.TypedRateLimitingInterface[reconcile.Request]

// applicationEvents looks at an application when it has changed. New ones give way to those that run.
type applicationEvents struct {
	handler.EnqueueRequestForObject
	versions *staleness.Guard
	turns    *rate.Limiter
}

func newApplicationEvents(versions *staleness.Guard) *applicationEvents {
	return &applicationEvents{versions: versions, turns: rate.NewLimiter(arrivalsInTurn, 1)}
}

// Create implements handler.EventHandler.
func (a *applicationEvents) Create(ctx context.Context, e event.CreateEvent, q queue) {
	ordered, isOrdered := q.(priorityqueue.PriorityQueue[reconcile.Request])
	app, isApp := e.Object.(*stored.SparkApplication)
	if !isOrdered || !isApp || e.IsInInitialList || app.Status.AppState.State != v1beta2.ApplicationStateNew {
		a.EnqueueRequestForObject.Create(ctx, e, q)
		return
	}
	request := reconcile.Request{NamespacedName: client.ObjectKeyFromObject(app)}
	turn := a.turns.Reserve().Delay()
	if turn == 0 {
		q.Add(request)
		return
	}
	ordered.AddWithOpts(priorityqueue.AddOpts{Priority: new(arrivalPriority)}, request)
	// Where it has been handled by then, there is nothing left to do.
	time.AfterFunc(turn, func() { q.Add(request) })
}

// Update implements handler.EventHandler. Where only the status has changed it is the controller's own write that comes
// back: to look immediately would report the executors that have changed since, and that again, one by one. A decision
// that was given up for a newer version waits no longer.
func (a *applicationEvents) Update(ctx context.Context, e event.UpdateEvent, q queue) {
	key := client.ObjectKeyFromObject(e.ObjectNew)
	wasAwaited := a.versions.Arrived(e.ObjectNew)
	if staleness.OnlyStatusChanged(e.ObjectOld, e.ObjectNew) && !wasAwaited {
		q.AddAfter(reconcile.Request{NamespacedName: key}, gatherDelay)
		return
	}
	a.EnqueueRequestForObject.Update(ctx, e, q)
}

// podEvents looks at the application of a pod when the pod has changed: immediately if it is a driver, after a while if
// it is an executor.
type podEvents struct {
	// departed takes executor pods that are gone, as they were last.
	departed func(types.NamespacedName, *corev1.Pod)
}

var _ handler.EventHandler = podEvents{}

func (r *Reconciler) departed(app types.NamespacedName, pod *corev1.Pod) {
	r.known.departed.left(app, pod, r.Clock.Now())
}

// Create implements handler.EventHandler.
func (p podEvents) Create(_ context.Context, e event.CreateEvent, q queue) { p.enqueue(e.Object, q) }

// Update implements handler.EventHandler.
func (p podEvents) Update(_ context.Context, e event.UpdateEvent, q queue) {
	if applicationOf(e.ObjectOld) != applicationOf(e.ObjectNew) {
		p.enqueue(e.ObjectOld, q)
	}
	p.enqueue(e.ObjectNew, q)
}

// Delete implements handler.EventHandler.
func (p podEvents) Delete(_ context.Context, e event.DeleteEvent, q queue) {
	pod, isPod := e.Object.(*corev1.Pod)
	if request := applicationOf(e.Object); isPod && request.Name != "" && pod.Labels[sparklabels.SparkRole] == sparklabels.RoleExecutor {
		p.departed(request.NamespacedName, pod)
	}
	p.enqueue(e.Object, q)
}

// Generic implements handler.EventHandler.
func (p podEvents) Generic(_ context.Context, e event.GenericEvent, q queue) { p.enqueue(e.Object, q) }

func (podEvents) enqueue(pod client.Object, q queue) {
	request := applicationOf(pod)
	switch {
	case request.Name == "":
	case pod.GetLabels()[sparklabels.SparkRole] == sparklabels.RoleExecutor:
		q.AddAfter(request, gatherDelay)
	default:
		q.Add(request)
	}
}

func requestFor(app client.Object) reconcile.Request {
	return reconcile.Request{NamespacedName: client.ObjectKeyFromObject(app)}
}

// applicationOf returns the application that a pod's label names.
func applicationOf(pod client.Object) reconcile.Request {
	return reconcile.Request{NamespacedName: types.NamespacedName{Namespace: pod.GetNamespace(), Name: pod.GetLabels()[sparklabels.AppName]}}
}
