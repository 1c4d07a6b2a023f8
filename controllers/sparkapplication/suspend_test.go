// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkapplication

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/client-go/tools/events"
	clocktesting "k8s.io/utils/clock/testing"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/batchscheduler"
	"github.com/alauda/spark-operator/internal/submission/mode"
	"github.com/alauda/spark-operator/internal/submission/native"
	"github.com/alauda/spark-operator/internal/submission/sparksubmit"
)

// A queue such as Kueue has every application begin suspended. Nothing can be left of an attempt, so the API server is
// asked nothing.
func TestSuspendedFromTheStartAsksNothing(t *testing.T) {
	app := newApp()
	app.Spec.Suspend = new(true)
	asked := map[string]int{}
	counting := interceptor.Funcs{
		Get: func(ctx context.Context, c client.WithWatch, key client.ObjectKey, obj client.Object, opts ...client.GetOption) error {
			asked["get"]++
			return c.Get(ctx, key, obj, opts...)
		},
		List: func(ctx context.Context, c client.WithWatch, list client.ObjectList, opts ...client.ListOption) error {
			asked["list"]++
			return c.List(ctx, list, opts...)
		},
	}
	c := builder(app).Build()
	uncached := interceptor.NewClient(c, counting)
	r := &Reconciler{
		Client: c, APIReader: uncached, Events: events.NewFakeRecorder(10), Clock: clocktesting.NewFakePassiveClock(start),
		Submitter: &mode.Submitter{Native: native.New(uncached, batchscheduler.Schedulers{}), SparkSubmit: sparksubmit.New(uncached, sparksubmit.Options{})},
	}
	if _, err := r.Reconcile(t.Context(), ctrl.Request{NamespacedName: client.ObjectKeyFromObject(app)}); err != nil {
		t.Fatal(err)
	}
	app = reread(t, c, app)
	if got := app.Status.AppState.State; got != v1beta2.ApplicationStateSuspended {
		t.Errorf("state %s", got)
	}
	if diff := cmp.Diff(map[string]int{}, asked); diff != "" {
		t.Errorf("uncached requests (-want +got):\n%s", diff)
	}
}
