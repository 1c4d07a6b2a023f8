// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"

	"sigs.k8s.io/kustomize/api/resource"

	"github.com/alauda/spark-operator/test/images"
)

// fromDockerfiles builds images from the Dockerfiles and puts them into the local cluster's registry, for each
// Deployment one. A tag is the image's id, so that a changed image is rolled out and an unchanged one is not.
func (c *Cluster) fromDockerfiles(ctx context.Context, wanted map[string]images.Image) (map[string]string, error) {
	dir, err := os.MkdirTemp("", "images-*")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	builder, err := images.NewBuilder(c.root, dir)
	if err != nil {
		return nil, err
	}
	built := map[string]string{}
	for deployment, image := range wanted {
		_, _ = fmt.Fprintf(c.out, "Build %s %s\n", image.Dockerfile, image.Target)
		id, err := builder.Build(ctx, image, "e2e")
		if err != nil {
			return nil, err
		}
		name := fmt.Sprintf("alauda/%s:%s", deployment, strings.TrimPrefix(id, "sha256:")[:12])
		if err := builder.Push(ctx, id, name); err != nil {
			return nil, err
		}
		built[deployment] = name
	}
	return built, nil
}

// slimVariable names the controller's image without Spark on clusters that are not the local one.
const slimVariable = "CONTROLLER_SLIM_IMAGE"

// slim returns the controller's image without Spark; on the local cluster it builds and loads it.
func (c *Cluster) slim(ctx context.Context) (string, error) {
	switch {
	case c.Kind != Local && os.Getenv(slimVariable) == "":
		return "", fmt.Errorf("%s does not name the controller's image without Spark", slimVariable)
	case c.Kind != Local:
		return os.Getenv(slimVariable), nil
	case os.Getenv("IMAGES") != Dockerfiles:
		return c.load(ctx, filepath.Join(c.root, "bin", "controller"), "static")
	}
	built, err := c.fromDockerfiles(ctx, map[string]images.Image{ControllerDeployment: images.ControllerSlim})
	return built[ControllerDeployment], err
}

// InstallSlim is InstallThis with the controller's image that has no Spark.
func (c *Cluster) InstallSlim(ctx context.Context, resources []*resource.Resource) error {
	usual, err := c.images(ctx)
	if err != nil {
		return err
	}
	replaced := maps.Clone(usual)
	if replaced[ControllerDeployment], err = c.slim(ctx); err != nil {
		return err
	}
	return c.InstallWith(ctx, resources, replaced)
}
