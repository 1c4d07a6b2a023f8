// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkapplication

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1alpha1"
	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
)

// otherKind is a kind beside that of applications.
type otherKind struct {
	version, kind string
	// spec is that of an object whose pod is the JSON that is put in, and pod the path of the pod's template.
	spec, pod string
	// claims reports whether the status says of a field that it cannot be read.
	claims func(status map[string]any, field string) bool
	// isFine reports whether the status is that of an object that can be read.
	isFine func(status map[string]any) bool
}

var otherKinds = []otherKind{
	{
		version: v1beta2.GroupVersion.String(), kind: "ScheduledSparkApplication", pod: "spec.template.driver.template",
		spec: `{"schedule":"@daily","template":{"type":"Scala","mode":"cluster","sparkVersion":"4.0.1","image":"spark","mainClass":"a.B",
			"mainApplicationFile":"local:///a.jar","driver":%s,"executor":{}}}`,
		claims: func(status map[string]any, field string) bool {
			return status["scheduleState"] == string(v1beta2.ScheduleStateFailedValidation) && strings.Contains(fmt.Sprint(status["reason"]), field+": ")
		},
		isFine: func(status map[string]any) bool {
			return status["scheduleState"] == string(v1beta2.ScheduleStateScheduled) && status["reason"] == nil
		},
	},
	{
		version: v1alpha1.GroupVersion.String(), kind: "SparkConnect", pod: "spec.server.template",
		spec: `{"sparkVersion":"4.0.1","image":"spark","server":%s,"executor":{}}`,
		claims: func(status map[string]any, field string) bool {
			decoded := v1alpha1.SparkConnectStatus{}
			if runtime.DefaultUnstructuredConverter.FromUnstructured(status, &decoded) != nil {
				return false
			}
			said := meta.FindStatusCondition(decoded.Conditions, "Unreadable")
			return said != nil && said.Status == metav1.ConditionTrue && decoded.State == v1alpha1.SparkConnectStateFailed && strings.HasPrefix(said.Message, field+": ")
		},
		isFine: func(status map[string]any) bool {
			decoded := v1alpha1.SparkConnectStatus{}
			return runtime.DefaultUnstructuredConverter.FromUnstructured(status, &decoded) == nil &&
				decoded.State == v1alpha1.SparkConnectStateProvisioning && meta.FindStatusCondition(decoded.Conditions, "Unreadable") == nil
		},
	},
}

// withPod returns an object of the kind.
func (k otherKind) withPod(t *testing.T, namespace, name, pod string) *unstructured.Unstructured {
	t.Helper()
	object := &unstructured.Unstructured{}
	document := fmt.Sprintf(`{"apiVersion":%q,"kind":%q,"metadata":{"namespace":%q,"name":%q},"spec":%s}`, k.version, k.kind, namespace, name, fmt.Sprintf(k.spec, pod))
	if err := json.Unmarshal([]byte(document), &object.Object); err != nil {
		t.Fatal(err)
	}
	return object
}

// rawStatus reads the status of an object of any kind.
func rawStatus(ctx context.Context, object *unstructured.Unstructured) map[string]any {
	now := object.DeepCopy()
	if err := api.Get(ctx, client.ObjectKeyFromObject(object), now); err != nil {
		return map[string]any{"error": err.Error()}
	}
	status, _, _ := unstructured.NestedMap(now.Object, "status")
	return status
}

// eventsAbout returns the notes of the warnings that an object cannot be read.
func eventsAbout(ctx context.Context, object client.Object) []string {
	events := &corev1.EventList{}
	if err := api.List(ctx, events, client.InNamespace(object.GetNamespace())); err != nil {
		return nil
	}
	var found []string
	for _, e := range events.Items {
		if e.Reason == "SparkApplicationUnreadable" && e.Type == corev1.EventTypeWarning && e.InvolvedObject.UID == object.GetUID() {
			found = append(found, e.Message)
		}
	}
	return found
}

// unreadableOf returns how many objects of the kind cannot be read, by the metric.
func unreadableOf(t *testing.T, registry prometheus.Gatherer, kind string) float64 {
	t.Helper()
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	sum := 0.0
	for _, family := range families {
		for _, m := range family.GetMetric() {
			for _, label := range m.GetLabel() {
				if family.GetName() == "spark_applications_unreadable" && label.GetName() == "kind" && label.GetValue() == kind {
					sum += m.GetGauge().GetValue()
				}
			}
		}
	}
	return sum
}

// Objects of other kinds are reported where they cannot be read: status, one event, metric. That
// stops no application, ends when they are mended, and holds up no deletion.
func TestUnreadableObjectsOfOtherKindsAreReported(t *testing.T) {
	for _, k := range otherKinds {
		t.Run(k.kind, func(t *testing.T) {
			namespace := newNamespace(t)
			registry, _ := counting(t, namespace)
			fine := k.withPod(t, namespace, "fine", `{}`)
			create(t, fine)
			objects, fields := []*unstructured.Unstructured{}, []string{}
			for _, name := range slices.Sorted(maps.Keys(unreadables)) {
				object := k.withPod(t, namespace, fmt.Sprintf("unreadable-%d", len(objects)), unreadables[name].driver)
				create(t, object)
				objects, fields = append(objects, object), append(fields, k.pod+strings.TrimPrefix(unreadables[name].field, "spec.driver.template"))
			}
			healthy := newApplication(namespace)
			create(t, healthy)
			completes(t, healthy)
			for i, object := range objects {
				eventually(t, func(ctx context.Context) bool { return k.claims(rawStatus(ctx, object), fields[i]) },
					func() string {
						return fmt.Sprintf("the status about %s: %v", fields[i], rawStatus(t.Context(), object))
					})
				eventually(t, func(ctx context.Context) bool { return len(eventsAbout(ctx, object)) > 0 },
					func() string { return "the event about " + fields[i] })
			}
			eventually(t, func(context.Context) bool { return unreadableOf(t, registry, k.kind) == float64(len(objects)) },
				func() string {
					return fmt.Sprintf("the metric: %v of %d", unreadableOf(t, registry, k.kind), len(objects))
				})
			for i, object := range objects {
				if emitted := eventsAbout(t.Context(), object); len(emitted) != 1 || !strings.Contains(emitted[0], fields[i]) {
					t.Errorf("events %q", emitted)
				}
			}
			mends, goes := objects[:2], objects[2:]
			for i, object := range mends {
				mended := k.withPod(t, namespace, object.GetName(), `{"template":null}`)
				encoded, err := json.Marshal(map[string]any{"spec": mended.Object["spec"]})
				if err != nil {
					t.Fatal(err)
				}
				if err := api.Patch(t.Context(), mended, client.RawPatch(types.MergePatchType, encoded)); err != nil {
					t.Fatal(err)
				}
				eventually(t, func(ctx context.Context) bool {
					status := rawStatus(ctx, object)
					return !k.claims(status, fields[i]) && k.isFine(status)
				}, func() string { return fmt.Sprintf("the status to be cleared: %v", rawStatus(t.Context(), object)) })
			}
			for _, object := range goes {
				if err := api.Delete(t.Context(), object); err != nil {
					t.Fatal(err)
				}
				if err := api.Get(t.Context(), client.ObjectKeyFromObject(object), object.DeepCopy()); !apierrors.IsNotFound(err) {
					t.Errorf("deleted, and there is still something: %v", err)
				}
			}
			eventually(t, func(context.Context) bool { return unreadableOf(t, registry, k.kind) == 0 }, func() string { return "the metric to be zero" })
			if status := rawStatus(t.Context(), fine); !k.isFine(status) {
				t.Errorf("one that can be read has the status %v", status)
			}
		})
	}
}
