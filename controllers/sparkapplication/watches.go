// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkapplication

import (
	"context"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
	"sigs.k8s.io/controller-runtime/pkg/source"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// Setup adds the controller to mgr. Every change of an application or of one of its pods starts a reconcile; changes that come together start
// one. Changes of the status count too: a decision that lost a race is taken anew when the version that won arrives.
func (r *Reconciler) Setup(mgr ctrl.Manager, options controller.Options) error {
	builder := ctrl.NewControllerManagedBy(mgr).
		Named("sparkapplication").
		For(&v1beta2.SparkApplication{}).
		Watches(&corev1.Pod{}, handler.EnqueueRequestsFromMapFunc(applicationOfPod)).
		WithOptions(options)
	if r.Finished != nil {
		builder = builder.WatchesRawSource(source.Channel(r.Finished, &handler.EnqueueRequestForObject{}))
	}
	return builder.Complete(r)
}

// applicationOfPod maps a pod to the application that its label names.
func applicationOfPod(_ context.Context, pod client.Object) []reconcile.Request {
	name := pod.GetLabels()[sparklabels.AppName]
	if name == "" {
		return nil
	}
	return []reconcile.Request{{NamespacedName: types.NamespacedName{Namespace: pod.GetNamespace(), Name: name}}}
}
