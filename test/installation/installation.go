// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package installation builds what users install: config/default, its overlays, and the components in every combination
// that is offered.
package installation

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/api/resource"
	"sigs.k8s.io/kustomize/kyaml/filesys"
)

// Default is the folder of the installation that the others start from.
const Default = "config/default"

// Root is the folder of the repository.
func Root() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(file), "../..")
}

// Build builds a folder of the repository.
func Build(folder string) ([]*resource.Resource, error) {
	return build(filepath.Join(Root(), folder))
}

func build(folder string) ([]*resource.Resource, error) {
	built, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(filesys.MakeFsOnDisk(), folder)
	if err != nil {
		return nil, fmt.Errorf("build %s: %w", folder, err)
	}
	return built.Resources(), nil
}

// With builds config/default with components, as a cluster's own overlay would.
func With(components ...string) ([]*resource.Resource, error) {
	return WithSettings("", components...)
}

// WithSettings is With, and with one line of settings for both binaries.
func WithSettings(settings string, components ...string) ([]*resource.Resource, error) {
	return overlay(func(way string) string {
		var b strings.Builder
		fmt.Fprintf(&b, "resources: [%s/%s]\ncomponents:\n", way, Default)
		for _, c := range components {
			fmt.Fprintf(&b, "  - %s/config/components/%s\n", way, c)
		}
		if settings == "" {
			return b.String()
		}
		b.WriteString("configMapGenerator:\n")
		for binary, kind := range map[string]string{"controller": "ControllerConfiguration", "webhook": "WebhookConfiguration"} {
			file := fmt.Sprintf("90-cluster.yaml=apiVersion: config.sparkoperator.k8s.io/v1alpha1\nkind: %s\n%s\n", kind, settings)
			fmt.Fprintf(&b, "  - {name: spark-operator-%s-config, namespace: spark-operator, behavior: merge, literals: [%q]}\n", binary, file)
		}
		return b.String()
	})
}

// In builds a folder of the repository for another namespace.
func In(folder, namespace string) ([]*resource.Resource, error) {
	return overlay(func(way string) string {
		return fmt.Sprintf("namespace: %s\nresources: [%s/%s]\n", namespace, way, folder)
	})
}

// overlay builds a kustomization that is given the way to the repository.
func overlay(content func(way string) string) (resources []*resource.Resource, err error) {
	folder, err := os.MkdirTemp("", "installation-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	// Kustomize takes only relative paths to folders, and resolves symbolic links first.
	if folder, err = filepath.EvalSymlinks(folder); err != nil {
		return nil, err
	}
	way, err := filepath.Rel(folder, Root())
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(folder, "kustomization.yaml"), []byte(content(way)), 0o600); err != nil {
		return nil, err
	}
	return build(folder)
}

// combinations are the sets of components that may be listed together, in their order.
func combinations() [][]string {
	var all [][]string
	for _, first := range [][]string{nil, {"kerberos", "namespace-selector", "prometheus", "network-policy"}} {
		for _, last := range [][]string{nil, {"no-webhook"}, {"cert-manager"}, {"namespaced", "no-webhook"}, {"cert-manager", "namespaced"}} {
			all = append(all, slices.Concat(first, last))
		}
	}
	return all
}

// All builds every overlay, and config/default with every combination of components, by a name for each.
func All() (map[string][]*resource.Resource, error) {
	found := map[string][]*resource.Resource{}
	var err error
	for _, components := range combinations() {
		name := "default with [" + strings.Join(components, " ") + "]"
		if found[name], err = With(components...); err != nil {
			return nil, err
		}
	}
	overlays, err := filepath.Glob(filepath.Join(Root(), "config/overlays/*"))
	if err != nil {
		return nil, err
	}
	for _, overlay := range overlays {
		name := "config/overlays/" + filepath.Base(overlay)
		if found[name], err = Build(name); err != nil {
			return nil, err
		}
	}
	return found, nil
}
