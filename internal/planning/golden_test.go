// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package planning_test

import (
	"path/filepath"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/alauda/spark-operator/internal/identity"
	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/internal/testing/golden"
	"github.com/alauda/spark-operator/internal/testing/manifest"
	"github.com/alauda/spark-operator/pkg/render"
)

// Every testdata/<case>.input.yaml is an application, and <case>.output.yaml every object that it starts from.
func TestGoldenObjects(t *testing.T) {
	inputs, err := filepath.Glob("testdata/*.input.yaml")
	if err != nil || len(inputs) == 0 {
		t.Fatalf("no inputs: %v", err)
	}
	for _, input := range inputs {
		t.Run(strings.TrimSuffix(filepath.Base(input), ".input.yaml"), func(t *testing.T) {
			app := manifest.Application(t, input)
			plan, err := planning.NewPlan(app, identity.Of(app, 1), planning.Options{})
			if err != nil {
				t.Fatal(err)
			}
			objects, err := plan.Render()
			if err != nil {
				t.Fatal(err)
			}
			golden.Check(t, strings.Replace(input, ".input.", ".output.", 1), documentsYAML(t, append(dependentsOf(t, plan), objects.InOrder()...)))
		})
	}
}

func objectsYAML(t *testing.T, objects *render.Objects) string {
	t.Helper()
	return documentsYAML(t, objects.InOrder())
}

func documentsYAML(t *testing.T, objects []render.Object) string {
	t.Helper()
	var documents []string
	for _, object := range objects {
		document, err := yaml.Marshal(object)
		if err != nil {
			t.Fatal(err)
		}
		documents = append(documents, string(document))
	}
	return strings.Join(documents, "---\n")
}
