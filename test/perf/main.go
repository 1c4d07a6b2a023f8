// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/go-logr/logr"
	ctrl "sigs.k8s.io/controller-runtime"
)

const usage = `Measure the operator. Commands:

  all      what "make perf" runs: all of the following in sizes that fit into a few minutes
  submit   from the creation of applications to their driver pods: one by one, and all at once
  lives    whole lives, from creation to COMPLETED, all at once
  webhook  answers of the webhook at a steady rate, and its memory, beside stored applications

Each has flags for its sizes: see "perf COMMAND -help". KUBEBUILDER_ASSETS names the folder with etcd and kube-apiserver.
`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, err)
		stop()
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	if len(args) == 0 {
		fmt.Fprint(out, usage)
		return nil
	}
	command, known := map[string]func(context.Context, *bench, []string) error{
		"all": all, "submit": submit, "lives": lives, "webhook": webhook,
	}[args[0]]
	if !known {
		fmt.Fprint(out, usage)
		return fmt.Errorf("unknown command %q", args[0])
	}
	ctrl.SetLogger(logr.Discard())
	b, err := newBench(out)
	if err != nil {
		return err
	}
	return errors.Join(command(ctx, b, args[1:]), b.close())
}

// all is the whole table.
func all(ctx context.Context, b *bench, args []string) error {
	flags := flag.NewFlagSet("all", flag.ContinueOnError)
	full := flags.Bool("full", false, "whole sizes: 6,000 applications with 5 executors each, which takes half an hour")
	if err := flags.Parse(args); err != nil {
		return err
	}
	large := []string{"-apps", "600", "-executors", "5"}
	if *full {
		large = []string{"-apps", "6000", "-executors", "5"}
	}
	return errors.Join(
		webhook(ctx, b, nil),
		submit(ctx, b, nil),
		lives(ctx, b, []string{"-apps", "100"}),
		lives(ctx, b, []string{"-apps", "1000"}),
		lives(ctx, b, []string{"-apps", "1000", "-finished", "10000", "-only", theOperator}),
		lives(ctx, b, large),
	)
}
