// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"context"
	"fmt"
	"net"
	"path/filepath"
	"time"

	"github.com/alauda/spark-operator/test/localcluster/internal/component"
	"github.com/alauda/spark-operator/test/localcluster/internal/network"
	"github.com/alauda/spark-operator/test/localcluster/internal/process"
)

// coreDNS resolves the names of services and pods, and passes on all others.
func (l Layout) coreDNS() Program {
	return Program{
		Spec: process.Spec{
			Name: "coredns",
			Path: filepath.Join(l.CoreDNSBin, "coredns"),
			Args: []string{"-conf", configFiles["Corefile"]},
		},
		Version: component.CoreDNS.Version,
		Listens: []string{network.NodeAddress + ":53", "127.0.0.1:18181"},
		Healthy: resolvesKubernetes,
		Limit:   time.Minute,
	}
}

// resolvesKubernetes asks the name server for the API server's service: if it knows that, it has read the cluster.
func resolvesKubernetes(ctx context.Context) error {
	resolver := net.Resolver{
		PreferGo: true,
		Dial: func(ctx context.Context, protocol, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, protocol, network.NodeAddress+":53")
		},
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	addresses, err := resolver.LookupHost(ctx, "kubernetes.default.svc."+domain+".")
	if err != nil {
		return err
	}
	if len(addresses) != 1 || addresses[0] != network.KubernetesService {
		return fmt.Errorf("the API server's service resolves to %v, expected %s", addresses, network.KubernetesService)
	}
	return nil
}
