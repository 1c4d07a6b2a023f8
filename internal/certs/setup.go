// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package certs

import (
	"context"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/client-go/util/workqueue"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/source"

	"github.com/alauda/spark-operator/internal/caching"
)

// The names below are those of config/; a deployment that uses others has to bring its own roles. Creation cannot be
// limited to a name, because the name of an object is not known when its creation is authorised.
//
// +kubebuilder:rbac:groups="",namespace=spark-operator,resources=secrets,verbs=create
// +kubebuilder:rbac:groups="",namespace=spark-operator,resources=secrets,resourceNames=spark-operator-webhook-certs,verbs=get;list;watch;update
// +kubebuilder:rbac:groups=admissionregistration.k8s.io,resources=mutatingwebhookconfigurations;validatingwebhookconfigurations,resourceNames=spark-operator-webhook,verbs=get;list;watch;update

// CacheLimits limits the manager's cache to the objects that a keeper watches: the operator may neither list nor hold
// anybody else's secrets.
func (o Options) CacheLimits() []caching.Limit {
	limits := []caching.Limit{{Object: &corev1.Secret{}, ByObject: cache.ByObject{
		Namespaces: map[string]cache.Config{o.Secret.Namespace: {FieldSelector: named(o.Secret.Name)}},
	}}}
	if o.MutatingConfiguration != "" {
		limits = append(limits, caching.Limit{Object: &admissionv1.MutatingWebhookConfiguration{}, ByObject: cache.ByObject{Field: named(o.MutatingConfiguration)}})
	}
	if o.ValidatingConfiguration != "" {
		limits = append(limits, caching.Limit{Object: &admissionv1.ValidatingWebhookConfiguration{}, ByObject: cache.ByObject{Field: named(o.ValidatingConfiguration)}})
	}
	return limits
}

// CacheLimits limits the manager's cache to what the keeper watches.
func (k *Keeper) CacheLimits() []caching.Limit { return k.options.CacheLimits() }

// SetupWithManager has the keeper run at start, and whenever the Secret or a configuration changes. It runs in every
// replica, whoever leads. The manager's cache must be limited by CacheLimits.
func (k *Keeper) SetupWithManager(mgr ctrl.Manager) error {
	k.reader, k.writer = mgr.GetAPIReader(), mgr.GetClient()
	request := ctrl.Request{NamespacedName: k.options.Secret}
	enqueue := handler.EnqueueRequestsFromMapFunc(func(context.Context, client.Object) []ctrl.Request {
		return []ctrl.Request{request}
	})
	// On a fresh cluster there is nothing yet whose event could start the first pass.
	atStart := source.Func(func(_ context.Context, queue workqueue.TypedRateLimitingInterface[ctrl.Request]) error {
		queue.Add(request)
		return nil
	})
	everyReplica := false
	b := ctrl.NewControllerManagedBy(mgr).
		Named("webhookcertificate").
		WithOptions(controller.Options{MaxConcurrentReconciles: 1, NeedLeaderElection: &everyReplica}).
		WatchesRawSource(atStart)
	for _, limit := range k.options.CacheLimits() {
		b = b.Watches(limit.Object, enqueue)
	}
	return b.Complete(k)
}

func named(name string) fields.Selector {
	return fields.OneTermEqualSelector("metadata.name", name)
}
