// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/pkg/sparklabels"
	"github.com/alauda/spark-operator/test/cluster"
	"github.com/alauda/spark-operator/test/installation"
)

// Not parallel: it replaces the operator. The other overlays are in test/overlays.
func TestInstallations(t *testing.T) {
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), appLimit)
		defer cancel()
		if err := c.Install(ctx); err != nil {
			t.Error(err)
		}
	})
	for _, tc := range []struct {
		overlay, namespace, sample string
		// absent are kinds of which nothing is installed.
		absent []string
	}{
		{"config/overlays/no-webhook", "default", "spark-pi", []string{"MutatingWebhookConfiguration", "ValidatingWebhookConfiguration", "Service"}},
		// The operator's own namespace enforces the restricted Pod Security Standard: the application's pods pass it,
		// too.
		{"config/overlays/namespaced", cluster.Namespace, "spark-pi-python", []string{"ClusterRole", "ClusterRoleBinding", "MutatingWebhookConfiguration"}},
	} {
		t.Run(tc.overlay, func(t *testing.T) {
			ctx := limited(t, appLimit)
			resources, err := installation.Build(tc.overlay)
			if err != nil {
				t.Fatal(err)
			}
			if err := c.InstallThis(ctx, resources); err != nil {
				t.Fatal(err)
			}
			for _, kind := range tc.absent {
				if names, err := c.Installed(ctx, kind); err != nil || len(names) > 0 {
					t.Errorf("%s: %v, %v", kind, names, err)
				}
			}
			app := application(t, tc.sample, "e2e-installed", func(app *v1beta2.SparkApplication) { app.Namespace = tc.namespace })
			create(ctx, t, app)
			follow(ctx, t, app)
			if got := app.Status.AppState; got.State != stateCompleted {
				t.Errorf("ended in %s: %s", got.State, got.ErrorMessage)
			}
		})
	}
}

// Driver and executors of every sample run in a namespace that lets only restricted pods in.
func TestSamplesAreRestricted(t *testing.T) {
	t.Parallel()
	ctx := limited(t, appLimit)
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: "e2e-restricted-", Labels: map[string]string{
		"pod-security.kubernetes.io/enforce": "restricted",
	}}}
	if err := c.Client.Create(ctx, namespace); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Client.Delete(context.WithoutCancel(ctx), namespace); err != nil {
			t.Error(err)
		}
	})
	if err := c.ApplyIn(ctx, "config/rbac/spark", namespace.Name); err != nil {
		t.Fatal(err)
	}
	app := application(t, "spark-pi", "e2e-restricted", func(app *v1beta2.SparkApplication) { app.Namespace = namespace.Name })
	create(ctx, t, app)
	follow(ctx, t, app)
	if got := app.Status.AppState; got.State != stateCompleted || len(app.Status.ExecutorState) == 0 {
		t.Errorf("ended in %s with executors %v: %s", got.State, app.Status.ExecutorState, got.ErrorMessage)
	}
	// The standard is really asked for: a pod that does not keep to it is refused.
	loose := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: "loose", Namespace: namespace.Name, Labels: map[string]string{sparklabels.SparkRole: sparklabels.RoleDriver}},
		Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "loose", Image: "none"}}},
	}
	if err := c.Client.Create(ctx, loose, client.DryRunAll); err == nil {
		t.Error("the namespace takes any pod")
	}
}
