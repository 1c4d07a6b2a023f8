// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkapplication

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	eventsv1 "k8s.io/api/events/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	configv1alpha1 "github.com/alauda/spark-operator/apis/config/v1alpha1"
	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/metrics"
	"github.com/alauda/spark-operator/internal/submission/sparksubmit"
)

// unreadables are drivers that the API server stores and that cannot be decoded, or not in reasonable time, and which
// field that is for.
var unreadables = map[string]struct{ driver, field string }{
	"a quantity that takes an hour to decode": {
		`{"template": {"spec": {"containers": [{"name": "a", "resources": {"requests": {"cpu": "1e-1000000000"}}}]}}}`,
		`spec.driver.template.spec.containers[0].resources.requests[cpu]: "1e-1000000000"`,
	},
	"a quantity that is none": {
		`{"template": {"spec": {"containers": [{"name": "a", "resources": {"limits": {"cpu": "1e1.5"}}}]}}}`,
		`spec.driver.template.spec.containers[0].resources.limits[cpu]: "1e1.5"`,
	},
	"a text where a list belongs": {`{"template": {"spec": {"containers": "none"}}}`, `spec.driver.template.spec.containers: "none"`},
	"more items than memory": {
		`{"template": {"spec": {"containers": [` + strings.TrimSuffix(strings.Repeat("{},", 300_000), ",") + `]}}}`, "spec.driver.template.spec.containers",
	},
}

// withDriver returns an application with a driver that is given as JSON.
func withDriver(t *testing.T, namespace, driver string) *unstructured.Unstructured {
	t.Helper()
	app := newApplication(namespace, func(app *v1beta2.SparkApplication) { app.Name = "unreadable" })
	encoded, err := json.Marshal(app)
	if err != nil {
		t.Fatal(err)
	}
	object := &unstructured.Unstructured{}
	if err := json.Unmarshal(encoded, &object.Object); err != nil {
		t.Fatal(err)
	}
	var decoded any
	if err := json.Unmarshal([]byte(driver), &decoded); err != nil {
		t.Fatal(err)
	}
	delete(object.Object, "status")
	object.SetGroupVersionKind(v1beta2.GroupVersion.WithKind("SparkApplication"))
	if err := unstructured.SetNestedField(object.Object, decoded, "spec", "driver"); err != nil {
		t.Fatal(err)
	}
	return object
}

// statusOf reads the status only: the rest cannot be decoded.
func statusOf(t *testing.T, object *unstructured.Unstructured) v1beta2.SparkApplicationStatus {
	t.Helper()
	now := object.DeepCopy()
	if err := api.Get(t.Context(), client.ObjectKeyFromObject(object), now); err != nil {
		t.Fatal(err)
	}
	encoded, err := json.Marshal(now.Object["status"])
	if err != nil {
		t.Fatal(err)
	}
	var status v1beta2.SparkApplicationStatus
	if err := json.Unmarshal(encoded, &status); err != nil {
		t.Fatal(err)
	}
	return status
}

// patchDriver changes the driver of an application.
func patchDriver(t *testing.T, object client.Object, driver string) {
	t.Helper()
	patch := client.RawPatch(types.MergePatchType, []byte(`{"spec":{"driver":`+driver+`}}`))
	target := &unstructured.Unstructured{}
	target.SetGroupVersionKind(v1beta2.GroupVersion.WithKind("SparkApplication"))
	target.SetNamespace(object.GetNamespace())
	target.SetName(object.GetName())
	if err := api.Patch(t.Context(), target, patch); err != nil {
		t.Fatal(err)
	}
}

func completes(t *testing.T, app *v1beta2.SparkApplication) {
	t.Helper()
	until(t, app, v1beta2.ApplicationStateSubmitted)
	runs(t, driver(t, app))
	ends(t, driver(t, app), 0)
	until(t, app, v1beta2.ApplicationStateCompleted)
}

// untilUnreadable waits until the status names the field.
func untilUnreadable(t *testing.T, object *unstructured.Unstructured, field string) v1beta2.SparkApplicationStatus {
	t.Helper()
	var status v1beta2.SparkApplicationStatus
	eventually(t, func(context.Context) bool {
		status = statusOf(t, object)
		said := meta.FindStatusCondition(status.Conditions, v1beta2.ConditionUnreadable)
		return said != nil && said.Status == metav1.ConditionTrue && strings.HasPrefix(said.Message, field+": ")
	}, func() string { return "the condition about " + field })
	return status
}

func TestAnUnreadableApplicationStopsNoOther(t *testing.T) {
	for name, tc := range unreadables {
		t.Run(name, func(t *testing.T) {
			namespace := newNamespace(t)
			object := withDriver(t, namespace, tc.driver)
			create(t, object)
			startController(t, namespace)
			healthy := newApplication(namespace)
			create(t, healthy)
			completes(t, healthy)
			if status := untilUnreadable(t, object, tc.field); status.AppState.State != v1beta2.ApplicationStateFailed || !strings.Contains(status.AppState.ErrorMessage, tc.field) {
				t.Errorf("state %+v", status.AppState)
			}
			eventually(t, func(ctx context.Context) bool {
				events := &eventsv1.EventList{}
				if err := api.List(ctx, events, client.InNamespace(namespace)); err != nil {
					return false
				}
				for _, e := range events.Items {
					if e.Reason == "SparkApplicationUnreadable" && e.Type == corev1.EventTypeWarning && strings.Contains(e.Note, tc.field) {
						return true
					}
				}
				return false
			}, func() string { return "an event" })
			patchDriver(t, object, `{"template": null}`)
			mended := newApplication(namespace, func(app *v1beta2.SparkApplication) { app.Name = "unreadable" })
			completes(t, mended)
			if meta.FindStatusCondition(mended.Status.Conditions, v1beta2.ConditionUnreadable) != nil || mended.Status.LastFailure != nil {
				t.Errorf("mended, and the status says %+v", mended.Status)
			}
		})
	}
}

func TestAnUnreadableApplicationCanBeDeleted(t *testing.T) {
	namespace := newNamespace(t)
	object := withDriver(t, namespace, unreadables["a text where a list belongs"].driver)
	create(t, object)
	startController(t, namespace)
	untilUnreadable(t, object, unreadables["a text where a list belongs"].field)
	if err := api.Delete(t.Context(), object); err != nil {
		t.Fatal(err)
	}
	eventually(t, func(ctx context.Context) bool {
		return apierrors.IsNotFound(api.Get(ctx, client.ObjectKeyFromObject(object), object.DeepCopy()))
	}, func() string { return "the application to be gone" })
}

// What runs goes on while the application cannot be read, and its end is recorded once it can.
func TestARunOutlivesThatItsApplicationCannotBeRead(t *testing.T) {
	namespace := newNamespace(t)
	startController(t, namespace)
	app := newApplication(namespace)
	create(t, app)
	until(t, app, v1beta2.ApplicationStateSubmitted)
	runs(t, driver(t, app))
	until(t, app, v1beta2.ApplicationStateRunning)
	made := driver(t, app).UID
	object := withDriver(t, namespace, `{}`)
	object.SetName(app.Name)
	patchDriver(t, app, `{"template":{"spec":{"containers":"none"}}}`)
	if status := untilUnreadable(t, object, "spec.driver.template.spec.containers: \"none\""); status.AppState.State != v1beta2.ApplicationStateRunning {
		t.Errorf("state %s", status.AppState.State)
	}
	ends(t, driver(t, app), 0)
	// Others go on; when one of them has ended, the end of this driver has been seen.
	healthy := newApplication(namespace, func(app *v1beta2.SparkApplication) { app.Name = "healthy" })
	create(t, healthy)
	completes(t, healthy)
	if pod := driver(t, app); pod.UID != made || pod.DeletionTimestamp != nil || len(pod.Finalizers) == 0 {
		t.Errorf("the driver is %+v", pod.ObjectMeta)
	}
	if status := statusOf(t, object); status.AppState.State != v1beta2.ApplicationStateRunning || status.Attempt != 1 {
		t.Errorf("status %+v", status)
	}
	patchDriver(t, app, `{"template":null}`)
	until(t, app, v1beta2.ApplicationStateCompleted)
}

// Objects of namespaces that are not served are not looked at; where theirs comes to be served they are.
func TestUnreadableApplicationsOfOtherNamespaces(t *testing.T) {
	elsewhere, here := newNamespace(t), newNamespace(t)
	label := func(namespace string) {
		patch := client.RawPatch(types.MergePatchType, []byte(`{"metadata":{"labels":{"unreadable-test":"served"}}}`))
		if err := api.Patch(t.Context(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: namespace}}, patch); err != nil {
			t.Fatal(err)
		}
	}
	label(here)
	var objects []*unstructured.Unstructured
	for _, tc := range unreadables {
		object := withDriver(t, elsewhere, tc.driver)
		object.SetName("unreadable-" + string(rune('a'+len(objects))))
		create(t, object)
		objects = append(objects, object)
	}
	others := map[string]func() bool{}
	for _, k := range otherKinds {
		object := k.withPod(t, elsewhere, "unreadable", `{"template":{"spec":{"containers":"none"}}}`)
		create(t, object)
		others[k.kind] = func() bool { return k.claims(rawStatus(t.Context(), object), k.pod+".spec.containers: \"none\"") }
	}
	waiting := newApplication(elsewhere)
	create(t, waiting)
	run(t, here, sparksubmit.Options{}, func(ctrl.Manager) *metrics.Recorder { return nil }, func(c *configv1alpha1.ControllerConfiguration) {
		c.Namespaces, c.NamespaceSelector = nil, &metav1.LabelSelector{MatchLabels: map[string]string{"unreadable-test": "served"}}
	})
	healthy := newApplication(here)
	create(t, healthy)
	completes(t, healthy)
	for _, object := range objects {
		if status := statusOf(t, object); len(status.Conditions) > 0 {
			t.Errorf("%s of a namespace that is not served has the status %+v", object.GetName(), status)
		}
	}
	for kind, claims := range others {
		if claims() {
			t.Errorf("a %s of a namespace that is not served is reported", kind)
		}
	}
	label(elsewhere)
	completes(t, waiting)
	for _, object := range objects {
		eventually(t, func(context.Context) bool {
			return meta.IsStatusConditionTrue(statusOf(t, object).Conditions, v1beta2.ConditionUnreadable)
		}, func() string { return "the condition of " + object.GetName() })
	}
	for kind, claims := range others {
		eventually(t, func(context.Context) bool { return claims() }, func() string { return "the status of a " + kind })
	}
}
