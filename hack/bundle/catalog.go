// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/operator-framework/api/pkg/manifests"
	"github.com/operator-framework/api/pkg/operators/v1alpha1"
	"sigs.k8s.io/yaml"
)

// blob is a document of a file-based catalog.
type blob = map[string]any

// catalog writes the catalog: the package and channels of the template, the bundles that were released, and the bundle
// that is here.
func catalog(o options, _ io.Writer) error {
	blobs, err := readBlobs(filepath.Join(o.root, "catalog/template.yaml"))
	if err != nil {
		return err
	}
	released, err := filepath.Glob(filepath.Join(o.root, "catalog/bundles/*.yaml"))
	if err != nil {
		return err
	}
	for _, file := range released {
		bundles, err := readBlobs(file)
		if err != nil {
			return err
		}
		blobs = append(blobs, bundles...)
	}
	current, err := bundleBlob(o)
	if err != nil {
		return err
	}
	here := func(b blob) bool { return b["schema"] == "olm.bundle" && b["name"] == current["name"] }
	if !slices.ContainsFunc(blobs, here) {
		blobs = append(blobs, current)
	}
	if err := checkCatalog(blobs); err != nil {
		return err
	}
	if err := addIcon(o, blobs); err != nil {
		return err
	}
	if o.out == "" {
		return errors.New("-out is not given; name the folder to write")
	}
	content, err := joined(blobs)
	if err != nil {
		return err
	}
	folder := filepath.Join(o.out, fmt.Sprint(current["package"]))
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, "catalog.yaml"), content, 0o644)
}

func readBlobs(file string) ([]blob, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var blobs []blob
	for document := range bytes.SplitSeq(content, []byte("\n---\n")) {
		var b blob
		if err := yaml.UnmarshalStrict(document, &b); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		blobs = append(blobs, b)
	}
	return blobs, nil
}

func joined(blobs []blob) ([]byte, error) {
	var b bytes.Buffer
	for _, one := range blobs {
		content, err := yaml.Marshal(one)
		if err != nil {
			return nil, err
		}
		b.WriteString("---\n")
		b.Write(content)
	}
	return b.Bytes(), nil
}

// bundleBlob returns the document of the bundle that is here.
func bundleBlob(o options) (blob, error) {
	folder := filepath.Join(o.root, "bundle")
	bundle, err := manifests.GetBundleFromDir(folder)
	if err != nil {
		return nil, fmt.Errorf("read bundle: %w", err)
	}
	csv := bundle.CSV
	pkg, _, _ := strings.Cut(csv.Name, ".")
	properties := []any{property("olm.package", blob{"packageName": pkg, "version": csv.Spec.Version.String()})}
	for _, owned := range csv.Spec.CustomResourceDefinitions.Owned {
		properties = append(properties, property("olm.gvk", blob{"group": group, "version": owned.Version, "kind": owned.Kind}))
	}
	related := []any{}
	for _, i := range csv.Spec.RelatedImages {
		related = append(related, blob{"name": i.Name, "image": i.Image})
	}
	b := blob{"schema": "olm.bundle", "package": pkg, "name": csv.Name, "image": o.images.bundle}
	if o.inline {
		objects, err := inlined(filepath.Join(folder, "manifests"))
		if err != nil {
			return nil, err
		}
		properties, b["image"] = append(properties, objects...), ""
	} else {
		if o.images.bundle == "" {
			return nil, errors.New("-bundle-image is not given; name the image of the bundle, or use -inline")
		}
		properties = append(properties, property("olm.csv.metadata", metadata(csv)))
		related = append(related, blob{"name": "", "image": o.images.bundle})
	}
	b["properties"], b["relatedImages"] = properties, related
	return b, nil
}

func property(kind string, value any) blob { return blob{"type": kind, "value": value} }

// metadata is what of a CSV a catalog shows before the bundle is pulled.
func metadata(csv *v1alpha1.ClusterServiceVersion) blob {
	return blob{
		"annotations": csv.Annotations, "apiServiceDefinitions": csv.Spec.APIServiceDefinitions,
		"crdDescriptions": csv.Spec.CustomResourceDefinitions, "description": csv.Spec.Description,
		"displayName": csv.Spec.DisplayName, "installModes": csv.Spec.InstallModes, "keywords": csv.Spec.Keywords,
		"labels": csv.Labels, "links": csv.Spec.Links, "maintainers": csv.Spec.Maintainers, "maturity": csv.Spec.Maturity,
		"minKubeVersion": csv.Spec.MinKubeVersion, "provider": csv.Spec.Provider,
	}
}

// inlined returns the manifests of a folder as a catalog carries them.
func inlined(folder string) ([]any, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*.yaml"))
	if err != nil {
		return nil, err
	}
	var objects []any
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		converted, err := yaml.YAMLToJSON(content)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		objects = append(objects, property("olm.bundle.object", blob{"data": base64.StdEncoding.EncodeToString(converted)}))
	}
	return objects, nil
}

// addIcon puts the icon, which is kept once, into the package.
func addIcon(o options, blobs []blob) error {
	icon, err := os.ReadFile(filepath.Join(o.root, "config/manifests/icon.svg"))
	if err != nil {
		return err
	}
	for _, b := range blobs {
		if of, isObject := b["icon"].(map[string]any); isObject {
			of["base64data"] = base64.StdEncoding.EncodeToString(icon)
		}
	}
	return nil
}

// checkCatalog finds what OLM would refuse, or would resolve in another way than was meant.
func checkCatalog(blobs []blob) error {
	bundles, channels, defaultChannel := map[any]int{}, map[any]bool{}, any(nil)
	for _, b := range blobs {
		switch b["schema"] {
		case "olm.package":
			defaultChannel = b["defaultChannel"]
		case "olm.bundle":
			bundles[b["name"]]++
		}
	}
	var errs []error
	for name, count := range bundles {
		if count > 1 {
			errs = append(errs, fmt.Errorf("bundle %v is there %d times", name, count))
		}
	}
	for _, b := range blobs {
		if b["schema"] != "olm.channel" {
			continue
		}
		channels[b["name"]] = true
		errs = append(errs, checkChannel(b, bundles))
	}
	if !channels[defaultChannel] {
		errs = append(errs, fmt.Errorf("there is no channel %v, which is to be the default", defaultChannel))
	}
	return errors.Join(errs...)
}

// checkChannel asks that a channel has one head, and that what it leads through is there.
func checkChannel(channel blob, bundles map[any]int) error {
	entries, _ := channel["entries"].([]any)
	heads, left := map[any]bool{}, map[any]bool{}
	var errs []error
	for _, e := range entries {
		entry, _ := e.(map[string]any)
		heads[entry["name"]] = true
		if bundles[entry["name"]] == 0 {
			errs = append(errs, fmt.Errorf("channel %v: there is no bundle %v; render it once when it is released, into catalog/bundles", channel["name"], entry["name"]))
		}
		left[entry["replaces"]] = true
		skips, _ := entry["skips"].([]any)
		for _, skipped := range skips {
			left[skipped] = true
		}
	}
	for name := range left {
		delete(heads, name)
	}
	if len(heads) != 1 {
		errs = append(errs, fmt.Errorf("channel %v has %d heads, want one: an entry that no other replaces or skips", channel["name"], len(heads)))
	}
	return errors.Join(errs...)
}
