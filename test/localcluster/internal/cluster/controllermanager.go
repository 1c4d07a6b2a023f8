// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"path/filepath"
	"time"

	"github.com/alauda/spark-operator/test/localcluster/internal/component"
	"github.com/alauda/spark-operator/test/localcluster/internal/process"
)

// controllerManager runs the controllers of the built-in kinds: Deployments, endpoints, garbage collection and so on.
func (l Layout) controllerManager() Program {
	return Program{
		Spec: process.Spec{
			Name: "kube-controller-manager",
			Path: filepath.Join(l.KubernetesBin, "kube-controller-manager"),
			Args: []string{
				"--kubeconfig=" + kubeconfigOf("kube-controller-manager"),
				"--bind-address=127.0.0.1",
				// There is one, so it need not wait for its turn.
				"--leader-elect=false",
				// Each controller has the rights of its own role only, as in any real cluster.
				"--use-service-account-credentials=true",
				// Pods verify the API server by this, which every namespace gets as a ConfigMap.
				"--root-ca-file=" + l.PKI() + "/ca.crt",
				"--service-account-private-key-file=" + l.PKI() + "/service-accounts.key",
				"--cluster-signing-cert-file=" + l.PKI() + "/ca.crt",
				"--cluster-signing-key-file=" + l.PKI() + "/ca.key",
				// The container network plug-in assigns addresses.
				"--allocate-node-cidrs=false",
				// Tests that delete many owners should wait for the controllers, not for the client's own limit.
				"--kube-api-qps=200",
				"--kube-api-burst=400",
				"--profiling=false",
			},
		},
		Version: component.Kubernetes.Version,
		Listens: []string{"127.0.0.1:10257"},
		Healthy: httpHealth("https://127.0.0.1:10257/healthz"),
		Limit:   time.Minute,
	}
}
