// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"
)

const root = "../.."

var testImages = images{
	controller: "r.example.com/s/spark-operator-controller:v0.2.0", webhook: "r.example.com/s/spark-operator-webhook:v0.2.0",
	spark: "r.example.com/s/spark:4.0.1", scorecard: "r.example.com/s/scorecard-test:v1", bundle: "r.example.com/s/spark-operator-bundle:v0.2.0",
}

// generated returns the folder of a bundle of its own.
func generated(t *testing.T, o options) string {
	t.Helper()
	o.root, o.out = root, filepath.Join(t.TempDir(), "bundle")
	if err := generate(o, io.Discard); err != nil {
		t.Fatal(err)
	}
	return filepath.Dir(o.out)
}

func contents(t *testing.T, folder string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		files[strings.TrimPrefix(path, folder)] = string(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestTheSameInputGivesTheSameBundle(t *testing.T) {
	o := options{version: "v0.2.0", images: testImages}
	if diff := cmp.Diff(contents(t, generated(t, o)), contents(t, generated(t, o))); diff != "" {
		t.Errorf("twice the same (-first +second):\n%s", diff)
	}
}

func TestOneRegistryHasAllImages(t *testing.T) {
	for name, content := range contents(t, generated(t, options{version: "v0.2.0", images: testImages})) {
		for line := range strings.Lines(content) {
			_, image, isImage := strings.Cut(strings.ReplaceAll(line, `"`, ""), "image: ")
			if isImage && !strings.HasPrefix(image, "r.example.com/s/") && strings.Contains(image, ":") && !strings.Contains(name, "sparkoperator.k8s.io_") {
				t.Errorf("%s: image %s", name, image)
			}
		}
	}
}

func TestAReleaseIsPinnedAsAWhole(t *testing.T) {
	hash := func(digit string) string { return "sha256:" + strings.Repeat(digit, 64) }
	file := filepath.Join(t.TempDir(), "digests")
	write := func(lines ...string) {
		if err := os.WriteFile(file, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("controller "+hash("1"), "webhook "+hash("2"), "spark "+hash("3"), "scorecard "+hash("4"), "bundle "+hash("5"))
	got := testImages
	if err := got.pin(file); err != nil {
		t.Fatal(err)
	}
	want := images{
		controller: "r.example.com/s/spark-operator-controller@" + hash("1"), webhook: "r.example.com/s/spark-operator-webhook@" + hash("2"),
		spark: "r.example.com/s/spark@" + hash("3"), scorecard: "r.example.com/s/scorecard-test@" + hash("4"), bundle: "r.example.com/s/spark-operator-bundle@" + hash("5"),
	}
	if got != want {
		t.Errorf("pinned %+v, want %+v", got, want)
	}
	csv := contents(t, generated(t, options{version: "v0.2.0", images: got}))["/bundle/manifests/spark-operator.clusterserviceversion.yaml"]
	for _, tag := range []string{":v0.2.0\n", ":4.0.1\n", `:4.0.1\"`} {
		if strings.Contains(csv, tag) {
			t.Errorf("a pinned bundle has the tag %q", tag)
		}
	}
	for name, lines := range map[string][]string{
		"it has no digest of webhook": {"controller " + hash("1"), "spark " + hash("3"), "scorecard " + hash("4"), "bundle " + hash("5")},
		`"controler`:                  {"controler " + hash("1")},
		`"controller v0.1.0"`:         {"controller v0.1.0"},
	} {
		write(lines...)
		again := testImages
		if err := again.pin(file); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%v: error %v, want one with %s", lines, err, name)
		}
	}
}

func TestRepository(t *testing.T) {
	for image, want := range map[string]string{
		"spark": "spark", "spark:4": "spark", "r:5000/spark": "r:5000/spark", "r:5000/spark:4": "r:5000/spark", "r:5000/a/spark:4@sha256:0": "r:5000/a/spark",
	} {
		if got := repository(image); got != want {
			t.Errorf("repository(%q) = %q, want %q", image, got, want)
		}
	}
}

// An upgrade goes from the version that is named, and from any earlier one at once.
func TestUpgrades(t *testing.T) {
	files := contents(t, generated(t, options{version: "v0.2.0", replaces: "v0.1.0", images: testImages}))
	var csv struct {
		Metadata struct {
			Name        string
			Annotations map[string]string
		}
		Spec struct{ Version, Replaces string }
	}
	if err := yaml.Unmarshal([]byte(files["/bundle/manifests/spark-operator.clusterserviceversion.yaml"]), &csv); err != nil {
		t.Fatal(err)
	}
	got := []string{csv.Metadata.Name, csv.Spec.Version, csv.Spec.Replaces, csv.Metadata.Annotations["olm.skipRange"]}
	if diff := cmp.Diff([]string{"spark-operator.v0.2.0", "0.2.0", "spark-operator.v0.1.0", "<0.2.0"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// copyOfBundle is the bundle of the repository under a root of its own, for a test to break.
func copyOfBundle(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	if err := os.CopyFS(filepath.Join(folder, "bundle"), os.DirFS(filepath.Join(root, "bundle"))); err != nil {
		t.Fatal(err)
	}
	return folder
}

// Each validator looks at the bundle: what it is there for is found.
func TestValidatorsFindFaults(t *testing.T) {
	const csv = "bundle/manifests/spark-operator.clusterserviceversion.yaml"
	var out bytes.Buffer
	if err := validate(options{root: copyOfBundle(t)}, &out); err != nil {
		t.Fatalf("the bundle itself: %v\n%s", err, &out)
	}
	for name, tc := range map[string]struct{ file, from, to, want string }{
		"csv":            {csv, "supported: true\n    type: AllNamespaces", "supported: maybe\n    type: AllNamespaces", "supported"},
		"operatorhub":    {csv, "mediatype: image/svg+xml", "mediatype: image/bmp", "operatorhub"},
		"categories":     {csv, "categories: Big Data", "categories: Large Data", "categories"},
		"capabilities":   {csv, "capabilities: Seamless Upgrades", "capabilities: Fine Upgrades", "capabilities"},
		"good practices": {csv, "name: spark-operator.v0.1.0", "name: spark-operator", "good-practices"},
		"bundle":         {csv, "kind: SparkConnect\n      name: sparkconnects.sparkoperator.k8s.io", "kind: SparkConnekt\n      name: sparkconnekts.sparkoperator.k8s.io", "bundle"},
		"crd":            {"bundle/manifests/sparkoperator.k8s.io_sparkconnects.yaml", "plural: sparkconnects", "plural: others", "crd"},
		"deprecated":     {"bundle/manifests/spark-operator-webhook_policy_v1_poddisruptionbudget.yaml", "apiVersion: policy/v1", "apiVersion: policy/v1beta1", "alpha-deprecated-apis"},
		"objects":        {"bundle/manifests/spark-operator-webhook_policy_v1_poddisruptionbudget.yaml", "minAvailable: 1", "minAvailable: 100%", "objects"},
	} {
		t.Run(name, func(t *testing.T) {
			folder := copyOfBundle(t)
			file := filepath.Join(folder, tc.file)
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			broken := strings.Replace(string(content), tc.from, tc.to, 1)
			if broken == string(content) {
				t.Fatalf("%s has no %q", tc.file, tc.from)
			}
			if err := os.WriteFile(file, []byte(broken), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := validate(options{root: folder}, io.Discard); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error %v, want one with %q", err, tc.want)
			}
		})
	}
}

func TestInputsThatABundleCannotHave(t *testing.T) {
	for name, tc := range map[string]struct{ object, want string }{
		"a Namespace":              {"apiVersion: v1\nkind: Namespace\nmetadata: {name: other}\n", "Namespace other: a bundle cannot have it"},
		"a Role that is not bound": {"apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: other}\n", "Role other is bound to no service account"},
	} {
		t.Run(name, func(t *testing.T) {
			folder, err := filepath.EvalSymlinks(t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			absolute, err := filepath.Abs(filepath.Join(root, "config/manifests"))
			if err != nil {
				t.Fatal(err)
			}
			way, err := filepath.Rel(folder, absolute)
			if err != nil {
				t.Fatal(err)
			}
			for file, content := range map[string]string{"kustomization.yaml": "resources: [" + way + ", other.yaml]\n", "other.yaml": tc.object} {
				if err := os.WriteFile(filepath.Join(folder, file), []byte(content), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			in, err := read(folder)
			if err == nil {
				_, err = in.csv(options{root: root, version: "v0.2.0", images: testImages})
			}
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error %v, want %s", err, tc.want)
			}
		})
	}
}

func TestDescriptorsAreOfFields(t *testing.T) {
	in, err := read(filepath.Join(root, "config/manifests"))
	if err != nil {
		t.Fatal(err)
	}
	owned := in.base.Spec.CustomResourceDefinitions.Owned
	owned[0].SpecDescriptors[0].Path = "driver.coars"
	if err := in.describe(owned[1:]); err == nil || !strings.Contains(err.Error(), "sparkapplications.sparkoperator.k8s.io is not described") {
		t.Errorf("a CRD that is not described: error %v", err)
	}
	if err := in.describe(owned); err == nil || !strings.Contains(err.Error(), "SparkApplication.spec.driver.coars: the CRD has no such field") {
		t.Errorf("a field that there is not: error %v", err)
	}
}
