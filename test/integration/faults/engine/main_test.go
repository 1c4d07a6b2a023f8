// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package engine_test

import (
	"os"
	"testing"

	"github.com/alauda/spark-operator/test/integration/faults/engine"
)

// shared is the cluster of all trials.
var shared *engine.Cluster

func TestMain(m *testing.M) {
	os.Exit(engine.Main(m, subject, func(c *engine.Cluster, _ string) error {
		shared = c
		return nil
	}))
}
