// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package stored

import (
	"context"
	"time"

	"k8s.io/client-go/rest"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/internal/namespaces"
	"github.com/alauda/spark-operator/internal/scope"
)

// namespacesWait is how long the first applications wait for the namespaces to be listed.
const namespacesWait = 30 * time.Second

// Cached has a manager's cache keep of each application what keep leaves of it, and of one in a namespace that is not served its identity. That costs no decoding;
// where such a namespace comes to be served, Get asks the API server for the rest.
func Cached(options *ctrl.Options, served namespaces.Filter, keep func(*SparkApplication)) {
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
	options.Cache.ByObject[&SparkApplication{}] = cache.ByObject{Transform: transform(serves, keep)}
	options.NewCache = func(config *rest.Config, options cache.Options) (cache.Cache, error) {
		made, err := cache.New(config, options)
		within = scope.New(served, made)
		return made, err
	}
}

// transform returns what a cache does to an application before it is kept.
func transform(serves func(namespace string) (bool, error), keep func(*SparkApplication)) func(any) (any, error) {
	return func(object any) (any, error) {
		app, isApplication := object.(*SparkApplication)
		if !isApplication {
			// The last state of one whose deletion was missed.
			return object, nil
		}
		served, err := serves(app.Namespace)
		if err != nil {
			ctrl.Log.WithName("cache").Error(err, "Kept only the identity of an application", "namespace", app.Namespace, "name", app.Name)
		}
		if served && err == nil {
			keep(app)
		} else {
			app.Forget()
		}
		return app, nil
	}
}
