// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"context"
	"fmt"
)

// AddKueue starts a real Kueue in the local cluster, built on first use. The operator must be installed.
func (c *Cluster) AddKueue(ctx context.Context) error { return c.add(ctx, "kueue") }

// RemoveKueue removes it again.
func (c *Cluster) RemoveKueue(ctx context.Context) error {
	return c.local(ctx, c.out, "kueue", "remove")
}

// AddCertManager starts a real cert-manager in the local cluster, built on first use.
func (c *Cluster) AddCertManager(ctx context.Context) error { return c.add(ctx, "cert-manager") }

// RemoveCertManager removes it again, with its kinds, what is of them, and the Secrets that it has made.
func (c *Cluster) RemoveCertManager(ctx context.Context) error {
	return c.local(ctx, c.out, "cert-manager", "remove")
}

func (c *Cluster) add(ctx context.Context, addon string) error {
	if c.Kind != Local {
		return fmt.Errorf("CLUSTER=%s: %s can be started in the %s cluster only", c.Kind, addon, Local)
	}
	return c.local(ctx, c.out, addon)
}
