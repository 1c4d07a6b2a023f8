// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"path/filepath"
	"time"

	"github.com/alauda/spark-operator/test/localcluster/internal/component"
	"github.com/alauda/spark-operator/test/localcluster/internal/process"
)

// scheduler assigns pods to the node, or leaves them pending when the node is full.
func (l Layout) scheduler() Program {
	return Program{
		Spec: process.Spec{
			Name: "kube-scheduler",
			Path: filepath.Join(l.KubernetesBin, "kube-scheduler"),
			Args: []string{
				"--kubeconfig=" + kubeconfigOf("kube-scheduler"),
				"--bind-address=127.0.0.1",
				"--leader-elect=false",
				"--kube-api-qps=200",
				"--kube-api-burst=400",
				"--profiling=false",
			},
		},
		Version: component.Kubernetes.Version,
		Listens: []string{"127.0.0.1:10259"},
		Healthy: httpHealth("https://127.0.0.1:10259/healthz"),
		Limit:   time.Minute,
	}
}
