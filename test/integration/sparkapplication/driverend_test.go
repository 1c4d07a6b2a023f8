// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkapplication

import (
	"context"
	"slices"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// The driver pod is deleted without grace right after it ended, while nobody looks. Its end is found all the same, and
// then it goes.
func TestDeletedDriverTellsOfItsEnd(t *testing.T) {
	app := newApplication(newNamespace(t))
	stop := startController(t, app.Namespace)
	create(t, app)
	until(t, app, submitted)
	stop()
	pod := driver(t, app)
	ends(t, pod, 0)
	if err := api.Delete(t.Context(), pod, client.GracePeriodSeconds(0)); err != nil {
		t.Fatal(err)
	}
	startController(t, app.Namespace)
	until(t, app, completed)
	gone(t, pod)
}

// A driver pod that nobody deletes stays, to be looked at, and can be deleted at any time once its end is recorded.
func TestFinalizerOfEndedDriverIsRemoved(t *testing.T) {
	app := newApplication(newNamespace(t))
	startController(t, app.Namespace)
	create(t, app)
	until(t, app, submitted)
	if pod := driver(t, app); !slices.Contains(pod.Finalizers, sparklabels.DriverEnd) {
		t.Fatalf("finalizers of the running driver: %v", pod.Finalizers)
	}
	ends(t, driver(t, app), 0)
	until(t, app, completed)
	eventually(t, func(context.Context) bool { return len(driver(t, app).Finalizers) == 0 }, func() string { return "the driver's finalizer to be removed" })
}

// The garbage collector, which is not here, deletes the driver of a deleted application; before or after the operator
// looks.
func TestDriverOfADeletedApplicationGoes(t *testing.T) {
	app := newApplication(newNamespace(t))
	stop := startController(t, app.Namespace)
	create(t, app)
	until(t, app, submitted)
	pod := driver(t, app)
	stop()
	for _, object := range []client.Object{app, pod} {
		if err := api.Delete(t.Context(), object, client.GracePeriodSeconds(0)); err != nil {
			t.Fatal(err)
		}
	}
	startController(t, app.Namespace)
	gone(t, pod)
}

// An application of the same name has no claim on the driver of the one before.
func TestDriverOfAnApplicationThatWasMadeAnewGoes(t *testing.T) {
	app := newApplication(newNamespace(t))
	stop := startController(t, app.Namespace)
	create(t, app)
	until(t, app, submitted)
	pod := driver(t, app)
	stop()
	for _, object := range []client.Object{app, pod} {
		if err := api.Delete(t.Context(), object, client.GracePeriodSeconds(0)); err != nil {
			t.Fatal(err)
		}
	}
	again := newApplication(app.Namespace)
	create(t, again)
	startController(t, app.Namespace)
	until(t, again, submitted)
	if got := driver(t, again); got.UID == pod.UID {
		t.Error("the driver is that of the application before")
	}
}

// gone waits until this very pod is gone.
func gone(t *testing.T, pod *corev1.Pod) {
	t.Helper()
	eventually(t, func(ctx context.Context) bool {
		now := &corev1.Pod{}
		err := api.Get(ctx, client.ObjectKeyFromObject(pod), now)
		return apierrors.IsNotFound(err) || err == nil && now.UID != pod.UID
	}, func() string { return "pod " + pod.Name + " to go" })
}
