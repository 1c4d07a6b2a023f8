// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkapplication

import (
	"encoding/json"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
)

// unreadables are specs that the API server stores, of drivers that cannot be decoded, or not in reasonable time.
var unreadables = map[string]string{
	"a quantity that takes an hour to decode": `{"template": {"spec": {"containers": [{"name": "a", "resources": {"requests": {"cpu": "1e-1000000000"}}}]}}}`,
	"a quantity that is none":                 `{"template": {"spec": {"containers": [{"name": "a", "resources": {"limits": {"cpu": "1e1.5"}}}]}}}`,
	"a text where a list belongs":             `{"template": {"spec": {"containers": "none"}}}`,
}

// unreadable returns an application with a driver that is given as JSON.
func unreadable(t *testing.T, namespace, driver string) *unstructured.Unstructured {
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

func TestAnUnreadableApplicationStopsNoOther(t *testing.T) {
	for name, spec := range unreadables {
		t.Run(name, func(t *testing.T) {
			namespace := newNamespace(t)
			create(t, unreadable(t, namespace, spec))
			startController(t, namespace)
			healthy := newApplication(namespace)
			create(t, healthy)
			until(t, healthy, v1beta2.ApplicationStateSubmitted)
			runs(t, driver(t, healthy))
			ends(t, driver(t, healthy), 0)
			until(t, healthy, v1beta2.ApplicationStateCompleted)
		})
	}
}
