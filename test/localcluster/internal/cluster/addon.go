// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"context"
	"time"
)

// addon is what the cluster has when it is asked for, by the name of its program: a process of the machine, like the
// control plane. Its objects have a label by which they are found again.
type addon string

const (
	addonKueue       addon = "kueue"
	addonCertManager addon = "cert-manager"
)

func (a addon) label() string { return "localcluster=" + string(a) }

func (a addon) selector() string { return "--selector=" + a.label() }

// applyAddon applies objects of an add-on, from a file or folder, or from content if source is "-".
func (l Layout) applyAddon(ctx context.Context, a addon, source string, content []byte) error {
	if _, err := l.kubectl(ctx, content, "apply", "--server-side", "--force-conflicts", "-f", source); err != nil {
		return err
	}
	_, err := l.kubectl(ctx, content, "label", "--overwrite", "-f", source, a.label())
	return err
}

// endAddon ends the program of an add-on and removes its kinds, with all objects of them, and its namespaces.
func (c *Cluster) endAddon(ctx context.Context, a addon) error {
	c.supervisor.Stop(string(a), 10*time.Second)
	_, err := c.Layout.kubectl(ctx, nil, "delete", "crd,namespace", a.selector(), "--timeout=60s")
	return err
}
