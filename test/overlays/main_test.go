// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package overlays

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"sigs.k8s.io/kustomize/api/resource"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/test/cluster"
)

const (
	upLimit = 30 * time.Minute
	// limit is for one installation and one application in it.
	limit = 8 * time.Minute
)

var c *cluster.Cluster

func TestMain(m *testing.M) {
	ctx, cancel := context.WithTimeout(context.Background(), upLimit)
	defer cancel()
	var err error
	if c, err = cluster.Up(ctx, os.Stdout); err == nil {
		err = c.Apply(ctx, "config/rbac/spark")
	}
	code := 1
	if err == nil {
		code = m.Run()
		// Whoever comes next finds the operator as it usually is.
		err = c.Install(ctx)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func limited(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	t.Cleanup(cancel)
	return ctx
}

// install installs what a kustomization has made, and whose kinds are not the project's own must be there already.
func install(ctx context.Context, t *testing.T, resources []*resource.Resource) {
	t.Helper()
	if err := c.InstallThis(ctx, resources); err != nil {
		t.Fatal(err)
	}
}

// sample creates a sample anew and removes it when the test has ended.
func sample(ctx context.Context, t *testing.T, name string, change ...func(*v1beta2.SparkApplication)) *v1beta2.SparkApplication {
	t.Helper()
	app, err := c.Sample("spark-pi")
	if err != nil {
		t.Fatal(err)
	}
	app.Name = name
	for _, f := range change {
		f(app)
	}
	if err := c.Remove(ctx, app.DeepCopy()); err != nil {
		t.Fatal(err)
	}
	if err := c.Client.Create(ctx, app); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
		defer cancel()
		if err := c.Remove(ctx, app); err != nil {
			t.Error(err)
		}
	})
	return app
}

func complete(ctx context.Context, t *testing.T, app *v1beta2.SparkApplication) {
	t.Helper()
	if _, err := c.Follow(ctx, app, func(m cluster.Moment) { t.Log(m) }); err != nil {
		t.Fatal(err)
	}
	if got := app.Status.AppState; got.State != v1beta2.ApplicationStateCompleted {
		t.Fatalf("ended in %s: %s", got.State, got.ErrorMessage)
	}
}
