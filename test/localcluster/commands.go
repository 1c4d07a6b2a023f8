// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
	"time"

	"github.com/alauda/spark-operator/test/localcluster/internal/cache"
	"github.com/alauda/spark-operator/test/localcluster/internal/cluster"
	"github.com/alauda/spark-operator/test/localcluster/internal/component"
	"github.com/alauda/spark-operator/test/localcluster/internal/host"
	"github.com/alauda/spark-operator/test/localcluster/internal/progress"
	"github.com/alauda/spark-operator/test/localcluster/internal/sparkimage"
)

// lockName keeps two commands from changing the cluster at the same time. It is the name of a socket that is not in the
// file system: it vanishes with its process, and down leaves no file.
const lockName = "@spark-operator-localcluster-lock"

// commands are the commands and what they share.
type commands struct {
	stdout io.Writer
	report *progress.Reporter
	build  component.Builder
	spark  sparkimage.Builder
}

func newCommands(stdout, stderr io.Writer) (*commands, error) {
	store, err := cache.Open()
	if err != nil {
		return nil, err
	}
	source, err := component.SourceDir()
	if err != nil {
		return nil, err
	}
	report := progress.New(stderr)
	return &commands{
		stdout: stdout,
		report: report,
		build:  component.Builder{Store: store, Report: report, Source: source},
		spark:  sparkimage.Builder{Store: store, Report: report},
	}, nil
}

func (c *commands) help(context.Context, []string) error {
	_, err := fmt.Fprint(c.stdout, usage)
	return err
}

// assets prints the folder of executables for controller-runtime's envtest.
func (c *commands) assets(ctx context.Context, _ []string) error {
	dir, err := c.build.Ensure(ctx, component.Kubernetes)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(c.stdout, dir)
	return err
}

func (c *commands) kubeconfig(context.Context, []string) error {
	if _, err := os.Stat(cluster.Kubeconfig); err != nil {
		return errNotUp
	}
	_, err := fmt.Fprintln(c.stdout, cluster.Kubeconfig)
	return err
}

func (c *commands) prefetch(ctx context.Context, _ []string) error {
	if err := host.CheckSystem(); err != nil {
		return err
	}
	_, err := c.prepare(ctx)
	return err
}

func (c *commands) up(ctx context.Context, _ []string) error {
	start := time.Now()
	if err := host.CheckSystem(); err != nil {
		return err
	}
	unlock, err := c.exclusive(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	if running, err := c.existing(); err == nil && running.Settled(ctx) {
		c.report.Say("The cluster is up already.")
		return c.sayHow(running.Layout)
	}
	layout, err := c.prepare(ctx)
	if err != nil {
		return err
	}
	created, err := cluster.New(layout, c.report)
	if err != nil {
		return err
	}
	if created.Remains() {
		err := c.report.Step("Remove what an earlier cluster left", func() error { return created.Down() })
		if err != nil {
			return err
		}
	}
	if err := created.Check(ctx); err != nil {
		return err
	}
	if err := created.Up(ctx, unpackedImages()); err != nil {
		return fmt.Errorf("%w\nThe command down removes what has been started", err)
	}
	c.report.Say("The cluster is up after %.0fs.", time.Since(start).Seconds())
	return c.sayHow(layout)
}

func (c *commands) sayHow(layout cluster.Layout) error {
	_, err := fmt.Fprintf(c.stdout, "export KUBECONFIG=%s\nkubectl: %s\n", cluster.Kubeconfig, layout.Kubectl())
	return err
}

func (c *commands) down(ctx context.Context, _ []string) error {
	if err := host.CheckSystem(); err != nil {
		return err
	}
	unlock, err := c.exclusive(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	// Works without any executable in the cache, as far as it can: what runs is found by its control group.
	existing, err := c.existing()
	if err != nil {
		return err
	}
	if !existing.Remains() {
		c.report.Say("There is no cluster.")
		return nil
	}
	return c.report.Step("Take the cluster down", func() error { return existing.Down() })
}

func (c *commands) status(ctx context.Context, _ []string) error {
	existing, err := c.existing()
	if err != nil {
		return err
	}
	states := existing.Status(ctx)
	if err := cluster.WriteStatus(c.stdout, states); err != nil {
		return err
	}
	if !cluster.Healthy(states) {
		return errNotUp
	}
	return c.sayHow(existing.Layout)
}

// exclusive waits until no other command changes the cluster.
func (c *commands) exclusive(ctx context.Context) (unlock func(), err error) {
	said := false
	for {
		listener, err := net.Listen("unix", lockName)
		if err == nil {
			return func() { _ = listener.Close() }, nil
		}
		if !errors.Is(err, syscall.EADDRINUSE) {
			return nil, fmt.Errorf("lock the cluster: %w", err)
		}
		if !said {
			c.report.Say("Another command is changing the cluster: waiting for it ...")
			said = true
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(200 * time.Millisecond):
		}
	}
}
