// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkoperator_test

import (
	"encoding/json"
	"errors"
	"math/rand"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/api/apitesting/fuzzer"
	"k8s.io/apimachinery/pkg/api/equality"
	metafuzzer "k8s.io/apimachinery/pkg/apis/meta/fuzzer"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	strictjson "sigs.k8s.io/json"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1alpha1"
	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
)

// TestRoundTrip fills every kind with random values and asks that nothing is lost on the way to JSON and back, nor
// through the unstructured form, nor by a deep copy.
func TestRoundTrip(t *testing.T) {
	kinds := map[string]func() runtime.Object{
		"SparkApplication":              func() runtime.Object { return &v1beta2.SparkApplication{} },
		"SparkApplicationList":          func() runtime.Object { return &v1beta2.SparkApplicationList{} },
		"ScheduledSparkApplication":     func() runtime.Object { return &v1beta2.ScheduledSparkApplication{} },
		"ScheduledSparkApplicationList": func() runtime.Object { return &v1beta2.ScheduledSparkApplicationList{} },
		"SparkConnect":                  func() runtime.Object { return &v1alpha1.SparkConnect{} },
		"SparkConnectList":              func() runtime.Object { return &v1alpha1.SparkConnectList{} },
	}
	codecs := serializer.NewCodecFactory(newScheme(t))
	for name, newObject := range kinds {
		t.Run(name, func(t *testing.T) {
			for seed := range int64(50) {
				in := newObject()
				fuzzer.FuzzerFor(metafuzzer.Funcs, rand.NewSource(seed), codecs).Fill(in)
				roundTrip(t, seed, in, newObject)
			}
		})
	}
}

func roundTrip(t *testing.T, seed int64, in runtime.Object, newObject func() runtime.Object) {
	t.Helper()
	if !reflect.DeepEqual(in, in.DeepCopyObject()) {
		t.Fatalf("seed %d: the deep copy differs", seed)
	}

	data, err := json.Marshal(in)
	if err != nil {
		t.Fatalf("seed %d: marshal: %v", seed, err)
	}
	viaJSON := newObject()
	strict, err := strictjson.UnmarshalStrict(data, viaJSON)
	if err != nil || len(strict) > 0 {
		t.Fatalf("seed %d: unmarshal: %v %v", seed, err, strict)
	}
	if !equality.Semantic.DeepEqual(in, viaJSON) {
		t.Fatalf("seed %d: JSON (-in +out):\n%s", seed, cmp.Diff(in, viaJSON))
	}

	object, err := runtime.DefaultUnstructuredConverter.ToUnstructured(in)
	if err != nil {
		t.Fatalf("seed %d: to unstructured: %v", seed, err)
	}
	viaUnstructured := newObject()
	if err := runtime.DefaultUnstructuredConverter.FromUnstructuredWithValidation(object, viaUnstructured, true); err != nil {
		t.Fatalf("seed %d: from unstructured: %v", seed, err)
	}
	if !equality.Semantic.DeepEqual(in, viaUnstructured) {
		t.Fatalf("seed %d: unstructured (-in +out):\n%s", seed, cmp.Diff(in, viaUnstructured))
	}
}

// While spark-submit is queued the status has conditions and no state yet. Airflow reads that as SUBMITTED, and waits;
// an empty state it would take for a driver that runs.
func TestStatusWithoutAStateHasNone(t *testing.T) {
	for state, want := range map[v1beta2.ApplicationStateType]string{
		v1beta2.ApplicationStateNew:       `{"driverInfo":{},"applicationState":{},"observedGeneration":1}`,
		v1beta2.ApplicationStateSubmitted: `{"driverInfo":{},"applicationState":{"state":"SUBMITTED"},"observedGeneration":1}`,
	} {
		status := v1beta2.SparkApplicationStatus{AppState: v1beta2.ApplicationState{State: state}, ObservedGeneration: 1}
		content, err := json.Marshal(status)
		if err != nil {
			t.Fatal(err)
		}
		var got, wanted map[string]any
		if err := errors.Join(json.Unmarshal(content, &got), json.Unmarshal([]byte(want), &wanted)); err != nil {
			t.Fatal(err)
		}
		delete(got, "lastSubmissionAttemptTime")
		delete(got, "terminationTime")
		if diff := cmp.Diff(wanted, got); diff != "" {
			t.Errorf("status in state %q (-want +got):\n%s", state, diff)
		}
	}
}

func TestSchemeKnowsEveryKind(t *testing.T) {
	scheme := newScheme(t)
	for _, gvk := range []struct {
		version string
		kinds   []string
	}{
		{"v1beta2", []string{"SparkApplication", "SparkApplicationList", "ScheduledSparkApplication", "ScheduledSparkApplicationList"}},
		{"v1alpha1", []string{"SparkConnect", "SparkConnectList"}},
	} {
		for _, kind := range gvk.kinds {
			want := v1beta2.GroupVersion.Group + "/" + gvk.version
			if _, err := scheme.New(v1beta2.GroupVersion.WithKind(kind).GroupKind().WithVersion(gvk.version)); err != nil {
				t.Errorf("%s %s: %v", want, kind, err)
			}
		}
	}
}

func newScheme(t *testing.T) *runtime.Scheme {
	t.Helper()
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{v1beta2.AddToScheme, v1alpha1.AddToScheme} {
		if err := add(scheme); err != nil {
			t.Fatal(err)
		}
	}
	return scheme
}
