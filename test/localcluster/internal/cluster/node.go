// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"path/filepath"
	"time"

	"github.com/alauda/spark-operator/test/localcluster/internal/component"
	"github.com/alauda/spark-operator/test/localcluster/internal/network"
	"github.com/alauda/spark-operator/test/localcluster/internal/process"
)

// kubelet runs the pods of the node.
func (l Layout) kubelet() Program {
	return Program{
		Spec: process.Spec{
			Name: "kubelet",
			Path: filepath.Join(l.KubernetesBin, "kubelet"),
			Args: []string{
				"--config=" + configFiles["kubelet.yaml"],
				"--kubeconfig=" + kubeconfigOf("node"),
				// The machine's name need not resolve, and logs are fetched from the node by its name: so that is its
				// address.
				"--hostname-override=" + network.NodeAddress,
				"--node-ip=" + network.NodeAddress,
				"--root-dir=" + lib + "/kubelet",
				"--cert-dir=" + lib + "/kubelet/pki",
			},
		},
		Version: component.Kubernetes.Version,
		Listens: []string{network.NodeAddress + ":10250", "127.0.0.1:10248"},
		Healthy: httpHealth("http://127.0.0.1:10248/healthz"),
		Limit:   time.Minute,
	}
}

// kubeProxy makes services work.
func (l Layout) kubeProxy() Program {
	return Program{
		Spec: process.Spec{
			Name: "kube-proxy",
			Path: filepath.Join(l.KubernetesBin, "kube-proxy"),
			Args: []string{"--config=" + configFiles["kube-proxy.yaml"]},
		},
		Version: component.Kubernetes.Version,
		Listens: []string{"127.0.0.1:10256", "127.0.0.1:10249"},
		Healthy: httpHealth("http://127.0.0.1:10256/healthz"),
		Limit:   time.Minute,
	}
}
