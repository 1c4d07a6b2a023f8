// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package caching

import (
	"context"
	"fmt"
	"reflect"
	"time"

	"k8s.io/client-go/rest"
	toolscache "k8s.io/client-go/tools/cache"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/internal/namespaces"
	"github.com/alauda/spark-operator/internal/panics"
	"github.com/alauda/spark-operator/internal/scope"
	"github.com/alauda/spark-operator/internal/stored"
)

// namespacesWait is how long the first objects wait for the namespaces to be listed.
const namespacesWait = 30 * time.Second

// Limit is what a cache keeps of one kind.
type Limit struct {
	// Object is of the kind.
	Object client.Object
	// ByObject says which objects are kept and what of each.
	ByObject cache.ByObject

	// transform takes the place of that of ByObject where it depends on the namespace of an object.
	transform func(servesFunc) toolscache.TransformFunc
}

// servesFunc reports whether a namespace is served.
type servesFunc func(namespace string) (bool, error)

// Stored limits one of the operator's own kinds. Of an object in a namespace that is served the cache keeps what
// transform leaves of it, of others the identity. That costs no decoding; where such a namespace comes to be served,
// stored.Get asks the API server for the rest.
func Stored[O stored.Object](object O, transform func(O)) Limit {
	return Limit{Object: object, transform: func(serves servesFunc) toolscache.TransformFunc { return transformServed(serves, transform) }}
}

// Apply limits the cache of a manager that serves the namespaces. Kinds that were limited before stay as they are.
func Apply(options *ctrl.Options, served namespaces.Filter, limits ...Limit) error {
	// The labels of namespaces are read from the cache that is not there yet.
	var within scope.Scope
	serves := func(namespace string) (bool, error) {
		ctx, cancel := context.WithTimeout(context.Background(), namespacesWait)
		defer cancel()
		return within.Serves(ctx, namespace)
	}
	if options.Cache.ByObject == nil {
		options.Cache.ByObject = map[client.Object]cache.ByObject{}
	}
	limited := map[reflect.Type]bool{}
	for object := range options.Cache.ByObject {
		limited[reflect.TypeOf(object)] = true
	}
	for _, l := range limits {
		kind := reflect.TypeOf(l.Object)
		if limited[kind] {
			return fmt.Errorf("cache: %s has two limits; merge them into one", kind)
		}
		limited[kind] = true
		by := l.ByObject
		if l.transform != nil {
			by.Transform = l.transform(serves)
		}
		if by.Transform != nil {
			by.Transform = panics.Transform(by.Transform)
		}
		options.Cache.ByObject[l.Object] = by
	}
	newCache := options.NewCache
	if newCache == nil {
		newCache = cache.New
	}
	options.NewCache = func(config *rest.Config, options cache.Options) (cache.Cache, error) {
		made, err := newCache(config, options)
		within = scope.New(served, made)
		return made, err
	}
	return nil
}

// transformServed returns what a cache does to an object before it is kept.
func transformServed[O stored.Object](serves servesFunc, transform func(O)) toolscache.TransformFunc {
	return func(object any) (any, error) {
		found, isKind := object.(O)
		if !isKind {
			// The last state of one whose deletion was missed.
			return object, nil
		}
		served, err := serves(found.GetNamespace())
		if err != nil {
			ctrl.Log.WithName("cache").Error(err, "Kept only the identity of an object", "kind", fmt.Sprintf("%T", found),
				"namespace", found.GetNamespace(), "name", found.GetName())
		}
		if served && err == nil {
			transform(found)
		} else {
			stored.Forget(found)
		}
		return found, nil
	}
}
