// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build linux

// Command localcluster runs a real Kubernetes with real Spark images on one Linux machine, made from packages only.
//
// See README.md for what it does to the machine, and internal/cluster for what a cluster consists of.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alauda/spark-operator/test/localcluster/internal/cluster"
	"github.com/alauda/spark-operator/test/localcluster/internal/registry"
)

const usage = `Runs a real Kubernetes on this machine, with real Spark images.

Usage: go run . COMMAND

  up          build what is missing, start the cluster, wait until pods can run
  down        end the cluster and leave nothing of it on the machine
  status      show every component; fails unless all are well
  load NAME --tar FILE
              put an image archive (docker save or OCI) into the cluster's registry
  load NAME --binary FILE [--base static|spark] [--user 65532:65532] [--entrypoint PATH]
              package a static executable as an image and put it into the registry
  kubeconfig  print the path of the administrator's kubeconfig
  assets      build etcd, kube-apiserver and kubectl if needed and print their folder, for KUBEBUILDER_ASSETS; needs no root
  distribution VERSION
              download a release of Spark if needed and print its folder, for SPARK_HOME; needs no root
  releases    print the releases of Spark that there are, in ascending order
  spark-image VERSION...
              build the images of releases of Spark and put them into the cluster's registry; up has that of 4.0.1
  kueue [remove]
              build Kueue if needed and start it in the running cluster, which must have the CRDs of SparkApplications; or remove it
  cert-manager [remove]
              build cert-manager if needed and start it in the running cluster; or remove it
  prefetch    build and download everything, start nothing
`

// errNotUp says that status found a component that is not well; the table has said which.
var errNotUp = errors.New("the cluster is not up: start it with the command up")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintf(os.Stderr, "localcluster: %v\n", err)
		os.Exit(1)
	}
}

// run executes one command. Results go to stdout, progress to stderr.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	if len(args) == 0 {
		_, _ = fmt.Fprint(stderr, usage)
		return errors.New("no command given")
	}
	if args[0] == cluster.ServeRegistry {
		return registry.Serve(ctx, args[1], args[2:], stderr)
	}
	c, err := newCommands(stdout, stderr)
	if err != nil {
		return err
	}
	commands := map[string]func(context.Context, []string) error{
		"up":           c.up,
		"down":         c.down,
		"status":       c.status,
		"load":         c.load,
		"kubeconfig":   c.kubeconfig,
		"assets":       c.assets,
		"distribution": c.distribution,
		"releases":     c.releases,
		"spark-image":  c.sparkImage,
		"kueue":        c.addon(kueue),
		"cert-manager": c.addon(certManager),
		"prefetch":     c.prefetch,
		"help":         c.help,
	}
	command, known := commands[args[0]]
	if !known {
		_, _ = fmt.Fprint(stderr, usage)
		return fmt.Errorf("there is no command %q", args[0])
	}
	return command(ctx, args[1:])
}
