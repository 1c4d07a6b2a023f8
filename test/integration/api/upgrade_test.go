// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package api

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
	"sigs.k8s.io/yaml"
)

// TestStoredObjectsStayUsable stores objects that break our rules, as another operator's CRD let them, and then brings
// in the rules: such an object can still have its status written and other fields changed, and no new one can be made.
//
// The CRD is installed under a group of its own, so that the other tests' CRD stays as it is.
func TestStoredObjectsStayUsable(t *testing.T) {
	ours := applicationCRD(t, "upgrade.example.org")
	lenient := ours.DeepCopy()
	dropRules(lenient.Spec.Versions[0].Schema.OpenAPIV3Schema)
	if _, err := envtest.InstallCRDs(restConfig, envtest.CRDInstallOptions{CRDs: []*apiextensionsv1.CustomResourceDefinition{lenient}}); err != nil {
		t.Fatal(err)
	}

	old := full(t, "SparkApplication")
	old.SetAPIVersion("upgrade.example.org/v1beta2")
	old.SetName("1." + strings.Repeat("a", 70))
	set(old, "spec.mode", "client")
	set(old, "spec.driver.podName", "Not_A_Pod_Name")
	set(old, "spec.nodeSelector", map[string]any{"disktype": "ssd"})
	set(old, "spec.dynamicAllocation.minExecutors", int64(9))
	set(old, "spec.driver.tolerations", many(1001, func(i int) any { return map[string]any{"key": fmt.Sprint("k", i)} }))
	set(old, "spec.sparkConf", entries(10_001))
	set(old, "spec.driver.labels", entries(10_001))
	set(old, "spec.driver.volumeMounts", nil)
	set(old, "spec.executor.volumeMounts", nil)
	set(old, "spec.volumes", []any{map[string]any{"name": "scratch", "emptyDir": map[string]any{"sizeLimit": "1e1.5"}}})
	old.SetFinalizers([]string{"example.org/kept"})
	status := old.DeepCopy().Object["status"]
	create(t, old)

	if _, err := envtest.InstallCRDs(restConfig, envtest.CRDInstallOptions{CRDs: []*apiextensionsv1.CustomResourceDefinition{ours}}); err != nil {
		t.Fatal(err)
	}
	waitForRules(t, old)

	old.Object["status"] = status
	if err := api.Status().Update(t.Context(), old); err != nil {
		t.Errorf("write status: %v", err)
	}
	set(old, "spec.suspend", false)
	if err := api.Update(t.Context(), old); err != nil {
		t.Errorf("change another field: %v", err)
	}
	old.SetLabels(map[string]string{"a": "b"})
	old.SetFinalizers(nil)
	if err := api.Update(t.Context(), old); err != nil {
		t.Errorf("label it, and remove its finalizer: %v", err)
	}
	set(old, "spec.mode", "cluster")
	unset(old, "spec.driver.nodeSelector")
	unset(old, "spec.executor.nodeSelector")
	if err := api.Update(t.Context(), old); err != nil {
		t.Errorf("mend: %v", err)
	}
	refused := map[string]struct {
		path  string
		value any
		want  string
	}{
		"more of what there is too much of": {"spec.driver.tolerations", many(1002, func(int) any { return map[string]any{} }), "spec.driver.tolerations: Too many: 1002: must have at most 1000 items"},
		"one entry more":                    {"spec.driver.labels", entries(10_002), "spec.driver.labels: Too many: 10002: must have at most 10000 items"},
		"another quantity nobody reads": {
			"spec.volumes", []any{map[string]any{"name": "scratch", "emptyDir": map[string]any{"sizeLimit": "1e-1000000000"}}}, "spec.volumes[0].emptyDir.sizeLimit: Invalid value",
		},
		"mode":          {"spec.mode", "client", "mode client would run"},
		"node selector": {"spec.driver.nodeSelector", map[string]any{"disktype": "ssd"}, "nodeSelector cannot be combined"},
	}
	for name, tc := range refused {
		again := old.DeepCopy()
		set(again, tc.path, tc.value)
		if err := api.Update(t.Context(), again); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: what was mended can be broken again: error is %v, want %q", name, err, tc.want)
		}
	}
}

// many returns a list.
func many(n int, element func(int) any) []any {
	list := make([]any, n)
	for i := range list {
		list[i] = element(i)
	}
	return list
}

// entries returns a map.
func entries(n int) map[string]any {
	all := make(map[string]any, n)
	for i := range n {
		all[fmt.Sprint("k", i)] = "v"
	}
	return all
}

// waitForRules waits until the API server refuses what it accepted before.
func waitForRules(t *testing.T, accepted *unstructured.Unstructured) {
	t.Helper()
	probe := accepted.DeepCopy()
	probe.SetResourceVersion("")
	probe.SetUID("")
	probe.SetName("probe")
	// The API server leaves rules aside where something else is wrong.
	for _, path := range []string{"spec.driver.tolerations", "spec.driver.labels", "spec.sparkConf", "spec.volumes"} {
		unset(probe, path)
	}
	var last error
	err := wait.PollUntilContextTimeout(t.Context(), 50*time.Millisecond, 30*time.Second, true, func(ctx context.Context) (bool, error) {
		last = api.Create(ctx, probe.DeepCopy(), client.DryRunAll)
		return last != nil && strings.Contains(last.Error(), "mode client would run"), nil
	})
	if err != nil {
		t.Fatalf("the rules did not come into force: %v; the last answer was: %v", err, last)
	}
}

func applicationCRD(t *testing.T, group string) *apiextensionsv1.CustomResourceDefinition {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(crdDir, "sparkoperator.k8s.io_sparkapplications.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	crd := &apiextensionsv1.CustomResourceDefinition{}
	if err := yaml.UnmarshalStrict(data, crd); err != nil {
		t.Fatal(err)
	}
	crd.Spec.Group = group
	crd.Name = crd.Spec.Names.Plural + "." + group
	return crd
}

func dropRules(schema *apiextensionsv1.JSONSchemaProps) {
	schema.XValidations = nil
	schema.Pattern, schema.MaxLength = "", nil
	schema.MaxItems, schema.MaxProperties = nil, nil
	for name, property := range schema.Properties {
		dropRules(&property)
		schema.Properties[name] = property
	}
	if schema.Items != nil && schema.Items.Schema != nil {
		dropRules(schema.Items.Schema)
	}
	if schema.AdditionalProperties != nil && schema.AdditionalProperties.Schema != nil {
		dropRules(schema.AdditionalProperties.Schema)
	}
}
