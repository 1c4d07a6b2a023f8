// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkapplication

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	eventsv1 "k8s.io/api/events/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

const (
	submitted = v1beta2.ApplicationStateSubmitted
	running   = v1beta2.ApplicationStateRunning
	completed = v1beta2.ApplicationStateCompleted
	failed    = v1beta2.ApplicationStateFailed
)

func TestRunToCompletion(t *testing.T) {
	app := newApplication(newNamespace(t))
	startController(t, app.Namespace)
	create(t, app)

	until(t, app, submitted)
	pod := driver(t, app)
	if !metav1.IsControlledBy(pod, app) || pod.Labels[sparklabels.SubmissionID] != app.Status.SubmissionID {
		t.Errorf("driver pod owners %v, labels %v", pod.OwnerReferences, pod.Labels)
	}
	if diff := cmp.Diff([]string{"ConfigMap 2", "Service 2"}, dependents(t, app)); diff != "" {
		t.Errorf("objects beside the driver (-want +got):\n%s", diff)
	}
	runs(t, pod)
	until(t, app, running)
	ends(t, driver(t, app), 0)
	until(t, app, completed)
	wantEvents(t, app, "SparkApplicationSubmitted", "SparkDriverRunning", "SparkDriverCompleted", "SparkApplicationCompleted")
}

// dependents counts what was made beside the driver, by kind.
func dependents(t *testing.T, app *v1beta2.SparkApplication) []string {
	t.Helper()
	var found []string
	configMaps, services := &corev1.ConfigMapList{}, &corev1.ServiceList{}
	selector := client.MatchingLabels{sparklabels.AppName: app.Name}
	for _, list := range []client.ObjectList{configMaps, services} {
		if err := api.List(t.Context(), list, client.InNamespace(app.Namespace), selector); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(configMaps.Items); n > 0 {
		found = append(found, fmt.Sprintf("ConfigMap %d", n))
	}
	if n := len(services.Items); n > 0 {
		found = append(found, fmt.Sprintf("Service %d", n))
	}
	return found
}

func wantEvents(t *testing.T, app *v1beta2.SparkApplication, reasons ...string) {
	t.Helper()
	var seen []string
	eventually(t, func(ctx context.Context) bool {
		list := &eventsv1.EventList{}
		if api.List(ctx, list, client.InNamespace(app.Namespace)) != nil {
			return false
		}
		seen = nil
		for _, e := range list.Items {
			if e.Regarding.UID == app.UID {
				seen = append(seen, e.Reason)
			}
		}
		return !slices.ContainsFunc(reasons, func(r string) bool { return !slices.Contains(seen, r) })
	}, func() string { return fmt.Sprintf("events %v, there are %v", reasons, seen) })
}

func TestFailedRunIsRetriedWithANewIdentity(t *testing.T) {
	app := newApplication(newNamespace(t), func(app *v1beta2.SparkApplication) {
		app.Spec.RestartPolicy = v1beta2.RestartPolicy{
			Type: v1beta2.RestartPolicyOnFailure, OnFailureRetries: ptr.To[int32](1), OnFailureRetryInterval: ptr.To[int64](1),
		}
	})
	startController(t, app.Namespace)
	create(t, app)
	until(t, app, submitted)
	first := driver(t, app)
	ends(t, first, 1)

	eventually(t, func(ctx context.Context) bool {
		return api.Get(ctx, client.ObjectKeyFromObject(app), app) == nil && app.Status.Attempt == 2
	}, func() string { return "a second attempt" })
	second := driver(t, app)
	if second.UID == first.UID || second.Labels[sparklabels.SubmissionID] == first.Labels[sparklabels.SubmissionID] {
		t.Error("the second attempt has the identity of the first")
	}
	if diff := cmp.Diff([]string{"ConfigMap 2", "Service 2"}, dependents(t, app)); diff != "" {
		t.Errorf("objects of the first attempt were left (-want +got):\n%s", diff)
	}
	ends(t, second, 1)
	until(t, app, failed)
	if app.Status.ExecutionAttempts != 2 || app.Status.LastFailure == nil || app.Status.LastFailure.Attempt != 2 {
		t.Errorf("executionAttempts %d, lastFailure %+v", app.Status.ExecutionAttempts, app.Status.LastFailure)
	}
}

// The controller is stopped while the driver goes on; the next one finds the end.
func TestControllerRestart(t *testing.T) {
	app := newApplication(newNamespace(t))
	stop := startController(t, app.Namespace)
	create(t, app)
	until(t, app, submitted)
	stop()
	pod := driver(t, app)
	ends(t, pod, 0)
	startController(t, app.Namespace)
	until(t, app, completed)
	if got := driver(t, app); got.UID != pod.UID || app.Status.ExecutionAttempts != 1 {
		t.Errorf("driver %s became %s, executionAttempts %d", pod.UID, got.UID, app.Status.ExecutionAttempts)
	}
}

// A crash between the creation of the driver and the status write: the status knows of nothing.
func TestInterruptedSubmissionIsAdopted(t *testing.T) {
	app := newApplication(newNamespace(t))
	stop := startController(t, app.Namespace)
	create(t, app)
	until(t, app, submitted)
	stop()
	pod := driver(t, app)
	forgetStatus(t, app)
	startController(t, app.Namespace)
	until(t, app, submitted)
	if got := driver(t, app); got.UID != pod.UID || app.Status.Attempt != 1 {
		t.Errorf("driver %s became %s, attempt %d", pod.UID, got.UID, app.Status.Attempt)
	}
}

func TestForeignPodIsNotTouched(t *testing.T) {
	namespace := newNamespace(t)
	foreign := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: "pi-driver", Namespace: namespace},
		Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "main", Image: "busybox"}}},
	}
	create(t, foreign)
	app := newApplication(namespace)
	startController(t, namespace)
	create(t, app)
	until(t, app, failed)
	if !strings.Contains(app.Status.AppState.ErrorMessage, "driver pod already exist") {
		t.Errorf("errorMessage = %q", app.Status.AppState.ErrorMessage)
	}
	if got := driver(t, app); got.UID != foreign.UID || len(got.OwnerReferences) != 0 {
		t.Errorf("the foreign pod was changed: %+v", got.ObjectMeta)
	}
}

func TestInvalidApplicationFailsWithTheFieldAndTheFix(t *testing.T) {
	app := newApplication(newNamespace(t), func(app *v1beta2.SparkApplication) {
		app.Spec.SparkConf = map[string]string{"spark.master": "k8s://elsewhere"}
	})
	startController(t, app.Namespace)
	create(t, app)
	until(t, app, failed)
	if got := app.Status.AppState.ErrorMessage; !strings.Contains(got, "spark.master") {
		t.Errorf("errorMessage = %q, want it to name spark.master", got)
	}
	if got := dependents(t, app); len(got) != 0 {
		t.Errorf("objects were made for it: %v", got)
	}
}

func TestSuspendAndResume(t *testing.T) {
	app := newApplication(newNamespace(t))
	startController(t, app.Namespace)
	create(t, app)
	until(t, app, submitted)
	first := driver(t, app)
	setSuspend(t, app, true)
	until(t, app, v1beta2.ApplicationStateSuspended)
	if err := api.Get(t.Context(), client.ObjectKeyFromObject(first), &corev1.Pod{}); !apierrors.IsNotFound(err) {
		t.Errorf("driver of the suspended application: %v", err)
	}
	if got := dependents(t, app); len(got) != 0 {
		t.Errorf("a suspended application still has %v", got)
	}
	setSuspend(t, app, false)
	until(t, app, submitted)
	if second := driver(t, app); second.UID == first.UID {
		t.Error("the driver is the old one")
	}
}

func setSuspend(t *testing.T, app *v1beta2.SparkApplication, suspend bool) {
	t.Helper()
	patch := client.RawPatch("application/merge-patch+json", fmt.Appendf(nil, `{"spec":{"suspend":%t}}`, suspend))
	if err := api.Patch(t.Context(), app, patch); err != nil {
		t.Fatal(err)
	}
}

func TestChangedSpecIsFoundAfterDowntime(t *testing.T) {
	app := newApplication(newNamespace(t))
	stop := startController(t, app.Namespace)
	create(t, app)
	until(t, app, submitted)
	stop()
	first := driver(t, app)
	patch := client.RawPatch("application/merge-patch+json", []byte(`{"spec":{"arguments":["42"]}}`))
	if err := api.Patch(t.Context(), app, patch); err != nil {
		t.Fatal(err)
	}
	startController(t, app.Namespace)
	eventually(t, func(ctx context.Context) bool {
		return api.Get(ctx, client.ObjectKeyFromObject(app), app) == nil && app.Status.Attempt == 2
	}, func() string { return "a second attempt" })
	second := driver(t, app)
	if second.UID == first.UID || !slices.Contains(second.Spec.Containers[0].Args, "42") {
		t.Errorf("driver args = %v", second.Spec.Containers[0].Args)
	}
}

func TestTimeToLiveDeletes(t *testing.T) {
	app := newApplication(newNamespace(t), func(app *v1beta2.SparkApplication) { app.Spec.TimeToLiveSeconds = ptr.To[int64](1) })
	startController(t, app.Namespace)
	create(t, app)
	until(t, app, submitted)
	ends(t, driver(t, app), 0)
	eventually(t, func(ctx context.Context) bool {
		return apierrors.IsNotFound(api.Get(ctx, client.ObjectKeyFromObject(app), app))
	}, func() string { return "the application to be deleted" })
}
