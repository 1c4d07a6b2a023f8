// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkapplication

import (
	"context"
	"time"

	"golang.org/x/time/rate"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/priorityqueue"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
)

const (
	// arrivalPriority lets the applications that run go before new ones: their work is less, and somebody waits for what their status says.
	// With that alone a flood of changes would keep new applications waiting for good,
	arrivalPriority = -10
	// so this many of them a second are taken in turn with all else. More than a slow API server takes would undo the order.
	arrivalsInTurn = 1
)

// arrivals looks at an application when it has changed; new ones give way to those that run.
type arrivals struct {
	handler.EnqueueRequestForObject
	turns *rate.Limiter
}

func newArrivals() *arrivals { return &arrivals{turns: rate.NewLimiter(arrivalsInTurn, 1)} }

// Create implements handler.EventHandler.
func (a *arrivals) Create(ctx context.Context, e event.CreateEvent, q queue) {
	ordered, isOrdered := q.(priorityqueue.PriorityQueue[reconcile.Request])
	app, isApp := e.Object.(*v1beta2.SparkApplication)
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
