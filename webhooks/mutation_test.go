// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package webhooks

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	admissionv1 "k8s.io/api/admission/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1alpha1"
	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
)

func testScheme(tb testing.TB) *runtime.Scheme {
	tb.Helper()
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{corev1.AddToScheme, v1beta2.AddToScheme, v1alpha1.AddToScheme} {
		if err := add(scheme); err != nil {
			tb.Fatal(err)
		}
	}
	return scheme
}

// patches answers a request as the server does, and returns the patch as path -> value.
func patches(t *testing.T, h admission.Handler, operation admissionv1.Operation, object string) map[string]any {
	t.Helper()
	response := h.Handle(t.Context(), admission.Request{AdmissionRequest: admissionv1.AdmissionRequest{
		Operation: operation, Object: runtime.RawExtension{Raw: []byte(object)},
	}})
	if !response.Allowed {
		t.Fatalf("refused: %v", response.Result)
	}
	got := map[string]any{}
	for _, p := range response.Patches {
		if p.Operation != "add" {
			t.Errorf("patch %s %s: defaulting may only add", p.Operation, p.Path)
		}
		// Through JSON, so that numbers compare as what the API server gets.
		raw, err := json.Marshal(p.Value)
		if err != nil {
			t.Fatal(err)
		}
		var value any
		if err := json.Unmarshal(raw, &value); err != nil {
			t.Fatal(err)
		}
		got[p.Path] = value
	}
	return got
}

const minimalApplication = `{"apiVersion":"sparkoperator.k8s.io/v1beta2","kind":"SparkApplication",
	"metadata":{"name":"a","namespace":"b"},"spec":{"sparkVersion":"4.0.1","driver":{},"executor":{}}}`

func TestSparkApplicationDefaulting(t *testing.T) {
	all := map[string]any{
		"/spec/type":               "Scala",
		"/spec/mode":               "cluster",
		"/spec/restartPolicy":      map[string]any{"type": "Never"},
		"/spec/driver/cores":       1.0,
		"/spec/driver/memory":      "1g",
		"/spec/executor/cores":     1.0,
		"/spec/executor/memory":    "1g",
		"/spec/executor/instances": 1.0,
	}
	for name, tc := range map[string]struct {
		operation admissionv1.Operation
		object    string
		want      map[string]any
	}{
		"create: gets every default": {admissionv1.Create, minimalApplication, all},
		"update: gets them too":      {admissionv1.Update, minimalApplication, all},
		"update of an application that goes away: is left alone": {
			admissionv1.Update,
			`{"metadata":{"name":"a","deletionTimestamp":"2026-03-01T12:00:00Z"},"spec":{"driver":{},"executor":{}}}`,
			map[string]any{},
		},
		"fields that the types do not know: are kept": {
			admissionv1.Create,
			`{"metadata":{"name":"a"},"spec":{"type":"Java","mode":"cluster","restartPolicy":{"type":"Never"},"fromTheFuture":true,
			"driver":{"cores":2,"memory":"2g","alsoNew":{}},"executor":{"cores":2,"memory":"2g"}}}`,
			map[string]any{"/spec/executor/instances": 1.0},
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := defaulting(v1beta2.SetSparkApplicationDefaults)
			got := patches(t, h, tc.operation, tc.object)
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("patch (-want +got):\n%s", diff)
			}
		})
	}
}

func TestScheduledSparkApplicationDefaulting(t *testing.T) {
	for name, tc := range map[string]struct {
		object string
		want   map[string]any
	}{
		"schedule: gets history limits, its template nothing": {
			`{"metadata":{"name":"a"},"spec":{"schedule":"@daily","template":{"driver":{},"executor":{}}}}`,
			map[string]any{"/spec/successfulRunHistoryLimit": 1.0, "/spec/failedRunHistoryLimit": 1.0},
		},
		"schedule that goes away: is left alone": {
			`{"metadata":{"name":"a","deletionTimestamp":"2026-03-01T12:00:00Z"},"spec":{"schedule":"@daily","template":{}}}`,
			map[string]any{},
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := defaulting(v1beta2.SetScheduledSparkApplicationDefaults)
			got := patches(t, h, admissionv1.Create, tc.object)
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("patch (-want +got):\n%s", diff)
			}
		})
	}
}
