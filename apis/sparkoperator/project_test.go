// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkoperator_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"
)

// TestProjectFile asks that PROJECT, which nothing generates, lists the kinds that have a CRD, and folders that exist.
func TestProjectFile(t *testing.T) {
	const root = "../.."
	data, err := os.ReadFile(filepath.Join(root, "PROJECT"))
	if err != nil {
		t.Fatal(err)
	}
	var project struct {
		Repo      string
		Resources []struct {
			API                                *struct{ CRDVersion string }
			Domain, Group, Kind, Version, Path string
			Core                               bool
		}
	}
	if err := yaml.Unmarshal(data, &project); err != nil {
		t.Fatal(err)
	}

	want, got := map[string]string{}, map[string]string{}
	for _, crd := range readCRDs(t) {
		want[crd.typed.Spec.Names.Kind] = crd.typed.Spec.Group + "/" + crd.version(t).Name
	}
	for _, resource := range project.Resources {
		if resource.API != nil {
			got[resource.Kind] = resource.Group + "." + resource.Domain + "/" + resource.Version
		}
		if resource.Core {
			continue // Kubernetes' own
		}
		folder := filepath.Join(root, strings.TrimPrefix(resource.Path, project.Repo))
		if _, err := os.Stat(filepath.Join(folder, "register.go")); err != nil {
			t.Errorf("path of %s: %v", resource.Kind, err)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("kinds with a CRD (-CRDs +PROJECT):\n%s", diff)
	}
}
