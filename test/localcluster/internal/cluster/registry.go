// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"time"

	"github.com/alauda/spark-operator/test/localcluster/internal/process"
	"github.com/alauda/spark-operator/test/localcluster/internal/registry"
)

// ServeRegistry is the hidden command of this program that is the registry.
const ServeRegistry = "serve-registry"

// registry serves all container images.
func (l Layout) registry() Program {
	return Program{
		Spec: process.Spec{
			Name: "registry",
			Path: l.Self,
			Args: append([]string{ServeRegistry, lib + "/registry"}, l.Seeds...),
		},
		Version: "-",
		Listens: []string{registry.Address},
		Healthy: httpHealth("http://" + registry.Address + "/v2/"),
		Limit:   30 * time.Second,
	}
}
