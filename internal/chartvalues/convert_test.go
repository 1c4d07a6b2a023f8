// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package chartvalues_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	strictjson "sigs.k8s.io/json"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/yaml"

	"github.com/alauda/spark-operator/internal/chartvalues"
	"github.com/alauda/spark-operator/internal/config"
	"github.com/alauda/spark-operator/internal/testing/golden"
)

func read(t *testing.T, content []byte) map[string]any {
	t.Helper()
	converted, err := yaml.YAMLToJSONStrict(content)
	if err != nil {
		t.Fatal(err)
	}
	var values map[string]any
	if err := strictjson.UnmarshalCaseSensitivePreserveInts(converted, &values); err != nil {
		t.Fatal(err)
	}
	return values
}

func convert(t *testing.T, values map[string]any) chartvalues.Result {
	t.Helper()
	result, err := chartvalues.Convert(values, chartvalues.Options{Base: ".."})
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// shown is a result as people review it.
func shown(r chartvalues.Result) string {
	var b strings.Builder
	for _, note := range r.Notes {
		fmt.Fprintf(&b, "note %s: %s\n", note.Path, note.Why)
	}
	for _, name := range slices.Sorted(maps.Keys(r.Files)) {
		fmt.Fprintf(&b, "==> %s\n%s", name, r.Files[name])
	}
	return b.String()
}

// Values of every kind: what they become is kept as a golden file, can be built by kustomize from this repository, and
// is read by the binaries' own configuration.
func TestValues(t *testing.T) {
	files, err := filepath.Glob("testdata/*.values.yaml")
	if err != nil || len(files) < 11 {
		t.Fatalf("%d files, error %v", len(files), err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".values.yaml")
		t.Run(name, func(t *testing.T) {
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			values := read(t, content)
			golden.Check(t, "testdata/"+name+".output.txt", shown(convert(t, values)))
			checkBuilds(t, values)
		})
	}
}

// checkBuilds writes what values become, builds it, and has the configuration read as pods would read it.
func checkBuilds(t *testing.T, values map[string]any) {
	t.Helper()
	folder, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	way, err := filepath.Rel(folder, root)
	if err != nil {
		t.Fatal(err)
	}
	result, err := chartvalues.Convert(values, chartvalues.Options{Base: way})
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range result.Files {
		file := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name := range result.Files {
		if filepath.Base(name) != "kustomization.yaml" {
			continue
		}
		built, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(filesys.MakeFsOnDisk(), filepath.Dir(filepath.Join(folder, name)))
		if err != nil {
			t.Fatalf("build %s: %v", name, err)
		}
		if built.Size() == 0 {
			t.Errorf("%s builds nothing", name)
		}
		if name != "kustomization.yaml" {
			continue
		}
		for _, r := range built.Resources() {
			if r.GetKind() == "ConfigMap" {
				checkConfiguration(t, r.GetName(), r.GetDataMap())
			}
		}
	}
}

// checkConfiguration asks that the binary of a ConfigMap can read it, with the file that was made of the values.
func checkConfiguration(t *testing.T, name string, files map[string]string) {
	t.Helper()
	folder := t.TempDir()
	for file, content := range files {
		if err := os.WriteFile(filepath.Join(folder, file), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var err error
	if strings.HasPrefix(name, "spark-operator-controller-config") {
		_, err = config.LoadController(folder)
	} else {
		_, err = config.LoadWebhook(folder)
	}
	if err != nil {
		t.Errorf("%s: %v", name, err)
	}
}

// What the chart has anyway is no choice: of the chart's own values only the namespace is left.
func TestTheChartsDefaultsAreNoChoice(t *testing.T) {
	content, err := os.ReadFile("testdata/default.values.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(shown(convert(t, map[string]any{})), shown(convert(t, read(t, content)))); diff != "" {
		t.Errorf("(-no values +the chart's own):\n%s", diff)
	}
	if notes := convert(t, map[string]any{}).Notes; len(notes) > 0 {
		t.Errorf("notes on nothing: %v", notes)
	}
}

// Each flag is converted, or named with the reason why it is not.
func TestFlags(t *testing.T) {
	const controller = `controller start --zap-log-level=debug --namespaces=team-a,team-b --controller-threads=30 --enable-ui-service=false
		--ingress-url-format={{$appName}}.example.com --ingress-class-name nginx --ingress-annotations={"a":"b"} --enable-driver-pdb --workqueue-ratelimiter-bucket-qps=50
		--submitter-max-retries=4 --feature-gates=PartialRestart=true,RestSubmitter=false --kube-api-qps=many --leader-election=true --bogus=1 --metrics-labels=app_type,team`
	values, notes := chartvalues.FromFlags("controller", strings.Fields(controller))
	webhook, more := chartvalues.FromFlags("webhook", strings.Fields("webhook start --webhook-port=9443 --enable-resource-quota-enforcement=true --webhook-secret-name=a --label-selector-filter=b"))
	chartvalues.Merge(values, webhook)
	result := convert(t, values)
	result.Notes = slices.Concat(notes, more, result.Notes)
	golden.Check(t, "testdata/flags.output.txt", shown(result))
	checkBuilds(t, values)

	all, _ := chartvalues.FromFlags("controller", []string{"controller", "start"})
	if files := convert(t, all).Files; strings.Contains(string(files["kustomization.yaml"]), "configMapGenerator") {
		t.Errorf("without --namespaces not all are served:\n%s", files["controller.yaml"])
	}
}

func TestARepositoryByURL(t *testing.T) {
	result, err := chartvalues.Convert(map[string]any{"certManager": map[string]any{"enable": true}}, chartvalues.Options{Base: "https://git.example.com/spark-operator/", Ref: "v1.2.3"})
	if err != nil {
		t.Fatal(err)
	}
	all := shown(result)
	for _, want := range []string{
		"https://git.example.com/spark-operator//config/default?ref=v1.2.3", "https://git.example.com/spark-operator//config/components/cert-manager?ref=v1.2.3",
		"https://git.example.com/spark-operator//config/rbac/spark?ref=v1.2.3",
	} {
		if !strings.Contains(all, want) {
			t.Errorf("files lack %s:\n%s", want, all)
		}
	}
}
