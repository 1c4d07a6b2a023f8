// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/alauda/spark-operator/test/localcluster/internal/cgroup"
	"github.com/alauda/spark-operator/test/localcluster/internal/host"
	"github.com/alauda/spark-operator/test/localcluster/internal/network"
	"github.com/alauda/spark-operator/test/localcluster/internal/process"
	"github.com/alauda/spark-operator/test/localcluster/internal/progress"
	"github.com/alauda/spark-operator/test/localcluster/internal/registry"
)

// settingsFile remembers the kernel's settings from before the cluster.
const settingsFile = lib + "/kernel-settings.json"

// Cluster is the one cluster of this machine.
type Cluster struct {
	Layout     Layout
	Report     *progress.Reporter
	supervisor process.Supervisor
	groups     cgroup.Tree
}

// New returns the cluster of this machine, whether it runs or not.
func New(layout Layout, report *progress.Reporter) (*Cluster, error) {
	groups, err := cgroup.Detect()
	if err != nil {
		return nil, err
	}
	layout.FailCgroupV1 = !groups.Version1()
	layout.RestrictOOMScoreAdj = !host.MayLowerOOMScore()
	layout.MasqueradeAll = !host.BridgeFilter()
	return &Cluster{
		Layout:     layout,
		Report:     report,
		groups:     groups,
		supervisor: process.Supervisor{PidDir: run + "/pids", LogDir: lib + "/logs", Groups: groups},
	}, nil
}

// Up starts the cluster in six steps and returns when pods can run. What a crashed predecessor left must be gone (see
// Down).
func (c *Cluster) Up(ctx context.Context, images []string) error {
	programs := map[string]Program{}
	for _, program := range c.Layout.Programs() {
		programs[program.Name] = program
	}

	// 1. The machine: folders, control groups, kernel settings, the bridge.
	if err := c.prepare(); err != nil {
		return err
	}

	// 2. What needs nothing else.
	if err := c.startAll(ctx, programs["registry"], programs["containerd"], programs["etcd"]); err != nil {
		return err
	}

	// 3. The API server; meanwhile containerd unpacks the images that pods will need.
	var pulled error
	var pulling sync.WaitGroup
	pulling.Go(func() { pulled = c.preparePulls(ctx, images) })
	defer pulling.Wait()
	if err := c.startAll(ctx, programs["kube-apiserver"]); err != nil {
		return err
	}

	// 4. Roles and policies, before anyone needs them.
	if err := c.Report.Step("Install roles and policies", func() error { return c.Layout.applyManifests(ctx) }); err != nil {
		return err
	}

	// 5. Everything that is a client of the API server.
	err := c.startAll(ctx, programs["kube-controller-manager"], programs["kube-scheduler"],
		programs["kube-proxy"], programs["coredns"], programs["kubelet"])
	if err != nil {
		return err
	}

	// 6. Readiness of the whole.
	err = c.Report.Step("Wait until the node is ready", func() error { return c.Layout.awaitNode(ctx) })
	if err != nil {
		return withLog(c.supervisor, "kubelet", err)
	}
	pulling.Wait()
	return pulled
}

// Check returns why the cluster would not get what it needs from the machine, or nil. It must not be up.
func (c *Cluster) Check(ctx context.Context) error {
	var listens []string
	for _, program := range c.Layout.Programs() {
		listens = append(listens, program.Listens...)
	}
	return errors.Join(host.CheckNoOtherCluster(), host.CheckPorts(ctx, listens))
}

// prepare makes what processes need before they start.
func (c *Cluster) prepare() error {
	for _, dir := range []string{lib + "/logs", lib + "/registry", lib + "/pod-logs", lib + "/volume-plugins", run + "/pids"} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(c.Layout.ContainerdRoot, 0o711); err != nil {
		return err
	}
	return errors.Join(
		c.groups.Create(),
		host.ConfigureKernel(settingsFile),
		network.Up(),
		c.Layout.writeConfigs(),
		c.Layout.issueCertificates(),
		c.Layout.forgetContainers(),
		copySelf(c.Layout.Self),
	)
}

// copySelf copies this program's executable.
func copySelf(target string) error {
	source, err := os.Executable()
	if err != nil {
		return err
	}
	content, err := os.ReadFile(source)
	if err != nil {
		return err
	}
	return writeFile(target, content, 0o755)
}

// startAll starts programs that do not need one another, and waits until all are healthy.
func (c *Cluster) startAll(ctx context.Context, programs ...Program) error {
	var group sync.WaitGroup
	failures := make([]error, len(programs))
	for i, program := range programs {
		group.Go(func() {
			failures[i] = c.Report.Step(fmt.Sprintf("Start %s %s", program.Name, program.Version), func() error {
				if err := c.supervisor.Start(program.Spec); err != nil {
					return err
				}
				return await(ctx, c.supervisor, program)
			})
		})
	}
	group.Wait()
	return errors.Join(failures...)
}

// Load pushes an image to the registry and has containerd pull it.
func (c *Cluster) Load(ctx context.Context, name string, img v1.Image) error {
	if err := registry.Push(ctx, name, img); err != nil {
		return err
	}
	return c.Layout.pull(ctx, name)
}

// Publish adds a seed to the running registry and has containerd pull the named images of it.
func (c *Cluster) Publish(ctx context.Context, seed string, images []string) error {
	if err := registry.Publish(ctx, lib+"/registry", seed); err != nil {
		return err
	}
	for _, image := range images {
		if err := c.Layout.pull(ctx, image); err != nil {
			return err
		}
	}
	return nil
}

// preparePulls has containerd unpack the images, and forget those of a former cluster.
func (c *Cluster) preparePulls(ctx context.Context, images []string) error {
	images = append([]string{PauseImage}, images...)
	return c.Report.Step("Unpack images", func() error {
		if err := c.Layout.forgetImages(ctx, images); err != nil {
			return err
		}
		for _, image := range images {
			if err := c.Layout.pull(ctx, image); err != nil {
				return withLog(c.supervisor, "containerd", err)
			}
		}
		return nil
	})
}
