// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/blang/semver/v4"
	"github.com/operator-framework/api/pkg/lib/version"
	"github.com/operator-framework/api/pkg/operators/v1alpha1"
)

// csvName is the name of the CSV of a version, which begins with v.
func csvName(pkg, version string) string { return pkg + "." + version }

// csv returns the ClusterServiceVersion.
func (in *inputs) csv(o options) (*v1alpha1.ClusterServiceVersion, error) {
	csv := in.base.DeepCopy()
	pkg := csv.Name
	number, err := semver.Parse(strings.TrimPrefix(o.version, "v"))
	if err != nil {
		return nil, fmt.Errorf("version %q: %w", o.version, err)
	}
	csv.Name, csv.Namespace = csvName(pkg, "v"+number.String()), "placeholder"
	csv.Spec.Version = version.OperatorVersion{Version: number}
	// Whoever has any earlier version may come here at once.
	csv.Annotations["olm.skipRange"] = "<" + number.String()
	if o.replaces != "" {
		csv.Spec.Replaces = csvName(pkg, o.replaces)
	}
	csv.Annotations["containerImage"] = o.images.controller
	if csv.Annotations["alm-examples"], err = in.examples(o.images.spark); err != nil {
		return nil, err
	}
	icon, err := os.ReadFile(filepath.Join(o.root, "config/manifests/icon.svg"))
	if err != nil {
		return nil, err
	}
	csv.Spec.Icon = []v1alpha1.Icon{{Data: base64.StdEncoding.EncodeToString(icon), MediaType: "image/svg+xml"}}
	for _, i := range o.images.operator() {
		csv.Spec.RelatedImages = append(csv.Spec.RelatedImages, v1alpha1.RelatedImage{Name: i.name, Image: i.image})
	}
	if err := in.describe(csv.Spec.CustomResourceDefinitions.Owned); err != nil {
		return nil, err
	}
	if csv.Spec.WebhookDefinitions, err = in.webhooks(); err != nil {
		return nil, err
	}
	csv.Spec.InstallStrategy.StrategyName = v1alpha1.InstallStrategyNameDeployment
	strategy := &csv.Spec.InstallStrategy.StrategySpec
	if strategy.Permissions, err = in.permissions(); err != nil {
		return nil, err
	}
	strategy.DeploymentSpecs, err = in.deploymentSpecs(o.images)
	return csv, err
}

// deploymentSpecs returns the Deployments, with the images that are asked for.
func (in *inputs) deploymentSpecs(i images) ([]v1alpha1.StrategyDeploymentSpec, error) {
	var specs []v1alpha1.StrategyDeploymentSpec
	for _, d := range in.deployments {
		spec := *d.Spec.DeepCopy()
		for c := range spec.Template.Spec.Containers {
			container := &spec.Template.Spec.Containers[c]
			image, known := map[string]string{"controller": i.controller, "webhook": i.webhook}[container.Name]
			if !known || image == "" {
				return nil, fmt.Errorf("no image is given for container %s of Deployment %s", container.Name, d.Name)
			}
			container.Image = image
		}
		if len(spec.Template.Spec.InitContainers) > 0 {
			return nil, fmt.Errorf("no image is given for the init containers of Deployment %s", d.Name)
		}
		specs = append(specs, v1alpha1.StrategyDeploymentSpec{Name: d.Name, Label: d.Labels, Spec: spec})
	}
	return specs, nil
}

// examples returns the samples as a console offers them: in whatever namespace its user is, and with an image that can
// be pulled where the bundle's others can.
func (in *inputs) examples(sparkImage string) (string, error) {
	for _, sample := range in.samples {
		metadata, _ := sample["metadata"].(map[string]any)
		delete(metadata, "namespace")
		retarget(sample["spec"], sparkImage)
	}
	content, err := json.MarshalIndent(in.samples, "", "  ")
	return string(content), err
}

// retarget replaces the images of a sample, wherever they are in it.
func retarget(value any, image string) {
	switch v := value.(type) {
	case map[string]any:
		for key, inner := range v {
			if _, isText := inner.(string); isText && key == "image" {
				v[key] = image
				continue
			}
			retarget(inner, image)
		}
	case []any:
		for _, inner := range v {
			retarget(inner, image)
		}
	}
}
