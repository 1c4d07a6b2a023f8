// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package api

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// TestKubectlApply applies the CRDs as a user does, twice: the second time kubectl reads the annotation the first left.
func TestKubectlApply(t *testing.T) {
	for range 2 {
		kubectl(t, "apply", "-f", crdDir)
	}
	annotation := kubectl(t, "get", "crd", "sparkapplications.sparkoperator.k8s.io", "-o",
		`jsonpath={.metadata.annotations.kubectl\.kubernetes\.io/last-applied-configuration}`)
	if !strings.Contains(annotation, `"shortNames":["sparkapp"]`) {
		t.Errorf("last-applied-configuration has %d bytes and does not hold the CRD", len(annotation))
	}
}

// The command of the documentation removes the operator's finalizer from driver pods, and leaves everything else.
func TestKubectlRemovesTheFinalizer(t *testing.T) {
	document, err := os.ReadFile(filepath.Join("..", "..", "..", "docs", "install.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(document), "<!-- command: remove finalizers -->\n\n```console\n")
	command, _, found := strings.Cut(rest, "```")
	if !found {
		t.Fatal("docs/install.md has no such command")
	}
	pod := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "v1", "kind": "Pod",
		"metadata": map[string]any{
			"namespace": "default", "name": "left-driver", "finalizers": []any{"example.com/own", "sparkoperator.k8s.io/driver-end"},
			"labels": map[string]any{"spark-role": "driver", "sparkoperator.k8s.io/launched-by-spark-operator": "true"},
		},
		"spec": map[string]any{"containers": []any{map[string]any{"name": "a", "image": "a"}}},
	}}
	other := pod.DeepCopy()
	other.SetName("left-executor")
	other.SetLabels(map[string]string{"spark-role": "executor", "sparkoperator.k8s.io/launched-by-spark-operator": "true"})
	for _, object := range []*unstructured.Unstructured{pod, other} {
		create(t, object)
		t.Cleanup(func() {
			object.SetFinalizers(nil)
			_ = api.Patch(context.WithoutCancel(t.Context()), object, client.RawPatch(types.MergePatchType, []byte(`{"metadata":{"finalizers":null}}`)))
		})
	}
	run := exec.CommandContext(t.Context(), "sh", "-c", strings.ReplaceAll(command, "NAMESPACE", "default"))
	run.Env = append(os.Environ(), "KUBECONFIG="+kubeconfig, "HOME="+filepath.Dir(kubeconfig), "PATH="+os.Getenv("KUBEBUILDER_ASSETS")+":"+os.Getenv("PATH"))
	if output, err := run.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, output)
	}
	for object, want := range map[*unstructured.Unstructured][]string{pod: {"example.com/own"}, other: {"example.com/own", "sparkoperator.k8s.io/driver-end"}} {
		if err := api.Get(t.Context(), client.ObjectKeyFromObject(object), object); err != nil {
			t.Fatal(err)
		}
		if got := object.GetFinalizers(); !slices.Equal(got, want) {
			t.Errorf("%s has finalizers %v, want %v", object.GetName(), got, want)
		}
	}
}

func TestKubectlExplain(t *testing.T) {
	tests := map[string]string{
		"sparkapp":                                     "SparkApplication is one Spark job",
		"sparkapp.spec.restartPolicy.type":             "Never, OnFailure or Always",
		"sparkapp.spec.activeDeadlineSeconds":          "At least 0.",
		"sparkapp.spec.mode":                           "Default: cluster. Checked: mode client would run",
		"sparkapp.spec.dynamicAllocation":              "minExecutors must not be greater than maxExecutors",
		"sparkapp.spec.driver.affinity":                "scheduling affinity of the pod",
		"sparkapp.spec.driver.template":                "a pod to start from",
		"sparkapp.status.lastFailure":                  "the last failure",
		"scheduledsparkapp.spec.concurrencyPolicy":     "Forbid skips",
		"scheduledsparkapp.spec.template.sparkConf":    "Spark properties",
		"sparkconn.spec.server":                        "describes the Spark Connect server",
		"sparkconn.spec.server.service.spec.clusterIP": "clusterIP",
	}
	for path, want := range tests {
		t.Run(path, func(t *testing.T) {
			got := kubectl(t, "explain", path)
			// explain wraps lines.
			if !strings.Contains(strings.Join(strings.Fields(got), " "), want) {
				t.Errorf("explain says\n%s\nwant it to contain %q", got, want)
			}
		})
	}
}

func TestKubectlGetColumns(t *testing.T) {
	tests := map[string]struct{ kind, resource, want string }{
		"applications": {"SparkApplication", "sparkapp", "NAME SUSPEND STATUS ATTEMPTS START FINISH AGE REASON"},
		"schedules":    {"ScheduledSparkApplication", "scheduledsparkapp", "NAME SCHEDULE TIMEZONE SUSPEND LAST RUN LAST RUN NAME AGE"},
		"connect":      {"SparkConnect", "sparkconn", "NAME AGE STATUS PODNAME"},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			object := full(t, tc.kind)
			object.SetName("columns")
			create(t, object)
			header, _, _ := strings.Cut(kubectl(t, "get", tc.resource), "\n")
			if got := strings.Join(strings.Fields(header), " "); got != tc.want {
				t.Errorf("columns are %q, want %q", got, tc.want)
			}
		})
	}
}

// The reason stands in the list, and what it means beside it where more is asked for.
func TestKubectlGetSaysWhy(t *testing.T) {
	object := full(t, "SparkApplication")
	object.SetName("why")
	status := object.DeepCopy().Object["status"]
	create(t, object)
	object.Object["status"] = status
	if err := api.Status().Update(t.Context(), object); err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct{ flag, wantHeader, wantRow string }{
		"short": {"--output=", "FINISH AGE REASON", "s DriverFailed"},
		"wide": {"--output=wide", "AGE REASON DRIVER EXECUTORS MESSAGE",
			"s DriverFailed full-driver 0 driver container failed with ExitCode 1, Reason Error"},
	} {
		t.Run(name, func(t *testing.T) {
			header, row, _ := strings.Cut(strings.TrimSpace(kubectl(t, "get", "sparkapp", "why", tc.flag)), "\n")
			words := func(line string) string { return strings.Join(strings.Fields(line), " ") }
			if !strings.HasSuffix(words(header), tc.wantHeader) || !strings.HasSuffix(words(row), tc.wantRow) {
				t.Errorf("kubectl says\n%s\n%s\nwant it to end in %q, %q", header, row, tc.wantHeader, tc.wantRow)
			}
		})
	}
}

func kubectl(t *testing.T, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), filepath.Join(os.Getenv("KUBEBUILDER_ASSETS"), "kubectl"), args...)
	cmd.Env = append(os.Environ(), "KUBECONFIG="+kubeconfig, "HOME="+filepath.Dir(kubeconfig))
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("kubectl %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}
