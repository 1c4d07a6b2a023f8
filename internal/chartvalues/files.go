// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package chartvalues

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"
)

const (
	controllerName = "spark-operator-controller"
	webhookName    = "spark-operator-webhook"
	ownNamespace   = "spark-operator"
	configVersion  = "config.sparkoperator.k8s.io/v1alpha1"
)

// componentOrder is the order in which components are listed: some change what others add.
var componentOrder = []string{"coscheduling", "namespace-selector", "prometheus", "cert-manager", "no-webhook"}

// files returns the kustomization and what it consists of.
func (c *converter) files(o Options) (map[string][]byte, error) {
	files := map[string][]byte{}
	var components []any
	for _, name := range componentOrder {
		if c.components[name] {
			components = append(components, o.folder("config/components/"+name))
		}
	}
	generators, err := c.settingsFiles(files)
	if err != nil {
		return nil, err
	}
	patches, err := c.patchFiles(files)
	if err != nil {
		return nil, err
	}
	var replicas, labels []any
	for _, name := range slices.Sorted(maps.Keys(c.replicas)) {
		replicas = append(replicas, document{"name": name, "count": c.replicas[name]})
	}
	if len(c.labels) > 0 {
		labels = []any{document{"pairs": c.labels, "includeTemplates": true}}
	}
	resources := []string{o.folder("config/default")}
	if c.volcano {
		resources = append(resources, o.folder("config/rbac/volcano"))
	}
	k := document{"resources": resources}
	for key, list := range map[string][]any{
		"components": components, "configMapGenerator": generators, "patches": patches, "replicas": replicas, "labels": labels,
	} {
		if len(list) > 0 {
			k[key] = list
		}
	}
	if err := c.driverFiles(files, o); err != nil {
		return nil, err
	}
	return files, put(files, "kustomization.yaml", k)
}

// settingsFiles adds the configuration files, and returns what puts them into the ConfigMaps.
func (c *converter) settingsFiles(files map[string][]byte) ([]any, error) {
	var generators []any
	for _, binary := range []struct {
		name, kind, file string
		settings         document
	}{{controllerName, "ControllerConfiguration", "controller.yaml", c.controller}, {webhookName, "WebhookConfiguration", "webhook.yaml", c.webhook}} {
		if len(binary.settings) == 0 {
			continue
		}
		binary.settings["apiVersion"], binary.settings["kind"] = configVersion, binary.kind
		generators = append(generators, document{
			"name": binary.name + "-config", "namespace": ownNamespace, "behavior": "merge", "files": []string{"90-values.yaml=" + binary.file},
		})
		if err := put(files, binary.file, binary.settings); err != nil {
			return nil, err
		}
	}
	return generators, nil
}

// patchFiles adds the patches, and returns what applies them.
func (c *converter) patchFiles(files map[string][]byte) ([]any, error) {
	var patches []any
	for _, kind := range []struct {
		name, apiVersion string
		objects          map[string]document
	}{{"Deployment", "apps/v1", c.deployments}, {"ServiceAccount", "v1", c.accounts}} {
		for _, name := range slices.Sorted(maps.Keys(kind.objects)) {
			patch := kind.objects[name]
			patch["apiVersion"], patch["kind"] = kind.apiVersion, kind.name
			patch.set("metadata.name", name)
			file := strings.ToLower(kind.name) + "_" + strings.TrimPrefix(name, "spark-operator-") + ".yaml"
			patches = append(patches, document{"path": file, "target": document{"kind": kind.name, "name": name}})
			if err := put(files, file, patch); err != nil {
				return nil, err
			}
		}
	}
	if len(c.certificates) == 0 || !c.components["cert-manager"] {
		return patches, nil
	}
	content := document{"apiVersion": "cert-manager.io/v1", "kind": "Certificate", "metadata": document{"name": "any"}, "spec": c.certificates}
	patches = append(patches, document{"path": "certificate.yaml", "target": document{"kind": "Certificate", "name": "spark-operator-(webhook|metrics)"}})
	return patches, put(files, "certificate.yaml", content)
}

// driverFiles adds what drivers need in each namespace of applications; each is applied on its own.
func (c *converter) driverFiles(files map[string][]byte, o Options) error {
	if c.noDrivers {
		return nil
	}
	for _, namespace := range c.namespaces {
		up := o
		if !o.remote() {
			up.Base = "../../" + o.Base
		}
		k := document{"namespace": namespace, "resources": []string{up.folder("config/rbac/spark")}}
		if err := put(files, "drivers/"+namespace+"/kustomization.yaml", k); err != nil {
			return err
		}
	}
	return nil
}

func (o Options) remote() bool { return strings.Contains(o.Base, "://") }

// folder returns how kustomize finds a folder of the repository.
func (o Options) folder(path string) string {
	if o.remote() {
		return fmt.Sprintf("%s//%s?ref=%s", strings.TrimSuffix(o.Base, "/"), path, o.Ref)
	}
	return strings.TrimSuffix(o.Base, "/") + "/" + path
}

func put(files map[string][]byte, name string, content document) error {
	data, err := yaml.Marshal(content)
	if err != nil {
		return err
	}
	files[name] = append(bytes.Clone([]byte("# Made by spark-operator convert-values.\n")), data...)
	return nil
}
