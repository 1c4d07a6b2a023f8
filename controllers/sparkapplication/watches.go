// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkapplication

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
	"sigs.k8s.io/controller-runtime/pkg/source"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// executorDelay is for how long changes of an application's executors are gathered: they come together, and one status tells of them all.
const executorDelay = 400 * time.Millisecond

// Setup adds the controller to mgr. Every change of an application or of one of its pods starts a reconcile; changes that come together start
// one. Changes of the status count too: a decision that lost a race is taken anew when the version that won arrives.
func (r *Reconciler) Setup(mgr ctrl.Manager, options controller.Options) error {
	builder := ctrl.NewControllerManagedBy(mgr).
		Named("sparkapplication").
		Watches(&v1beta2.SparkApplication{}, newArrivals()).
		Watches(&corev1.Pod{}, handler.WithLowPriorityWhenUnchanged(handler.EventHandler(podEvents{}))).
		WithOptions(options)
	if r.Finished != nil {
		builder = builder.WatchesRawSource(source.Channel(r.Finished, &handler.EnqueueRequestForObject{}))
	}
	return r.Scope.Complete(builder, &v1beta2.SparkApplicationList{}, r)
}

type queue = workqueue.TypedRateLimitingInterface[reconcile.Request]

// podEvents looks at the application of a pod when the pod has changed: at once if it is a driver, after a while if it is an executor.
type podEvents struct{}

var _ handler.EventHandler = podEvents{}

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
func (p podEvents) Delete(_ context.Context, e event.DeleteEvent, q queue) { p.enqueue(e.Object, q) }

// Generic implements handler.EventHandler.
func (p podEvents) Generic(_ context.Context, e event.GenericEvent, q queue) { p.enqueue(e.Object, q) }

func (podEvents) enqueue(pod client.Object, q queue) {
	request := applicationOf(pod)
	switch {
	case request.Name == "":
	case pod.GetLabels()[sparklabels.SparkRole] == sparklabels.RoleExecutor:
		q.AddAfter(request, executorDelay)
	default:
		q.Add(request)
	}
}

// applicationOf returns the application that a pod's label names.
func applicationOf(pod client.Object) reconcile.Request {
	return reconcile.Request{NamespacedName: types.NamespacedName{Namespace: pod.GetNamespace(), Name: pod.GetLabels()[sparklabels.AppName]}}
}
