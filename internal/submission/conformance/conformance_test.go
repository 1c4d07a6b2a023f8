// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package conformance_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/identity"
	"github.com/alauda/spark-operator/internal/submission"
	"github.com/alauda/spark-operator/internal/submission/conformance"
	"github.com/alauda/spark-operator/pkg/podmutation"
)

var updateOracle = flag.Bool("update-oracle", false, "rewrite the recorded objects by running spark-submit of $SPARK_HOME")

// Every testdata/<case>.app.yaml is an application, and <case>.spark-<version>.yaml what real spark-submit made of it.
func TestObjectsAreThoseOfSparkSubmit(t *testing.T) {
	inputs, err := filepath.Glob("testdata/*.app.yaml")
	if err != nil || len(inputs) == 0 {
		t.Fatalf("no applications: %v", err)
	}
	for _, input := range inputs {
		name := strings.TrimSuffix(filepath.Base(input), ".app.yaml")
		t.Run(name, func(t *testing.T) {
			plan := planOf(t, input)
			oracle := filepath.Join("testdata", name+".spark-4.0.yaml")
			if *updateOracle {
				record(t, oracle, plan)
			}
			want, err := os.ReadFile(oracle)
			if err != nil {
				t.Fatal(err)
			}
			objects, err := conformance.FromPlan(plan)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), encode(t, objects)); diff != "" {
				t.Errorf("objects (-spark-submit +ours):\n%s", diff)
			}
		})
	}
}

// Every testdata/<case>.executor.spark-<version>.yaml is the executor pod that Spark's real driver asked for.
func TestExecutorsAreThoseOfSparksDriver(t *testing.T) {
	for _, name := range []string{
		"config-maps", "contested", "hadoop", "labels", "memory", "memory-factor", "monitoring", "placement", "pod-fields", "python",
		"secrets", "templates", "volumes",
	} {
		t.Run(name, func(t *testing.T) {
			plan := planOf(t, filepath.Join("testdata", name+".app.yaml"))
			oracle := filepath.Join("testdata", name+".executor.spark-4.0.yaml")
			if *updateOracle {
				recordExecutor(t, oracle, plan)
			}
			want, err := os.ReadFile(oracle)
			if err != nil {
				t.Fatal(err)
			}
			executor, err := conformance.FromPlanExecutor(plan)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), encode(t, []conformance.Object{executor})); diff != "" {
				t.Errorf("executor (-Spark's driver +ours):\n%s", diff)
			}
		})
	}
}

// The pod webhook changes nothing of a pod that was submitted by the plan: applications run as declared without it.
func TestWebhookChangesNothing(t *testing.T) {
	inputs, err := filepath.Glob("testdata/*.app.yaml")
	if err != nil || len(inputs) == 0 {
		t.Fatalf("no applications: %v", err)
	}
	for _, input := range inputs {
		plan := planOf(t, input)
		objects, err := plan.Render()
		if err != nil {
			t.Fatal(err)
		}
		executor, err := plan.Executor(objects)
		if err != nil {
			t.Fatal(err)
		}
		for role, pod := range map[podmutation.Role]*corev1.Pod{podmutation.Driver: objects.Driver, podmutation.Executor: executor} {
			mutated := pod.DeepCopy()
			if err := podmutation.Apply(mutated, podmutation.Input{App: plan.App(), Role: role}, podmutation.Default()...); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(pod, mutated); diff != "" {
				t.Errorf("%s: %s pod (-submitted +through the webhook):\n%s", input, role, diff)
			}
		}
	}
}

// Users read of every difference that we mean.
func TestDifferencesAreDocumented(t *testing.T) {
	document, err := os.ReadFile("../../../docs/differences.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := strings.Count(string(document), "\n| ") - 1
	if want := len(conformance.Differences()); rows != want {
		t.Errorf("docs/differences.md lists %d differences, want %d", rows, want)
	}
	for _, difference := range conformance.Differences() {
		if row := "| " + difference.Name + " | " + difference.Reason + " |\n"; !strings.Contains(string(document), row) {
			t.Errorf("docs/differences.md lacks the row\n%s", row)
		}
	}
}

func recordExecutor(t *testing.T, path string, plan *submission.Plan) {
	t.Helper()
	body, err := conformance.RunDriver(t.Context(), os.Getenv("SPARK_HOME"), plan)
	if err != nil {
		t.Fatal(err)
	}
	object, err := conformance.NormaliseExecutor(body)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(encode(t, []conformance.Object{object})), 0o644); err != nil {
		t.Fatal(err)
	}
}

func planOf(t *testing.T, path string) *submission.Plan {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	app := &v1beta2.SparkApplication{}
	if err := yaml.UnmarshalStrict(content, app); err != nil {
		t.Fatal(err)
	}
	plan, err := submission.NewPlan(app, identity.Of(app, 1), submission.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

func record(t *testing.T, path string, plan *submission.Plan) {
	t.Helper()
	bodies, err := conformance.RunSparkSubmit(t.Context(), os.Getenv("SPARK_HOME"), plan)
	if err != nil {
		t.Fatal(err)
	}
	objects, err := conformance.FromSparkSubmit(bodies, plan.App())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(encode(t, objects)), 0o644); err != nil {
		t.Fatal(err)
	}
}

func encode(t *testing.T, objects []conformance.Object) string {
	t.Helper()
	documents := make([]string, 0, len(objects))
	for _, object := range objects {
		document, err := yaml.Marshal(object)
		if err != nil {
			t.Fatal(err)
		}
		documents = append(documents, string(document))
	}
	return strings.Join(documents, "---\n")
}
