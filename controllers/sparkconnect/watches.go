// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkconnect

import (
	"context"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/util/workqueue"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/alauda/spark-operator/internal/panics"
	"github.com/alauda/spark-operator/internal/staleness"
	"github.com/alauda/spark-operator/internal/stored"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// gatherDelay is for how long changes of a server's executors are gathered: they come together, and one status
// describes them all.
const gatherDelay = 500 * time.Millisecond

// Setup adds the controller to mgr. Every change of a server, of one of its pods or its Service starts a reconcile.
func (r *Reconciler) Setup(mgr ctrl.Manager, options controller.Options) error {
	r.unreadable = r.unreadables()
	builder := ctrl.NewControllerManagedBy(mgr).
		Named("sparkconnect").
		Watches(&stored.SparkConnect{}, panics.Handler("Connect servers", &serverEvents{versions: &r.known.versions}, requestFor)).
		Watches(&corev1.Pod{}, panics.Handler("pods of Connect servers", handler.WithLowPriorityWhenUnchanged(handler.EventHandler(podEvents{})), serverOf)).
		Watches(&corev1.Service{}, panics.Handler("Services of Connect servers", handler.EnqueueRequestsFromMapFunc(serversOf), serverOf)).
		WithOptions(options)
	return r.Scope.Complete(builder, &stored.SparkConnectList{}, r)
}

type queue = workqueue.TypedRateLimitingInterface[reconcile.Request]

// serverEvents looks at a server when it has changed. A status that comes back is the controller's own, unless a
// decision waits for it.
type serverEvents struct {
	handler.EnqueueRequestForObject
	versions *staleness.Guard
}

// Update implements handler.EventHandler.
func (s *serverEvents) Update(ctx context.Context, e event.UpdateEvent, q queue) {
	wasAwaited := s.versions.Arrived(e.ObjectNew)
	if staleness.OnlyStatusChanged(e.ObjectOld, e.ObjectNew) && !wasAwaited {
		q.AddAfter(requestFor(e.ObjectNew), gatherDelay)
		return
	}
	s.EnqueueRequestForObject.Update(ctx, e, q)
}

// podEvents looks at the server of a pod when the pod has changed: immediately if it is the server's own, after a while
// if it is an executor.
type podEvents struct{}

var _ handler.EventHandler = podEvents{}

// Create implements handler.EventHandler.
func (p podEvents) Create(_ context.Context, e event.CreateEvent, q queue) { p.enqueue(e.Object, q) }

// Update implements handler.EventHandler.
func (p podEvents) Update(_ context.Context, e event.UpdateEvent, q queue) {
	if serverOf(e.ObjectOld) != serverOf(e.ObjectNew) {
		p.enqueue(e.ObjectOld, q)
	}
	p.enqueue(e.ObjectNew, q)
}

// Delete implements handler.EventHandler.
func (p podEvents) Delete(_ context.Context, e event.DeleteEvent, q queue) { p.enqueue(e.Object, q) }

// Generic implements handler.EventHandler.
func (p podEvents) Generic(_ context.Context, e event.GenericEvent, q queue) { p.enqueue(e.Object, q) }

func (podEvents) enqueue(pod client.Object, q queue) {
	request := serverOf(pod)
	switch {
	case request.Name == "":
	case pod.GetLabels()[sparklabels.SparkRole] == sparklabels.RoleExecutor:
		q.AddAfter(request, gatherDelay)
	default:
		q.Add(request)
	}
}

func requestFor(server client.Object) reconcile.Request {
	return reconcile.Request{NamespacedName: client.ObjectKeyFromObject(server)}
}

// serverOf returns the server that an object's label names.
func serverOf(object client.Object) reconcile.Request {
	return reconcile.Request{NamespacedName: types.NamespacedName{Namespace: object.GetNamespace(), Name: object.GetLabels()[sparklabels.ConnectName]}}
}

func serversOf(_ context.Context, object client.Object) []reconcile.Request {
	if request := serverOf(object); request.Name != "" {
		return []reconcile.Request{request}
	}
	return nil
}
