// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/submission/mode"
	"github.com/alauda/spark-operator/test/cluster"
	"github.com/alauda/spark-operator/test/images"
	"github.com/alauda/spark-operator/test/installation"
)

// Not parallel: it replaces the operator. Without Spark all runs that needs no Spark's own client, and what does ends
// immediately and says so.
func TestControllerWithoutSpark(t *testing.T) {
	ctx := limited(t, 2*appLimit)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), appLimit)
		defer cancel()
		if err := c.Install(ctx); err != nil {
			t.Error(err)
		}
	})
	resources, err := installation.Build(installation.Default)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.InstallSlim(ctx, resources); err != nil {
		t.Fatal(err)
	}
	native := application(t, "spark-pi", "e2e-slim")
	create(ctx, t, native)
	follow(ctx, t, native)
	if got := native.Status.AppState; got.State != stateCompleted {
		t.Errorf("ended in %s: %s", got.State, got.ErrorMessage)
	}

	other := application(t, "spark-pi", "e2e-slim-spark-submit", func(app *v1beta2.SparkApplication) {
		app.Annotations = map[string]string{mode.Annotation: string(mode.SparkSubmit)}
	})
	create(ctx, t, other)
	immediately := limited(t, soon)
	until(immediately, t, other, "the end", func() bool { return cluster.Ended(other) })
	const want = "this controller image has no Spark; run the controller image that packages Spark"
	if got := other.Status.AppState; got.State != v1beta2.ApplicationStateFailed || !strings.Contains(got.ErrorMessage, want) {
		t.Errorf("ended in %s: %q, want FAILED: %q", got.State, got.ErrorMessage, want)
	}
	if made := children(ctx, t, other); len(made) > 0 {
		t.Errorf("made %v", made)
	}
}

// The image with Spark starts from Spark's, which here only the local cluster has; the slim ones are checked by
// test/images.
func TestControllerImageWithSpark(t *testing.T) {
	if c.Kind != cluster.Local {
		return
	}
	ctx := limited(t, 2*appLimit)
	b, err := images.NewBuilder(installation.Root(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	id, err := b.Build(ctx, images.Controller, "v9.9.9")
	if err != nil {
		t.Fatal(err)
	}
	got, err := b.Settings(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	for _, label := range []struct{ name, want string }{
		{"title", "Spark operator controller with Spark"}, {"licenses", "Apache-2.0"}, {"version", "v9.9.9"},
		{"source", "https://github.com/alauda/spark-operator"},
	} {
		if value := got.Labels["org.opencontainers.image."+label.name]; value != label.want {
			t.Errorf("label %s is %q, want %q", label.name, value, label.want)
		}
	}
	if diff := cmp.Diff([]string{"/usr/bin/tini", "--", "/controller"}, got.Entrypoint); diff != "" || got.User != "185:185" {
		t.Errorf("user %s, entry point (-want +got):\n%s", got.User, diff)
	}
	archive := filepath.Join(t.TempDir(), "image.tar")
	if err := b.Save(ctx, id, archive); err != nil {
		t.Fatal(err)
	}
	materials, err := b.Materials(ctx, archive)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("the bill of materials names %d", len(materials))
	// Ours, Spark's, one of those that Spark brings, and Debian's.
	for _, want := range []string{"sigs.k8s.io/controller-runtime@", "spark-kubernetes_2.13@4.0.1", "kubernetes-client@", "tini@"} {
		if !slices.ContainsFunc(materials, func(m string) bool { return strings.HasPrefix(m, want) }) {
			t.Errorf("the bill of materials lacks %s", want)
		}
	}
}
