// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build linux

package main

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"sync"

	"github.com/alauda/spark-operator/test/localcluster/internal/cache"
	"github.com/alauda/spark-operator/test/localcluster/internal/cluster"
	"github.com/alauda/spark-operator/test/localcluster/internal/component"
	"github.com/alauda/spark-operator/test/localcluster/internal/host"
	"github.com/alauda/spark-operator/test/localcluster/internal/image"
	"github.com/alauda/spark-operator/test/localcluster/internal/registry"
	"github.com/alauda/spark-operator/test/localcluster/internal/sparkimage"
)

// unpackedImages are those that pods will need at once; other names of the same image cost nothing.
func unpackedImages() []string {
	return sparkimage.Default().PlainNames()
}

// prepare makes everything that can be cached and returns where it is.
func (c *commands) prepare(ctx context.Context) (cluster.Layout, error) {
	needs := slices.Concat(host.ForRunning, c.sparkNeeds(sparkimage.Default()))
	if err := host.EnsurePackages(ctx, c.report, needs); err != nil {
		return cluster.Layout{}, err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	// Two lanes: one compiles, the other mostly waits for downloads.
	var layout cluster.Layout
	var spark, pause string
	var compileErr, sparkErr error
	var lanes sync.WaitGroup
	lanes.Go(func() {
		if sparkErr = func() (err error) { spark, err = c.spark.Image(ctx, sparkimage.Default()); return err }(); sparkErr != nil {
			cancel()
		}
	})
	layout, pause, compileErr = c.compile(ctx)
	if compileErr != nil {
		cancel()
	}
	lanes.Wait()
	if err := errors.Join(compileErr, sparkErr); err != nil {
		return cluster.Layout{}, err
	}
	layout.Seeds = []string{pause, spark}
	return layout, nil
}

// compile builds the components, and the image of pause.
func (c *commands) compile(ctx context.Context) (layout cluster.Layout, pause string, err error) {
	layout = c.layout()
	for _, target := range []struct {
		component component.Component
		dir       *string
	}{
		{component.Kubernetes, &layout.KubernetesBin},
		{component.Containerd, &layout.ContainerdBin},
		{component.CoreDNS, &layout.CoreDNSBin},
		{component.Pause, &pause},
	} {
		if *target.dir, err = c.build.Ensure(ctx, target.component); err != nil {
			return layout, "", err
		}
	}
	pause, err = c.pauseImage(pause)
	return layout, pause, err
}

// layout returns what is known without building anything.
func (c *commands) layout() cluster.Layout {
	return cluster.Layout{
		Self: cluster.Self,
		// Named by the runtime's version, in case another would not understand what this one wrote.
		ContainerdRoot: c.build.Store.Path("containerd-root", component.Containerd.Version),
	}
}

// existing returns the cluster that may be running, built from the current sources or not.
func (c *commands) existing() (*cluster.Cluster, error) {
	layout := c.layout()
	for _, target := range []struct {
		component component.Component
		dir       *string
	}{
		{component.Kubernetes, &layout.KubernetesBin},
		{component.Containerd, &layout.ContainerdBin},
		{component.CoreDNS, &layout.CoreDNSBin},
	} {
		key, err := target.component.Key(c.build.Source)
		if err != nil {
			return nil, err
		}
		*target.dir = c.build.Store.Path(target.component.Name, key)
	}
	return cluster.New(layout, c.report)
}

// pauseImage returns the seed with the image of the executable in dir.
func (c *commands) pauseImage(dir string) (string, error) {
	return c.build.Store.Ensure("pause-image", cache.Key(filepath.Base(dir)), func(seed string) error {
		executable, err := image.Executable("/pause", filepath.Join(dir, "pause"))
		if err != nil {
			return err
		}
		layer, err := image.Files(executable)
		if err != nil {
			return err
		}
		img, err := image.Build(image.Empty(), image.Settings{Entrypoint: []string{"/pause"}, User: "65535:65535"}, layer)
		if err != nil {
			return err
		}
		return registry.WriteSeed(seed, img, cluster.PauseImage)
	})
}
