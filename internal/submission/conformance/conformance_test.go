// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package conformance_test

import (
	"flag"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"

	configv1alpha1 "github.com/alauda/spark-operator/apis/config/v1alpha1"
	"github.com/alauda/spark-operator/internal/batchscheduler/registry"
	"github.com/alauda/spark-operator/internal/features"
	"github.com/alauda/spark-operator/internal/identity"
	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/internal/submission/conformance"
	"github.com/alauda/spark-operator/internal/testing/manifest"
	"github.com/alauda/spark-operator/pkg/podmutation"
)

var updateOracle = flag.Bool("update-oracle", false, "rewrite the recorded objects of the release in $SPARK_HOME by running it")

// releases are the releases of Spark that recorded objects are of, by the minor version in the names of files.
var releases = map[string]string{"3.5": "3.5.9", "4.0": "4.0.1", "4.1": "4.1.4", "4.2": "4.2.1", "4.3": "4.3.0"}

// recording is a file with what a release of Spark made of an application.
type recording struct {
	path, app string
	// executor is whether it is the first executor pod that the driver asked for, in place of what spark-submit made.
	executor bool
	minor    string
}

// schedulers are those that the applications may name.
var schedulers = registry.Configured(configv1alpha1.BatchScheduler{Enabled: registry.Names(), KubeSchedulers: []string{"gang-scheduler"}})

// Every testdata/<case>.app.yaml is an application, <case>.spark-<version>.yaml what real spark-submit made of it, and
// <case>.executor.spark-<version>.yaml the executor pod that Spark's real driver asked for.
func TestObjectsAreThoseOfSpark(t *testing.T) {
	for _, r := range recordings(t) {
		t.Run(strings.TrimSuffix(filepath.Base(r.path), ".yaml"), func(t *testing.T) {
			plan := planOf(t, r.app, releases[r.minor])
			if *updateOracle && sparkVersion(t) == releases[r.minor] {
				record(t, r, plan)
			}
			want, err := os.ReadFile(r.path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), encode(t, ours(t, r, plan))); diff != "" {
				t.Errorf("objects (-Spark +ours):\n%s", diff)
			}
		})
	}
}

// Of names only the digits that are drawn at random become alike: not how many they are, nor what the rest of the name
// is.
func TestNormaliseReplacesRandomDigitsOnly(t *testing.T) {
	for name, want := range map[string]string{
		"pi-0123456789abcdef-driver-svc":                       "pi-xxxxxxxxxxxxxxxx-driver-svc",
		"pi-0123456789abcde-driver-svc":                        "pi-0123456789abcde-driver-svc",
		"pi-0123456789abcdef-driver-podspec-conf-map":          "pi-xxxxxxxxxxxxxxxx-driver-podspec-conf-map",
		"pi-0123456789abcdef-driver-pvc-0":                     "pi-xxxxxxxxxxxxxxxx-driver-pvc-0",
		"pi-0123456789abcdef-policy":                           "pi-xxxxxxxxxxxxxxxx-policy",
		"pi-0123456789abcdef-exec-1":                           "pi-xxxxxxxxxxxxxxxx-exec-1",
		"spark-0123456789abcdef-driver-svc":                    "spark-xxxxxxxxxxxxxxxx-driver-svc",
		"spark-drv-0123456789abcdef-conf-map":                  "spark-drv-xxxxxxxxxxxxxxxx-conf-map",
		"spark-0123456789abcdef0123456789abcdef":               "spark-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
		"/var/data/spark-01234567-89ab-4def-8123-0000":         "/var/data/spark-01234567-89ab-4def-8123-0000",
		"/var/data/spark-01234567-89ab-4def-8123-456789abcdef": "/var/data/spark-xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx",
	} {
		objects, err := conformance.Normalise([][]byte{[]byte(`{"kind":"ConfigMap","metadata":{"name":"` + name + `"}}`)})
		if err != nil {
			t.Fatal(err)
		}
		if got := objects[0].Name; got != want {
			t.Errorf("%s became %s, want %s", name, got, want)
		}
	}
}

// Reviewers can read what each version makes of one and the same application.
func TestEveryVersionIsRecorded(t *testing.T) {
	missing := map[string]bool{}
	for minor := range releases {
		missing[minor], missing["executor "+minor] = true, true
	}
	applications := map[string]bool{}
	for _, r := range recordings(t) {
		applications[r.app] = true
		if r.app == "testdata/versions.app.yaml" && r.executor {
			delete(missing, "executor "+r.minor)
		} else if r.app == "testdata/versions.app.yaml" {
			delete(missing, r.minor)
		}
	}
	if len(missing) > 0 {
		t.Errorf("testdata/versions.app.yaml is not recorded for %v", slices.Sorted(maps.Keys(missing)))
	}
	if all := applicationFiles(t); len(applications) != len(all) {
		t.Errorf("%d of %d applications are recorded", len(applications), len(all))
	}
}

func recordings(t *testing.T) []recording {
	t.Helper()
	paths, err := filepath.Glob("testdata/*.spark-*.yaml")
	if err != nil || len(paths) == 0 {
		t.Fatalf("nothing is recorded: %v", err)
	}
	all := make([]recording, 0, len(paths))
	for _, path := range paths {
		before, minor, _ := strings.Cut(strings.TrimSuffix(path, ".yaml"), ".spark-")
		app, executor := strings.CutSuffix(before, ".executor")
		if releases[minor] == "" {
			t.Fatalf("%s is of no known release", path)
		}
		all = append(all, recording{path: path, app: app + ".app.yaml", executor: executor, minor: minor})
	}
	return all
}

func applicationFiles(t *testing.T) []string {
	t.Helper()
	inputs, err := filepath.Glob("testdata/*.app.yaml")
	if err != nil || len(inputs) == 0 {
		t.Fatalf("no applications: %v", err)
	}
	return inputs
}

// ours are the objects, or the executor, that we make of a plan.
func ours(t *testing.T, r recording, plan *planning.Plan) []conformance.Object {
	t.Helper()
	if r.executor {
		executor, err := conformance.FromPlanExecutor(plan)
		if err != nil {
			t.Fatal(err)
		}
		return []conformance.Object{executor}
	}
	objects, err := conformance.FromPlan(plan)
	if err != nil {
		t.Fatal(err)
	}
	return objects
}

// The pod webhook changes nothing of a pod that was submitted by the plan: applications run as declared without it.
func TestWebhookChangesNothing(t *testing.T) {
	for _, input := range applicationFiles(t) {
		for minor, version := range releases {
			plan := planOf(t, input, version)
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
					t.Errorf("%s: %s pod of Spark %s (-submitted +through the webhook):\n%s", input, role, minor, diff)
				}
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

// planOf returns the plan of an application for a release of Spark.
func planOf(t *testing.T, path, version string) *planning.Plan {
	t.Helper()
	app := manifest.Application(t, path)
	app.Spec.SparkVersion = version
	plan, err := planning.NewPlan(app, identity.Of(app, 1), planning.Options{Features: features.Options{Schedulers: schedulers}})
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

// sparkVersion returns the version of $SPARK_HOME, by the name of a jar.
func sparkVersion(t *testing.T) string {
	t.Helper()
	jars, err := filepath.Glob(filepath.Join(os.Getenv("SPARK_HOME"), "jars", "spark-core_*.jar"))
	if err != nil || len(jars) != 1 {
		t.Fatalf("SPARK_HOME is no Spark: %v", err)
	}
	_, version, _ := strings.Cut(strings.TrimSuffix(filepath.Base(jars[0]), ".jar"), "-core_2.")
	_, version, _ = strings.Cut(version, "-")
	return version
}

func record(t *testing.T, r recording, plan *planning.Plan) {
	t.Helper()
	objects, err := recorded(t, r, plan)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(r.path, []byte(encode(t, objects)), 0o644); err != nil {
		t.Fatal(err)
	}
}

// recorded are the objects, or the executor, that Spark makes of a plan.
func recorded(t *testing.T, r recording, plan *planning.Plan) ([]conformance.Object, error) {
	t.Helper()
	home := os.Getenv("SPARK_HOME")
	if r.executor {
		body, err := conformance.RunDriver(t.Context(), home, plan)
		if err != nil {
			return nil, err
		}
		object, err := conformance.NormaliseExecutor(body)
		return []conformance.Object{object}, err
	}
	bodies, err := conformance.RunSparkSubmit(t.Context(), home, plan)
	if err != nil {
		return nil, err
	}
	return conformance.FromSparkSubmit(bodies, plan.App())
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
