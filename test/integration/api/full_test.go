// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package api

import (
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1alpha1"
	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
)

// kinds are the Go types of the kinds under test.
var kinds = map[string]func() client.Object{
	"SparkApplication":          func() client.Object { return &v1beta2.SparkApplication{} },
	"ScheduledSparkApplication": func() client.Object { return &v1beta2.ScheduledSparkApplication{} },
	"SparkConnect":              func() client.Object { return &v1alpha1.SparkConnect{} },
}

// TestFullManifests creates one object of each kind with every field set, and reads it back.
func TestFullManifests(t *testing.T) {
	for kind, newObject := range kinds {
		t.Run(kind, func(t *testing.T) {
			want := full(t, kind)
			for _, part := range []string{"spec", "status"} {
				missing := missingFields(want.Object[part], fieldType(reflect.TypeOf(newObject()), part), part)
				if len(missing) > 0 {
					t.Errorf("the manifest does not set: %s", strings.Join(missing, ", "))
				}
			}

			written := want.DeepCopy()
			create(t, written)
			written.Object["status"] = want.DeepCopy().Object["status"]
			if err := api.Status().Update(t.Context(), written); err != nil {
				t.Fatalf("update status: %v", err)
			}

			got := &unstructured.Unstructured{}
			got.SetGroupVersionKind(want.GroupVersionKind())
			if err := api.Get(t.Context(), client.ObjectKeyFromObject(want), got); err != nil {
				t.Fatal(err)
			}
			for _, part := range []string{"spec", "status"} {
				if diff := cmp.Diff(want.Object[part], got.Object[part]); diff != "" {
					t.Errorf("%s (-written +read):\n%s", part, diff)
				}
			}
			sameTyped(t, want, newObject)
		})
	}
}

// sameTyped asks that a Go program reads what the manifest says.
func sameTyped(t *testing.T, manifest *unstructured.Unstructured, newObject func() client.Object) {
	t.Helper()
	want, got := newObject(), newObject()
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(manifest.Object, want); err != nil {
		t.Fatal(err)
	}
	if err := api.Get(t.Context(), client.ObjectKeyFromObject(manifest), got); err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"Spec", "Status"} {
		wantPart := reflect.ValueOf(want).Elem().FieldByName(part).Interface()
		gotPart := reflect.ValueOf(got).Elem().FieldByName(part).Interface()
		if !equality.Semantic.DeepEqual(wantPart, gotPart) {
			t.Errorf("typed %s (-want +got):\n%s", part, cmp.Diff(wantPart, gotPart))
		}
	}
}

// TestEmbeddedFields sets every field of the embedded core types too, such as all kinds of volume: what Go programs can
// write, the schema must know.
func TestEmbeddedFields(t *testing.T) {
	for kind, newObject := range kinds {
		t.Run(kind, func(t *testing.T) {
			want := newObject()
			want.SetName("embedded")
			want.SetNamespace(namespace)
			fill(reflect.ValueOf(want).Elem().FieldByName("Spec"))
			valid(want)

			written := want.DeepCopyObject().(client.Object)
			create(t, written)
			got := newObject()
			if err := api.Get(t.Context(), client.ObjectKeyFromObject(want), got); err != nil {
				t.Fatal(err)
			}
			wantSpec := reflect.ValueOf(want).Elem().FieldByName("Spec").Interface()
			gotSpec := reflect.ValueOf(got).Elem().FieldByName("Spec").Interface()
			if !equality.Semantic.DeepEqual(wantSpec, gotSpec) {
				t.Errorf("spec (-written +read):\n%s", cmp.Diff(wantSpec, gotSpec))
			}
		})
	}
}

// valid puts into a filled object what the schema asks of single fields.
func valid(object client.Object) {
	switch o := object.(type) {
	case *v1beta2.SparkApplication:
		validApplication(&o.Spec)
	case *v1beta2.ScheduledSparkApplication:
		validApplication(&o.Spec.Template)
		o.Spec.MissedRunPolicy = v1beta2.MissedRunAll
	case *v1alpha1.SparkConnect:
		o.Spec.Server.Service.Status.Conditions[0].Status = metav1.ConditionTrue
		o.Spec.UpdatePolicy = v1beta2.UpdatePolicyNextAttempt
	}
}

func validApplication(spec *v1beta2.SparkApplicationSpec) {
	spec.Type = v1beta2.SparkApplicationTypeR
	spec.Mode = v1beta2.DeployModeCluster
	spec.RestartPolicy.Type = v1beta2.RestartPolicyAlways
	spec.PythonVersion = new("3")
	spec.UpdatePolicy = v1beta2.UpdatePolicyRestart
	spec.NodeSelector = nil
}

// missingFields are the JSON names of those fields of our own types that the value does not set.
func missingFields(value any, t reflect.Type, path string) []string {
	switch t.Kind() {
	case reflect.Pointer:
		return missingFields(value, t.Elem(), path)
	case reflect.Slice:
		var missing []string
		elements, _ := value.([]any)
		for _, element := range elements {
			missing = append(missing, missingFields(element, t.Elem(), path+"[]")...)
		}
		return missing
	case reflect.Struct:
		return missingStructFields(value, t, path)
	default:
		return nil
	}
}

func missingStructFields(value any, t reflect.Type, path string) []string {
	if !strings.Contains(t.PkgPath(), "/apis/sparkoperator/") {
		return nil
	}
	object, _ := value.(map[string]any)
	var missing []string
	for field := range t.Fields() {
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		if strings.Contains(options, "inline") {
			missing = append(missing, missingFields(value, field.Type, path)...)
			continue
		}
		at := path + "." + name
		child, set := object[name]
		if !set {
			missing = append(missing, at)
			continue
		}
		missing = append(missing, missingFields(child, field.Type, at)...)
	}
	return missing
}

func fieldType(t reflect.Type, jsonName string) reflect.Type {
	for field := range t.Elem().Fields() {
		if name, _, _ := strings.Cut(field.Tag.Get("json"), ","); name == jsonName {
			return field.Type
		}
	}
	return nil
}
