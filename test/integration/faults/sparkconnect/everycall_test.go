// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkconnect

import (
	"context"
	"fmt"
	"os"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1alpha1"
	"github.com/alauda/spark-operator/internal/testing/wire"
	"github.com/alauda/spark-operator/test/integration/faults/engine"
)

// everything is whether no trial is left out.
var everything = os.Getenv("FAULTS") == "all"

// scenario is what a user does to a server.
type scenario struct {
	name string
	// fromStart is whether the controller's start is marked.
	fromStart bool
	// script is the user's part. The calls from the trial's mark on meet faults.
	script func(context.Context, *world) error
	// want is what the counters say in the end.
	want counters
}

const ready = v1alpha1.SparkConnectStateReady

var scenarios = []scenario{
	{
		name: "first start", fromStart: true, want: counters{State: ready, Attempt: 1, Generation: 1},
		script: func(ctx context.Context, w *world) error { return w.steps(ctx, w.create, w.until(ready, 1)) },
	},
	{
		name: "failure", want: counters{State: ready, Attempt: 2, Restarts: 1, Generation: 1},
		script: func(ctx context.Context, w *world) error {
			return w.steps(ctx, w.create, w.until(ready, 1), w.Mark, w.crash, w.until(ready, 2))
		},
	},
	{
		name: "spec change", want: counters{State: ready, Attempt: 2, Restarts: 1, Generation: 2},
		script: func(ctx context.Context, w *world) error {
			return w.steps(ctx, w.create, w.until(ready, 1), w.Mark, w.patch(`{"spec":{"image":"spark:other"}}`), w.until(ready, 2))
		},
	},
	{
		name: "suspend and resume", want: counters{State: ready, Attempt: 2, Generation: 3},
		script: func(ctx context.Context, w *world) error {
			return w.steps(ctx, w.create, w.until(ready, 1), w.Mark, w.patch(`{"spec":{"suspend":true}}`), w.until(v1alpha1.SparkConnectStateSuspended, 1),
				w.patch(`{"spec":{"suspend":false}}`), w.until(ready, 2))
		},
	},
	{
		name: "another Service", want: counters{State: ready, Attempt: 1, Generation: 2},
		script: func(ctx context.Context, w *world) error {
			return w.steps(ctx, w.create, w.until(ready, 1), w.Mark, w.patch(`{"spec":{"server":{"service":{"metadata":{"name":"spark","labels":{"a":"b"}}}}}}`), w.untilServed("spark"))
		},
	},
}

// TestEveryCall has each call of each scenario meet each fault.
func TestEveryCall(t *testing.T) {
	for _, s := range scenarios {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			engine.EveryCall(t, func() *engine.Trial { return newTrial(s) }, engine.Selection{
				Sample: func(c wire.Call, _ wire.Fault, n int) bool { return everything || c.Writes() || n%4 == 0 },
			})
		})
	}
}

func (w *world) steps(ctx context.Context, steps ...func(context.Context) error) error {
	for i, step := range steps {
		if err := step(ctx); err != nil {
			return fmt.Errorf("step %d: %w", i+1, err)
		}
	}
	return nil
}

func (w *world) create(ctx context.Context) error {
	return w.API.Create(ctx, &v1alpha1.SparkConnect{
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: w.Namespace},
		Spec: v1alpha1.SparkConnectSpec{
			SparkVersion: "4.0.1", Image: new("spark:4.0.1"), SparkConf: map[string]string{"spark.connect.grpc.binding.port": fmt.Sprint(standin.Port)},
		},
	})
}

func (w *world) patch(patch string) func(context.Context) error {
	return func(ctx context.Context) error {
		c := &v1alpha1.SparkConnect{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: w.Namespace}}
		return w.API.Patch(ctx, c, client.RawPatch("application/merge-patch+json", []byte(patch)))
	}
}

// crash has the server end.
func (w *world) crash(context.Context) error {
	w.Update(func() { w.crashes = true })
	return nil
}

// until the server is in the state, by the start of the number, with its executor where it is ready.
func (w *world) until(state v1alpha1.SparkConnectState, attempt int64) func(context.Context) error {
	return func(ctx context.Context) error {
		return w.Await(ctx, fmt.Sprintf("%s of start %d", state, attempt), func() bool {
			c := w.connect()
			return c != nil && c.Status.State == state && c.Status.Attempt == attempt && c.Status.ObservedGeneration == c.Generation &&
				(state != ready || c.Status.Executors["running"] == 1)
		})
	}
}

// untilServed waits until the status names the Service, and the one before is gone.
func (w *world) untilServed(service string) func(context.Context) error {
	return func(ctx context.Context) error {
		return w.Await(ctx, "Service "+service, func() bool {
			c := w.connect()
			return c != nil && c.Status.Server.ServiceName == service && c.Status.State == ready && c.Status.ObservedGeneration == c.Generation && w.services() == 1
		})
	}
}
