// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/test/cluster"
)

// The driver pod is deleted without grace right after it ended, while there is no operator. Its end is found all the
// same. Not parallel: the others need the controller.
func TestEndOfADeletedDriverIsFound(t *testing.T) {
	ctx := limited(t, appLimit)
	app := application(t, "spark-pi", "e2e-deleted-driver")
	create(ctx, t, app)
	until(ctx, t, app, "RUNNING", func() bool { return app.Status.AppState.State == stateRunning })
	scaleController(ctx, t, 0)
	t.Cleanup(func() { scaleController(context.WithoutCancel(ctx), t, 1) })
	driver := &corev1.Pod{}
	key := client.ObjectKey{Namespace: app.Namespace, Name: app.Status.DriverInfo.PodName}
	err := wait.PollUntilContextCancel(ctx, 200*time.Millisecond, true, func(ctx context.Context) (bool, error) {
		err := c.Client.Get(ctx, key, driver)
		return driver.Status.Phase == corev1.PodSucceeded, err
	})
	if err != nil {
		t.Fatalf("waiting for the end of the driver: %v", err)
	}
	if err := c.Client.Delete(ctx, driver, client.GracePeriodSeconds(0)); err != nil {
		t.Fatal(err)
	}
	scaleController(ctx, t, 1)
	follow(ctx, t, app)
	if got := app.Status.AppState.State; got != stateCompleted || app.Status.ExecutionAttempts != 1 {
		t.Errorf("ended in %s after %d attempts: %s", got, app.Status.ExecutionAttempts, app.Status.AppState.ErrorMessage)
	}
	err = wait.PollUntilContextTimeout(ctx, 200*time.Millisecond, soon, true, func(ctx context.Context) (bool, error) {
		return apierrors.IsNotFound(c.Client.Get(ctx, key, driver)), nil
	})
	if err != nil {
		t.Errorf("the driver pod does not go: finalizers %v", driver.Finalizers)
	}
}

// scaleController changes the number of controllers and waits until it is so.
func scaleController(ctx context.Context, t *testing.T, replicas int32) {
	t.Helper()
	deployment := &appsv1.Deployment{}
	key := client.ObjectKey{Namespace: cluster.Namespace, Name: cluster.ControllerDeployment}
	if err := c.Client.Get(ctx, key, deployment); err != nil {
		t.Fatal(err)
	}
	before := deployment.DeepCopy()
	deployment.Spec.Replicas = &replicas
	if err := c.Client.Patch(ctx, deployment, client.MergeFrom(before)); err != nil {
		t.Fatal(err)
	}
	pods := &corev1.PodList{}
	err := wait.PollUntilContextTimeout(ctx, 200*time.Millisecond, 2*soon, true, func(ctx context.Context) (bool, error) {
		if err := c.Client.Get(ctx, key, deployment); err != nil {
			return false, err
		}
		selector := client.MatchingLabels{"app.kubernetes.io/component": "controller"}
		if err := c.Client.List(ctx, pods, client.InNamespace(cluster.Namespace), selector); err != nil {
			return false, err
		}
		return len(pods.Items) == int(replicas) && deployment.Status.ReadyReplicas == replicas, nil
	})
	if err != nil {
		t.Fatalf("waiting for %d controllers: %v; there are %d", replicas, err, len(pods.Items))
	}
}
