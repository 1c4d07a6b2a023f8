// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkapplication

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	configv1alpha1 "github.com/alauda/spark-operator/apis/config/v1alpha1"
	"github.com/alauda/spark-operator/apis/sparkoperator/v1alpha1"
	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/decoding"
	"github.com/alauda/spark-operator/internal/metrics"
	"github.com/alauda/spark-operator/internal/submission/sparksubmit"
	"github.com/alauda/spark-operator/test/integration/apiserver"
)

// author writes random objects that a schema may take.
type author struct{ *rand.Rand }

func (a author) one(texts ...string) string { return texts[a.IntN(len(texts))] }

// value returns a value of a schema.
func (a author) value(s *apiextensionsv1.JSONSchemaProps, depth int) any {
	switch {
	case s.XPreserveUnknownFields != nil && *s.XPreserveUnknownFields:
		return a.template(5)
	case s.XIntOrString:
		return []any{int64(a.IntN(5)), a.one("1", "500m", "1Gi", "1e99", "1E-99", "999999999999999999999", "0.0000000001", "1e3")}[a.IntN(2)]
	case len(s.Enum) > 0:
		return strings.Trim(string(s.Enum[a.IntN(len(s.Enum))].Raw), `"`)
	}
	switch s.Type {
	case "object":
		return a.object(s, depth)
	case "array":
		list := make([]any, 0, 2)
		for range a.IntN(3) {
			list = append(list, a.value(s.Items.Schema, depth-1))
		}
		return list
	case "integer":
		return []int64{0, 1, 7, 1 << 31, -1 << 40, 1<<53 - 1}[a.IntN(6)]
	case "boolean":
		return a.IntN(2) == 0
	default:
		return a.one("", "a", "1e-1000000000", "pi", "1g", "local:///a.jar", "4.0.1", "2026-01-01T00:00:00Z", strings.Repeat("x", 300))
	}
}

func (a author) object(s *apiextensionsv1.JSONSchemaProps, depth int) any {
	object := map[string]any{}
	if s.AdditionalProperties != nil && s.AdditionalProperties.Schema != nil {
		for range a.IntN(3) {
			object[a.one("a", "b", "cpu", "spark.executor.cores")] = a.value(s.AdditionalProperties.Schema, depth-1)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		if !slices.Contains(s.Required, name) && (depth <= 0 || a.IntN(6) > 0) {
			continue
		}
		property := s.Properties[name]
		object[name] = a.value(&property, depth-1)
	}
	return object
}

// template returns what a field takes that takes anything: some of it like a pod, with values of any type.
func (a author) template(depth int) any {
	fields := []string{
		"metadata", "labels", "creationTimestamp", "spec", "containers", "initContainers", "volumes", "resources", "requests", "limits", "cpu", "name", "env", "ports",
		"containerPort", "emptyDir", "sizeLimit", "affinity", "tolerations", "securityContext", "runAsUser", "managedFields", "time", "overhead",
	}
	object := map[string]any{}
	for range 1 + a.IntN(4) {
		var value any = a.one("1e-1000000000", "1e1000000000", "1e1.5", "500m", "none", "")
		switch kind := a.IntN(9); {
		case kind < 4 && depth > 0:
			value = a.template(depth - 1)
		case kind == 4 && depth > 0:
			value = []any{a.template(depth - 1), a.template(depth - 1)}
		case kind == 5:
			value = int64(a.IntN(1 << 40))
		case kind == 6:
			value = []any{nil, "a", int64(1), false, 1e300, -1e-300}[a.IntN(6)]
		}
		object[fields[a.IntN(len(fields))]] = value
	}
	return object
}

// schemas returns the versions of all kinds, by kind.
func schemas(t *testing.T) map[string]*apiextensionsv1.CustomResourceDefinition {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(apiserver.CRDs(), "*s.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]*apiextensionsv1.CustomResourceDefinition{}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		crd := &apiextensionsv1.CustomResourceDefinition{}
		if err := yaml.Unmarshal(content, crd); err != nil {
			t.Fatal(err)
		}
		if crd.Spec.Names.Kind != "" {
			found[crd.Spec.Names.Kind] = crd
		}
	}
	return found
}

// misreported returns which objects of the other kinds in a namespace have a status that says they cannot be read, and
// can, or the other way round. Of those elsewhere none may have a status.
func misreported(ctx context.Context, here string) []string {
	var found []string
	for kind, spec := range map[schema.GroupVersionKind]func() any{
		v1beta2.GroupVersion.WithKind("ScheduledSparkApplication"): func() any { return &v1beta2.ScheduledSparkApplicationSpec{} },
		v1alpha1.GroupVersion.WithKind("SparkConnect"):             func() any { return &v1alpha1.SparkConnectSpec{} },
	} {
		list := &unstructured.UnstructuredList{}
		list.SetGroupVersionKind(kind)
		if err := api.List(ctx, list); err != nil {
			return []string{err.Error()}
		}
		for _, object := range list.Items {
			if !strings.HasPrefix(object.GetName(), "random-") {
				continue
			}
			encoded, err := json.Marshal(object.Object["spec"])
			if err != nil {
				return []string{err.Error()}
			}
			problem := decoding.Into(encoded, spec(), "spec")
			said := fmt.Sprint(object.Object["status"])
			// A schedule has a reason, a Connect server a condition.
			reported := strings.Contains(said, "It cannot be read: ") || strings.Contains(said, "type:Unreadable")
			isServed := object.GetNamespace() == here
			isRight := reported == (problem != nil && isServed) && (!reported || strings.Contains(said, problem.Field))
			if !isRight || !isServed && object.Object["status"] != nil {
				found = append(found, fmt.Sprintf("%s %s: %v, and the status says %s", kind.Kind, object.GetName(), problem, said))
			}
		}
	}
	return found
}

// Whatever the API server stores, of any kind and in any namespace, with the webhook off: healthy applications
// complete, and what cannot be read says so.
func TestHealthyApplicationsCompleteWhateverElseIsStored(t *testing.T) {
	const rounds, least = 150, 10
	here, elsewhere := newNamespace(t), newNamespace(t)
	label := client.RawPatch(types.MergePatchType, []byte(`{"metadata":{"labels":{"random-test":"served"}}}`))
	if err := api.Patch(t.Context(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: here}}, label); err != nil {
		t.Fatal(err)
	}
	kinds := schemas(t)
	if len(kinds) != 3 {
		t.Fatalf("%d kinds", len(kinds))
	}
	a := author{rand.New(rand.NewPCG(12, 34))}
	store := func(from, to int) map[string]int {
		stored := map[string]int{}
		for i := from; i < to; i++ {
			for _, kind := range slices.Sorted(maps.Keys(kinds)) {
				version := kinds[kind].Spec.Versions[0]
				spec := version.Schema.OpenAPIV3Schema.Properties["spec"]
				object := &unstructured.Unstructured{Object: map[string]any{"spec": a.value(&spec, 4)}}
				object.SetAPIVersion(kinds[kind].Spec.Group + "/" + version.Name)
				object.SetKind(kind)
				object.SetNamespace([]string{here, elsewhere}[i%2])
				object.SetName(fmt.Sprintf("random-%d", i))
				if err := api.Create(t.Context(), object); err == nil {
					stored[kind]++
				}
			}
		}
		return stored
	}
	before := store(0, rounds)
	run(t, here, sparksubmit.Options{}, func(ctrl.Manager) *metrics.Recorder { return nil }, func(c *configv1alpha1.ControllerConfiguration) {
		c.Namespaces, c.NamespaceSelector = nil, &metav1.LabelSelector{MatchLabels: map[string]string{"random-test": "served"}}
	})
	first := newApplication(here)
	create(t, first)
	completes(t, first)
	after := store(rounds, rounds+rounds/3)
	second := newApplication(here)
	second.Name = "pi-2"
	create(t, second)
	completes(t, second)
	for kind := range kinds {
		if before[kind] < least {
			t.Errorf("only %d of %d random objects of kind %s were stored, and %d beside the running controller", before[kind], rounds, kind, after[kind])
		}
	}
	eventually(t, func(ctx context.Context) bool { return len(misreported(ctx, here)) == 0 },
		func() string { return strings.Join(misreported(t.Context(), here), "\n") })
	t.Logf("stored %v before and %v beside the running controller", before, after)
}
