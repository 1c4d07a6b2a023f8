// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package panics

import (
	"context"

	toolscache "k8s.io/client-go/tools/cache"
	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

// Transform returns a transform that has the cache keep an object as it is where transform panics.
func Transform(transform toolscache.TransformFunc) toolscache.TransformFunc {
	return func(object any) (kept any, err error) {
		kept = object
		defer Recover("cache transform", aboutAny(object)...)
		return transform(object)
	}
}

// Index returns an index function that gives an object no values where values panics.
func Index(values client.IndexerFunc) client.IndexerFunc {
	return func(object client.Object) []string {
		defer Recover("cache index", about(object)...)
		return values(object)
	}
}

type queue = workqueue.TypedRateLimitingInterface[reconcile.Request]

type guarded struct {
	place   string
	inner   handler.EventHandler
	request func(client.Object) reconcile.Request
}

// Handler returns an event handler that adds the request about an object to the queue where inner panics: the event is
// not lost.
func Handler(place string, inner handler.EventHandler, request func(client.Object) reconcile.Request) handler.EventHandler {
	return guarded{place, inner, request}
}

// call handles one event about the object.
func (g guarded) call(object client.Object, q queue, handle func()) {
	defer func() {
		if Error("events about "+g.place, recover(), about(object)...) == nil {
			return
		}
		defer Recover("events about "+g.place, about(object)...)
		if request := g.request(object); request.Name != "" {
			q.Add(request)
		}
	}()
	handle()
}

// Create implements handler.EventHandler.
func (g guarded) Create(ctx context.Context, e event.CreateEvent, q queue) {
	g.call(e.Object, q, func() { g.inner.Create(ctx, e, q) })
}

// Update implements handler.EventHandler.
func (g guarded) Update(ctx context.Context, e event.UpdateEvent, q queue) {
	g.call(e.ObjectNew, q, func() { g.inner.Update(ctx, e, q) })
}

// Delete implements handler.EventHandler.
func (g guarded) Delete(ctx context.Context, e event.DeleteEvent, q queue) {
	g.call(e.Object, q, func() { g.inner.Delete(ctx, e, q) })
}

// Generic implements handler.EventHandler.
func (g guarded) Generic(ctx context.Context, e event.GenericEvent, q queue) {
	g.call(e.Object, q, func() { g.inner.Generic(ctx, e, q) })
}

func about(object client.Object) []any {
	if object == nil {
		return nil
	}
	return []any{"namespace", object.GetNamespace(), "name", object.GetName()}
}

func aboutAny(object any) []any {
	if o, isObject := object.(client.Object); isObject {
		return about(o)
	}
	return nil
}
