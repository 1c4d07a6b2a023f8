// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"
)

func TestLimitEntries(t *testing.T) {
	text := func() map[string]any { return map[string]any{"type": "string"} }
	got := map[string]any{"properties": map[string]any{
		"short": map[string]any{"type": "array", "maxItems": 5, "items": map[string]any{"type": "array", "items": text()}},
		"map":   map[string]any{"type": "object", "additionalProperties": map[string]any{"type": "array", "items": text()}},
		"items": text(), "open": map[string]any{"type": "object", "x-kubernetes-preserve-unknown-fields": true},
	}}
	limitEntries(got)
	want := map[string]any{"properties": map[string]any{
		"short": map[string]any{"type": "array", "maxItems": 5, "items": map[string]any{"type": "array", "maxItems": 10000, "items": text()}},
		"map": map[string]any{"type": "object", "maxProperties": 10000, "additionalProperties": map[string]any{
			"type": "array", "maxItems": 10000, "items": text(),
		}},
		"items": text(), "open": map[string]any{"type": "object", "x-kubernetes-preserve-unknown-fields": true},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("schema (-want +got):\n%s", diff)
	}
}

// Every list and map that an author writes has a limit in the CRDs as they are.
func TestTheCRDsLimitEveryListAndMap(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("../..", outputDir, "*.yaml"))
	if err != nil || len(files) != len(kinds) {
		t.Fatalf("%d CRDs, error %v", len(files), err)
	}
	limited := 0
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var crd map[string]any
		if err := yaml.Unmarshal(content, &crd); err != nil {
			t.Fatal(err)
		}
		for _, version := range object(crd["spec"])["versions"].([]any) {
			properties := object(object(object(object(version)["schema"])["openAPIV3Schema"])["properties"])
			eachEntries(object(properties["spec"]), "spec", func(path string, schema map[string]any) {
				limited++
				if schema["maxItems"] == nil && schema["maxProperties"] == nil {
					t.Errorf("%s: %s has no limit", filepath.Base(file), path)
				}
			})
		}
	}
	if limited < 100 {
		t.Errorf("only %d lists and maps are found", limited)
	}
}

// eachEntries calls each with the lists and maps of a schema.
func eachEntries(schema map[string]any, path string, each func(path string, schema map[string]any)) {
	for _, keyword := range []string{"items", "additionalProperties"} {
		if elements, has := schema[keyword].(map[string]any); has {
			each(path, schema)
			eachEntries(elements, path+"[]", each)
		}
	}
	for name, property := range object(schema["properties"]) {
		eachEntries(object(property), path+"."+name, each)
	}
}
