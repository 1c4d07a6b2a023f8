// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"context"
	"errors"
	"path/filepath"
	"time"

	"github.com/alauda/spark-operator/test/localcluster/internal/component"
	"github.com/alauda/spark-operator/test/localcluster/internal/process"
)

const (
	certManagerHealth = "127.0.0.1:18282"
	// certManagerSecrets selects the Secrets that cert-manager has made. They belong to nobody: they outlive their
	// Certificates.
	certManagerSecrets = "--selector=controller.cert-manager.io/fao=true"
)

// certManager issues certificates and injects authorities. It needs no address that others reach: its kinds are checked
// by their schemas only.
//
// An authority that it injects takes the place of the former one, as in all versions before 1.19. Since then the former
// is kept beside it unless that is turned off: less can go wrong, so what works here works there.
func (l Layout) certManager(bin string) Program {
	return Program{
		Spec: process.Spec{
			Name: string(addonCertManager),
			Path: filepath.Join(bin, "cert-manager"),
			Args: []string{"--health-address=" + certManagerHealth, "--feature-gates=CAInjectorMerging=false"},
			Env:  []string{"KUBECONFIG=" + Kubeconfig},
		},
		Version: component.CertManager.Version,
		Listens: []string{certManagerHealth},
		Healthy: httpHealth("http://" + certManagerHealth + "/readyz"),
		Limit:   time.Minute,
	}
}

// AddCertManager starts cert-manager in the running cluster, from the folder with its executable and manifests.
func (c *Cluster) AddCertManager(ctx context.Context, bin string) error {
	if err := c.RemoveCertManager(ctx); err != nil {
		return err
	}
	if err := c.Layout.applyAddon(ctx, addonCertManager, filepath.Join(bin, "crds"), nil); err != nil {
		return err
	}
	// It looks for its kinds when it starts.
	_, err := c.Layout.kubectl(ctx, nil, "wait", "crd", addonCertManager.selector(), "--for=condition=Established", "--timeout=30s")
	if err != nil {
		return err
	}
	return c.startAll(ctx, c.Layout.certManager(bin))
}

// RemoveCertManager ends cert-manager and removes its kinds and the Secrets that it has made. It is ended first: it
// would make them anew. What authorities it has injected stay where they are, in objects of others.
func (c *Cluster) RemoveCertManager(ctx context.Context) error {
	failures := []error{c.endAddon(ctx, addonCertManager)}
	_, err := c.Layout.kubectl(ctx, nil, "delete", "secret", "--all-namespaces", certManagerSecrets)
	return errors.Join(append(failures, err)...)
}
