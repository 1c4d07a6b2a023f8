// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build linux

package main

import (
	"context"
	"fmt"
	"os"
	"slices"

	"github.com/alauda/spark-operator/test/localcluster/internal/cluster"
	"github.com/alauda/spark-operator/test/localcluster/internal/component"
)

// addon is what a cluster has when it is asked for.
type addon struct {
	title     string
	component component.Component
	add       func(c *cluster.Cluster, ctx context.Context, bin string) error
	remove    func(c *cluster.Cluster, ctx context.Context) error
}

var (
	kueue       = addon{"Kueue", component.Kueue, (*cluster.Cluster).AddKueue, (*cluster.Cluster).RemoveKueue}
	certManager = addon{"cert-manager", component.CertManager, (*cluster.Cluster).AddCertManager, (*cluster.Cluster).RemoveCertManager}
)

// addon returns the command that starts an add-on in the running cluster, or removes it.
func (c *commands) addon(a addon) func(context.Context, []string) error {
	return func(ctx context.Context, args []string) error {
		if len(args) > 0 && !slices.Equal(args, []string{"remove"}) {
			return fmt.Errorf("%s: the only argument is remove", a.title)
		}
		// Before the long part: it would be of no use.
		if _, err := os.Stat(cluster.Kubeconfig); err != nil {
			return errNotUp
		}
		existing, err := c.existing()
		if err != nil {
			return err
		}
		change := func() error { return c.report.Step("Remove "+a.title, func() error { return a.remove(existing, ctx) }) }
		if len(args) == 0 {
			bin, err := c.build.Ensure(ctx, a.component)
			if err != nil {
				return err
			}
			change = func() error { return a.add(existing, ctx, bin) }
		}
		unlock, err := c.exclusive(ctx)
		if err != nil {
			return err
		}
		defer unlock()
		return change()
	}
}
