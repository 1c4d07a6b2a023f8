// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"context"
	"flag"
	"os"
	"runtime/debug"
	"strconv"
	"testing"

	"github.com/go-logr/logr"
	"k8s.io/klog/v2"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/envtest"

	"github.com/alauda/spark-operator/test/integration/apiserver"
)

// concurrency is how many trials run at a time. They wait for most of their time: for seconds to pass and events to
// arrive.
const concurrency = "32"

// garbage has API server, etcd and trials collect their garbage less often than usual: they would spend a good part of
// their time on it.
const garbage = 400

// Main runs a package's tests with a cluster of their own and returns the exit code for TestMain. setup gets the
// cluster, and a folder that is removed in the end.
func Main(m *testing.M, subject Subject, setup func(c *Cluster, folder string) error) int {
	flag.Parse()
	debug.SetGCPercent(garbage)
	if err := os.Setenv("GOGC", strconv.Itoa(garbage)); err != nil {
		panic(err)
	}
	env := &envtest.Environment{CRDDirectoryPaths: []string{apiserver.CRDs(), apiserver.Gangs()}, ErrorIfCRDPathMissing: true}
	// Fairness among clients costs the API server much of its time, and here is one client.
	env.ControlPlane.GetAPIServer().Configure().Set("enable-priority-and-fairness", "false")
	ctx, cancel := context.WithCancel(context.Background())
	return apiserver.Run(watched{m, cancel}, env, func(folder string) error {
		ctrl.SetLogger(logr.Discard())
		klog.SetLogger(logr.Discard())
		if err := flag.Set("test.parallel", concurrency); err != nil {
			return err
		}
		c, err := NewCluster(ctx, env.Config, subject)
		if err != nil {
			return err
		}
		return setup(c, folder)
	})
}

// watched are tests with watches that the API server would wait for.
type watched struct {
	*testing.M
	cancel context.CancelFunc
}

// Run implements apiserver.Tests.
func (w watched) Run() int {
	defer w.cancel()
	return w.M.Run()
}
