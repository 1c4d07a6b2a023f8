// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package scope

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/alauda/spark-operator/internal/namespaces"
	"github.com/alauda/spark-operator/internal/panics"
)

// Only a filter by labels asks for namespaces; config/components/namespace-selector installs this role.
//
// +kubebuilder:rbac:groups="",resources=namespaces,verbs=get;list;watch

// Scope is what a binary serves. The zero value is everything.
type Scope struct {
	filter namespaces.Filter
	// cache has the namespaces, where it depends on them, and api is asked for those that it lacks.
	cache, api client.Reader
}

// New returns the scope of a filter; cache is the manager's.
func New(filter namespaces.Filter, cache client.Reader) Scope {
	return Scope{filter: filter, cache: cache}
}

// Asking returns the same scope for those who cannot wait for an event: a namespace that the cache does not have (yet)
// is asked for at the API server.
func (s Scope) Asking(api client.Reader) Scope {
	s.api = api
	return s
}

// Serves reports whether a namespace is served, by the labels that it has now. One that cannot be found is not served
// yet; its arrival is an event.
func (s Scope) Serves(ctx context.Context, name string) (bool, error) {
	if !s.filter.ByLabels() {
		return s.filter.Serves(name, nil), nil
	}
	namespace := &corev1.Namespace{}
	err := s.cache.Get(ctx, client.ObjectKey{Name: name}, namespace)
	if apierrors.IsNotFound(err) && s.api != nil {
		err = s.api.Get(ctx, client.ObjectKey{Name: name}, namespace)
	}
	if apierrors.IsNotFound(err) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("get namespace %s: %w", name, err)
	}
	return s.filter.Serves(name, namespace.Labels), nil
}

// Reconciler is one that can be kept to served namespaces.
type Reconciler interface {
	reconcile.Reconciler
	// RemoveFinalizers is called instead of Reconcile for what is in a namespace that is not served. Another operator
	// may serve it: what is done must be right then, too.
	RemoveFinalizers(ctx context.Context, request reconcile.Request) (reconcile.Result, error)
}

// Complete makes the controller reconcile the objects of served namespaces only. list is of the controller's kind:
// where it depends on labels, all objects of a namespace are looked at again when the namespace changes.
func (s Scope) Complete(b *builder.Builder, list client.ObjectList, r Reconciler) error {
	if s.filter.ByLabels() {
		b = b.Watches(&corev1.Namespace{}, handler.EnqueueRequestsFromMapFunc(s.objectsOf(list)))
	}
	return b.Complete(s.only(r))
}

// objectsOf maps a namespace that is served to the objects in it. It reads the cache, where nothing can fail but the
// end of the program.
func (s Scope) objectsOf(list client.ObjectList) handler.MapFunc {
	return func(ctx context.Context, namespace client.Object) []reconcile.Request {
		defer panics.Recover("events about namespaces", "namespace", namespace.GetName())
		if !s.filter.Serves(namespace.GetName(), namespace.GetLabels()) {
			return nil
		}
		found, isList := list.DeepCopyObject().(client.ObjectList)
		if !isList {
			return nil
		}
		if err := s.cache.List(ctx, found, client.InNamespace(namespace.GetName())); err != nil {
			ctrl.LoggerFrom(ctx).Error(err, "List a namespace that is served now", "namespace", namespace.GetName())
			return nil
		}
		var requests []reconcile.Request
		_ = meta.EachListItem(found, func(item runtime.Object) error {
			if object, isObject := item.(client.Object); isObject {
				requests = append(requests, reconcile.Request{NamespacedName: client.ObjectKeyFromObject(object)})
			}
			return nil
		})
		return requests
	}
}

// only returns a reconciler that does not reconcile what is in a namespace that is not served.
func (s Scope) only(inner Reconciler) reconcile.Reconciler {
	return reconcile.Func(func(ctx context.Context, request reconcile.Request) (reconcile.Result, error) {
		served, err := s.Serves(ctx, request.Namespace)
		if err != nil {
			return reconcile.Result{}, err
		}
		if !served {
			return inner.RemoveFinalizers(ctx, request)
		}
		return inner.Reconcile(ctx, request)
	})
}
