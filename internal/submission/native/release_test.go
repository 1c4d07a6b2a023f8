// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package native_test

import (
	"context"
	"errors"
	"testing"

	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/alauda/spark-operator/internal/batchscheduler"
	"github.com/alauda/spark-operator/internal/identity"
	"github.com/alauda/spark-operator/internal/submission/native"
)

// What is made for the next attempt between the look and the deletion was decided on after this release, which is not
// confirmed then.
func TestReleaseDeletesNothingThatWasMadeAfterItsDecision(t *testing.T) {
	app, submitted := application(), false
	var c client.WithWatch
	changed := errors.New("the application was changed")
	confirm := func(context.Context) error {
		if submitted {
			return changed
		}
		return nil
	}
	submit := func() {
		submitted = true
		if _, err := native.New(c, batchscheduler.Schedulers{}).Submit(t.Context(), planOf(t, app, 1), confirmed); err != nil {
			t.Fatal(err)
		}
	}
	lists := 0
	c = fake.NewClientBuilder().WithInterceptorFuncs(interceptor.Funcs{
		List: func(ctx context.Context, c client.WithWatch, list client.ObjectList, opts ...client.ListOption) error {
			if lists++; lists == 2 {
				submit()
			}
			return c.List(ctx, list, opts...)
		},
	}).Build()
	if err := native.New(c, batchscheduler.Schedulers{}).Release(t.Context(), app, identity.Of(app, 1), confirm); !errors.Is(err, changed) {
		t.Errorf("Release = %v, want %v", err, changed)
	}
	if got := len(objects(t, c)); got != len(creations) {
		t.Errorf("%d objects, want %d", got, len(creations))
	}
}
