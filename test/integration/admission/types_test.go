// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package admission

import (
	"maps"
	"strings"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// mistyped is an application as nobody could write it by our types.
func mistyped(spec map[string]any) *unstructured.Unstructured {
	complete := map[string]any{
		"type": "Scala", "mode": "cluster", "sparkVersion": "4.0.1", "image": "spark:4.0.1", "mainClass": "Pi", "mainApplicationFile": "local:///pi.jar",
		"driver": map[string]any{}, "executor": map[string]any{},
	}
	maps.Copy(complete, spec)
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "sparkoperator.k8s.io/v1beta2", "kind": "SparkApplication",
		"metadata": map[string]any{"namespace": namespace, "name": "mistyped"}, "spec": complete,
	}}
}

// What has wrong types is the schema's to refuse, which names all of them at once; the webhook would name the first.
func TestAllWrongTypesAreNamedAtOnce(t *testing.T) {
	app := mistyped(map[string]any{
		"driver":    map[string]any{"cores": "two", "memory": int64(512)},
		"executor":  map[string]any{"instances": "many", "labels": []any{"a"}},
		"suspend":   "yes",
		"arguments": "10",
		"sparkConf": map[string]any{"spark.ui.port": int64(4040)},
	})
	err := author.Create(t.Context(), app, client.DryRunAll)
	if !apierrors.IsInvalid(err) {
		t.Fatalf("answer %v, want a refusal by the schema", err)
	}
	for _, field := range []string{
		"spec.driver.cores", "spec.driver.memory", "spec.executor.instances", "spec.executor.labels", "spec.suspend", "spec.arguments", "spec.sparkConf.spark.ui.port",
	} {
		if !strings.Contains(err.Error(), field) {
			t.Errorf("%s is not named in %v", field, err)
		}
	}
}

// Unknown fields are named all at once, too, where a client asks for it as kubectl does.
func TestUnknownFieldsAreNamedAtOnce(t *testing.T) {
	strict := client.WithFieldValidation(author, "Strict")
	err := strict.Create(t.Context(), mistyped(map[string]any{
		"driver": map[string]any{"memroy": "1g"}, "executor": map[string]any{"corse": int64(1)}, "mainclass": "Pi",
	}), client.DryRunAll)
	if !apierrors.IsBadRequest(err) {
		t.Fatalf("answer %v, want a refusal by strict decoding", err)
	}
	for _, field := range []string{"spec.driver.memroy", "spec.executor.corse", "spec.mainclass"} {
		if !strings.Contains(err.Error(), `unknown field "`+field+`"`) {
			t.Errorf("%s is not named in %v", field, err)
		}
	}
}
