// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/operator-framework/api/pkg/manifests"
)

// What scorecard's tests ask of a bundle before they ask a cluster: each kind has resources and descriptors; each
// example has a spec, of whose fields each has a schema and a descriptor.
func TestScorecard(t *testing.T) {
	bundle, err := manifests.GetBundleFromDir(filepath.Join(root, "bundle"))
	if err != nil {
		t.Fatal(err)
	}
	var examples []struct {
		Kind string         `json:"kind"`
		Spec map[string]any `json:"spec"`
	}
	if err := json.Unmarshal([]byte(bundle.CSV.Annotations["alm-examples"]), &examples); err != nil || len(examples) == 0 {
		t.Fatalf("%d examples, error %v", len(examples), err)
	}
	for _, owned := range bundle.CSV.Spec.CustomResourceDefinitions.Owned {
		if len(owned.Resources) == 0 || len(owned.SpecDescriptors) == 0 || len(owned.StatusDescriptors) == 0 {
			t.Errorf("%s: %d resources, %d descriptors of the spec, %d of the status", owned.Kind, len(owned.Resources), len(owned.SpecDescriptors), len(owned.StatusDescriptors))
		}
		var described []string
		for _, d := range owned.SpecDescriptors {
			field, _, _ := strings.Cut(d.Path, ".")
			described = append(described, field)
			if d.Description == "" || d.DisplayName == "" {
				t.Errorf("%s: spec.%s has no description or name", owned.Kind, d.Path)
			}
		}
		in, err := read(filepath.Join(root, "config/manifests"))
		if err != nil {
			t.Fatal(err)
		}
		schema, err := in.schema(&owned)
		if err != nil {
			t.Fatal(err)
		}
		for _, example := range examples {
			if example.Kind != owned.Kind {
				continue
			}
			if len(example.Spec) == 0 {
				t.Errorf("%s: the example has no spec", owned.Kind)
			}
			for field := range example.Spec {
				if schema.Properties["spec"].Properties[field].Type == "" {
					t.Errorf("%s: spec.%s of the example has no schema", owned.Kind, field)
				}
				if !slices.Contains(described, field) {
					t.Errorf("%s: spec.%s of the example has no descriptor", owned.Kind, field)
				}
			}
		}
	}
}
