// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Command quickstart shows the operator's main job: it brings up a cluster, installs the operator in it, runs the
// sample applications and prints what Spark computed. `make quickstart` calls it.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/go-logr/logr"
	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/alauda/spark-operator/test/cluster"
)

// limit is for everything, a first run that builds the cluster's own binaries included.
const limit = 60 * time.Minute

// samples are the applications of config/samples that are run, in the order in which they are run.
var samples = []string{"spark-pi", "spark-pi-python"}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	if err := run(ctx, os.Stdout); err != nil {
		fmt.Fprintf(os.Stderr, "\nquick start failed: %v\n", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer) error {
	began := time.Now()
	// What goes wrong is in the errors; the client library would complain of having nowhere to log to.
	ctrl.SetLogger(logr.Discard())
	heading(out, "Cluster")
	c, err := cluster.Up(ctx, out)
	if err != nil {
		return err
	}
	heading(out, "Operator: CRDs, controller and webhook")
	if err := c.Install(ctx); err != nil {
		return err
	}
	fmt.Fprintln(out, "controller and webhook are available in namespace "+cluster.Namespace)
	for _, sample := range samples {
		heading(out, "Application "+sample)
		if err := runSample(ctx, out, c, sample); err != nil {
			return err
		}
	}
	farewell(out, c, time.Since(began))
	return nil
}

func heading(out io.Writer, title string) { fmt.Fprintf(out, "\n== %s\n", title) }

func farewell(out io.Writer, c *cluster.Cluster, took time.Duration) {
	fmt.Fprintf(out, "\nDone in %s. Look around:\n", took.Round(time.Second))
	if c.Kubeconfig != "" {
		fmt.Fprintf(out, "  export KUBECONFIG=%s\n", c.Kubeconfig)
		if kubectl := c.Kubectl(); kubectl != "" {
			fmt.Fprintf(out, "  alias kubectl=%s\n", kubectl)
		}
	}
	fmt.Fprintf(out, "  kubectl get sparkapp\n  kubectl describe sparkapp %s\n  kubectl logs %s-driver\n  kubectl -n %s logs deploy/%s\n",
		samples[0], samples[0], cluster.Namespace, cluster.ControllerDeployment)
	if c.Kind == cluster.Local {
		fmt.Fprintln(out, "Tear down with: make teardown")
		return
	}
	fmt.Fprintln(out, "Tear down with: make undeploy")
}
