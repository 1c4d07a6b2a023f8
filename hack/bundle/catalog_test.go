// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/base64"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"
)

func catalogOf(t *testing.T, o options) []blob {
	t.Helper()
	o.root, o.out = root, t.TempDir()
	if err := catalog(o, io.Discard); err != nil {
		t.Fatal(err)
	}
	blobs, err := readBlobs(filepath.Join(o.out, "spark-operator/catalog.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return blobs
}

func TestCatalogOfAnImage(t *testing.T) {
	blobs := catalogOf(t, options{images: testImages})
	var got []string
	for _, b := range blobs {
		got = append(got, b["schema"].(string)+" "+b["name"].(string))
	}
	want := []string{"olm.package spark-operator", "olm.channel candidate", "olm.channel stable", "olm.bundle spark-operator.v0.1.0"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("catalog (-want +got):\n%s", diff)
	}
	if icon := blobs[0]["icon"].(map[string]any)["base64data"]; icon == nil {
		t.Error("the package has no icon")
	}
	bundle := blobs[len(blobs)-1]
	if bundle["image"] != testImages.bundle {
		t.Errorf("the bundle is pulled from %v", bundle["image"])
	}
	kinds := map[string]int{}
	for _, p := range bundle["properties"].([]any) {
		kinds[p.(map[string]any)["type"].(string)]++
	}
	if diff := cmp.Diff(map[string]int{"olm.package": 1, "olm.gvk": 3, "olm.csv.metadata": 1}, kinds); diff != "" {
		t.Errorf("properties (-want +got):\n%s", diff)
	}
	related := bundle["relatedImages"].([]any)
	if last := related[len(related)-1].(map[string]any)["image"]; len(related) != 4 || last != testImages.bundle {
		t.Errorf("related images are %v", related)
	}
}

func TestCatalogWithTheManifestsInIt(t *testing.T) {
	blobs := catalogOf(t, options{inline: true})
	bundle := blobs[len(blobs)-1]
	var kinds []string
	for _, p := range bundle["properties"].([]any) {
		data, isObject := p.(map[string]any)["value"].(map[string]any)["data"].(string)
		if !isObject {
			continue
		}
		content, err := base64.StdEncoding.DecodeString(data)
		if err != nil {
			t.Fatal(err)
		}
		var object struct{ Kind string }
		if err := yaml.Unmarshal(content, &object); err != nil {
			t.Fatal(err)
		}
		kinds = append(kinds, object.Kind)
	}
	files, err := filepath.Glob(filepath.Join(root, "bundle/manifests/*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if bundle["image"] != "" || len(kinds) != len(files) {
		t.Errorf("image %v and manifests %v, want none and %d", bundle["image"], kinds, len(files))
	}
}

func TestCatalogsThatOLMWouldMisread(t *testing.T) {
	const head = "schema: olm.package\nname: p\ndefaultChannel: stable\n---\n"
	const bundles = "---\nschema: olm.bundle\nname: p.v1\n---\nschema: olm.bundle\nname: p.v2\n"
	for name, tc := range map[string]struct{ content, want string }{
		"right":                 {head + "schema: olm.channel\nname: stable\nentries:\n- {name: p.v1}\n- {name: p.v2, replaces: p.v1}\n" + bundles, ""},
		"skipped":               {head + "schema: olm.channel\nname: stable\nentries:\n- {name: p.v1}\n- {name: p.v2, skips: [p.v1]}\n" + bundles, ""},
		"two heads":             {head + "schema: olm.channel\nname: stable\nentries:\n- {name: p.v1}\n- {name: p.v2}\n" + bundles, "channel stable has 2 heads"},
		"a bundle that is gone": {head + "schema: olm.channel\nname: stable\nentries:\n- {name: p.v0}\n" + bundles, "there is no bundle p.v0"},
		"a bundle twice":        {head + "schema: olm.channel\nname: stable\nentries:\n- {name: p.v1}\n" + bundles + bundles, "bundle p.v1 is there 2 times"},
		"no default channel":    {head + "schema: olm.channel\nname: fast\nentries:\n- {name: p.v1}\n" + bundles, "there is no channel stable"},
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "catalog.yaml")
			if err := os.WriteFile(file, []byte(tc.content), 0o600); err != nil {
				t.Fatal(err)
			}
			blobs, err := readBlobs(file)
			if err != nil {
				t.Fatal(err)
			}
			err = checkCatalog(blobs)
			if (err == nil) != (tc.want == "") || err != nil && !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error %v, want %q", err, tc.want)
			}
		})
	}
}
