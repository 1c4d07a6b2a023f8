// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package overlays

import (
	"context"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/test/cluster"
	"github.com/alauda/spark-operator/test/installation"
)

// Without a ClusterRole, and with cert-manager for the webhook: a namespace that is listed is served by the controller
// and by the webhook, and others are not.
func TestListedNamespacesWithoutClusterRights(t *testing.T) {
	certified(t.Context(), t)
	ctx := limited(t)
	const listed = "overlay-listed"
	makeNamespace(ctx, t, listed)
	resources, err := installation.WithSettings("namespaces: [spark-operator, "+listed+"]", "cert-manager", "namespaced")
	if err != nil {
		t.Fatal(err)
	}
	for _, folder := range []string{"config/rbac/job-namespace", "config/rbac/spark"} {
		if err := c.ApplyIn(ctx, folder, listed); err != nil {
			t.Fatal(err)
		}
	}
	install(ctx, t, resources)
	awaitDefaultingIn(ctx, t, listed, cluster.Namespace)
	other := sample(ctx, t, "overlay-unlisted")
	app := sample(ctx, t, "overlay-listed", func(app *v1beta2.SparkApplication) { app.Namespace = listed })
	complete(ctx, t, app)
	checkNotServed(ctx, t, other)
}

// The example is installed as it is, but for the images: what it shows works.
func TestExampleCluster(t *testing.T) {
	certified(t.Context(), t)
	ctx := limited(t)
	monitored(ctx, t)
	resources, err := installation.Build("config/overlays/example-cluster")
	if err != nil {
		t.Fatal(err)
	}
	const team = "team-a"
	removeNamespace(ctx, t, team)
	install(ctx, t, resources)
	awaitDefaultingIn(ctx, t, team)
	for name, want := range map[string]int32{cluster.ControllerDeployment: 2, cluster.WebhookDeployment: 2} {
		deployment := &appsv1.Deployment{}
		if err := c.Client.Get(ctx, client.ObjectKey{Namespace: cluster.Namespace, Name: name}, deployment); err != nil || deployment.Status.AvailableReplicas != want {
			t.Errorf("%s has %d replicas, want %d: %v", name, deployment.Status.AvailableReplicas, want, err)
		}
	}
	placed := schedule(ctx, t, "volcano")
	other := sample(ctx, t, "overlay-unlabelled")
	app := sample(ctx, t, "overlay-example", func(app *v1beta2.SparkApplication) { app.Namespace = team })
	complete(ctx, t, app)
	if got := placed(); got != 2 {
		t.Errorf("%d pods named Volcano, want driver and executor", got)
	}
	checkNotServed(ctx, t, other)

	// A namespace that gains the label is taken up, with what is in it.
	const labelled = "overlay-labelled"
	namespace := makeNamespace(ctx, t, labelled)
	if err := c.ApplyIn(ctx, "config/rbac/spark", labelled); err != nil {
		t.Fatal(err)
	}
	early := sample(ctx, t, "overlay-early", func(app *v1beta2.SparkApplication) { app.Namespace = labelled })
	checkNotServed(ctx, t, early)
	patch := []byte(`{"metadata":{"labels":{"sparkoperator.k8s.io/served":"true"}}}`)
	if err := c.Client.Patch(ctx, namespace, client.RawPatch("application/merge-patch+json", patch)); err != nil {
		t.Fatal(err)
	}
	awaitDefaultingIn(ctx, t, labelled)
	await(ctx, t, early, v1beta2.ApplicationStateSubmitted)
}

// checkNotServed asks that nobody has filled in an application's defaults or followed it.
func checkNotServed(ctx context.Context, t *testing.T, app *v1beta2.SparkApplication) {
	t.Helper()
	if err := c.Client.Get(ctx, client.ObjectKeyFromObject(app), app); err != nil {
		t.Fatal(err)
	}
	if state(app) != v1beta2.ApplicationStateNew {
		t.Errorf("%s is not in a namespace that is served, and is %q", app.Name, state(app))
	}
	if defaulted, err := defaultedIn(ctx, app.Namespace); err != nil || defaulted {
		t.Errorf("namespace %s is not served, and gets defaults: %t, %v", app.Namespace, defaulted, err)
	}
}

func await(ctx context.Context, t *testing.T, app *v1beta2.SparkApplication, want v1beta2.ApplicationStateType) {
	t.Helper()
	err := wait.PollUntilContextTimeout(ctx, 200*time.Millisecond, time.Minute, true, func(ctx context.Context) (bool, error) {
		return state(app) == want, c.Client.Get(ctx, client.ObjectKeyFromObject(app), app)
	})
	if err != nil {
		t.Fatalf("%s is %q, want %s: %v", app.Name, state(app), want, err)
	}
}

// awaitDefaultingIn waits until the API server calls the webhook, under its certificate, about the namespaces.
func awaitDefaultingIn(ctx context.Context, t *testing.T, namespaces ...string) {
	t.Helper()
	for _, namespace := range namespaces {
		var last error
		err := wait.PollUntilContextTimeout(ctx, 200*time.Millisecond, time.Minute, true, func(ctx context.Context) (bool, error) {
			// Where the policy is Fail, it is an error that the API server does not know yet whom to trust.
			defaulted, err := defaultedIn(ctx, namespace)
			last = err
			return defaulted && err == nil, nil
		})
		if err != nil {
			t.Fatalf("applications in %s get no defaults: %v", namespace, last)
		}
	}
}

// defaultedIn asks for an application to be stored, but for the storing, and reports whether the webhook saw it.
func defaultedIn(ctx context.Context, namespace string) (bool, error) {
	app, err := c.Sample("spark-pi")
	if err != nil {
		return false, err
	}
	app.Name, app.Namespace, app.Spec.Executor.Instances = "overlay-probe", namespace, nil
	err = c.Client.Create(ctx, app, client.DryRunAll)
	return ptr.Deref(app.Spec.Executor.Instances, 0) == 1, err
}

// makeNamespace makes a namespace anew, and removes it when the test has ended, after what is in it.
func makeNamespace(ctx context.Context, t *testing.T, name string) *corev1.Namespace {
	t.Helper()
	removeNamespace(ctx, t, name)
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}}
	if err := c.Client.Create(ctx, namespace); err != nil {
		t.Fatal(err)
	}
	return namespace
}

// removeNamespace removes what an earlier run may have left, and what this one leaves when it has ended.
func removeNamespace(ctx context.Context, t *testing.T, name string) {
	t.Helper()
	remove := func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
		defer cancel()
		namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}}
		err := wait.PollUntilContextCancel(ctx, time.Second, true, func(ctx context.Context) (bool, error) {
			err := c.Client.Delete(ctx, namespace)
			return err != nil && client.IgnoreNotFound(err) == nil, nil
		})
		if err != nil {
			t.Errorf("namespace %s does not go: %v", name, err)
		}
	}
	remove()
	t.Cleanup(remove)
}
