// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package dryrun

import (
	"context"
	"fmt"
	"time"

	"k8s.io/utils/clock"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/internal/refusal"
)

// patience is for how long an answer is waited for.
const patience = 5 * time.Second

// Client is what it takes to ask.
type Client interface {
	Create(ctx context.Context, obj client.Object, opts ...client.CreateOption) error
}

// Asker asks the API server about executors.
type Asker struct {
	client Client
	clock  clock.PassiveClock
	taken  shapes
}

// New returns what asks by the client.
func New(c Client, now clock.PassiveClock) *Asker { return &Asker{client: c, clock: now} }

// RefusedError is that the API server would refuse an executor. It wraps what the API server says.
type RefusedError struct {
	err error
	// Passing is whether the same executor may be taken later, with nothing changed: a quota is used up.
	Passing bool
}

func (e *RefusedError) Error() string { return fmt.Sprintf("executor pods are refused: %v", e.err) }

// Unwrap returns what the API server says.
func (e *RefusedError) Unwrap() error { return e.err }

// Executors returns a RefusedError where the API server would refuse executors of the plan. It returns nil where it
// would take them, where it does not say, and where it took ones lately that differ only in their names.
func (a *Asker) Executors(ctx context.Context, plan *planning.Plan) *RefusedError {
	return a.ask(ctx, plan, func(shape shape) bool { return a.taken.include(shape, a.clock.Now()) })
}

// Anew does the same for a driver that makes no executor: what was so lately does not count.
func (a *Asker) Anew(ctx context.Context, plan *planning.Plan) *RefusedError {
	return a.ask(ctx, plan, func(shape) bool { return false })
}

func (a *Asker) ask(ctx context.Context, plan *planning.Plan, known func(shape) bool) *RefusedError {
	pod, err := plan.AnyExecutor()
	if err != nil || pod == nil {
		// Whoever submits the plan says so, or there is no executor to be refused.
		return nil
	}
	shape := shapeOf(pod)
	if known(shape) {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	err = a.client.Create(ctx, pod, client.DryRunAll)
	if err == nil {
		a.taken.add(shape, a.clock.Now())
		return nil
	}
	return refusalOf(err)
}

// refusalOf returns an error as a refusal of executors, or nil where it is none. That the executor's name is taken is
// found last.
func refusalOf(err error) *RefusedError {
	if refusal.OfDryRun(err) == refusal.None {
		return nil
	}
	return &RefusedError{err: err, Passing: refusal.Passes(err)}
}
