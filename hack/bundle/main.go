// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "bundle:", err)
		os.Exit(1)
	}
}

// commands are what the first argument can name.
var commands = map[string]func(options, io.Writer) error{
	"generate": generate,
	"validate": validate,
	"catalog":  catalog,
}

// options are the flags of all commands.
type options struct {
	// root is the folder of the repository.
	root string
	// out is the folder that is written: of the bundle, or of the catalog.
	out      string
	version  string
	replaces string
	images   images
	digests  string
	// inline puts the manifests into the catalog, in the place of an image to pull.
	inline bool
}

func run(args []string, out io.Writer) error {
	const usage = "use generate, validate or catalog"
	if len(args) == 0 {
		return errors.New("no command is given; " + usage)
	}
	command, known := commands[args[0]]
	if !known {
		return fmt.Errorf("command %q is not known; %s", args[0], usage)
	}
	var o options
	flags := flag.NewFlagSet(args[0], flag.ContinueOnError)
	flags.StringVar(&o.root, "root", "../..", "folder of the repository")
	flags.StringVar(&o.out, "out", "", "folder to write")
	flags.StringVar(&o.version, "version", "", "version of the operator, such as v0.1.0")
	flags.StringVar(&o.replaces, "replaces", "", "version that this one replaces, such as v0.1.0; none for the first")
	flags.StringVar(&o.images.controller, "controller-image", "", "image of the controller")
	flags.StringVar(&o.images.webhook, "webhook-image", "", "image of the webhook")
	flags.StringVar(&o.images.spark, "spark-image", "", "image of the examples")
	flags.StringVar(&o.images.scorecard, "scorecard-image", "", "image of scorecard's tests")
	flags.StringVar(&o.images.bundle, "bundle-image", "", "image of the bundle, for the catalog")
	flags.StringVar(&o.digests, "digests", "", "file with a line NAME DIGEST for each image, to which all are pinned")
	flags.BoolVar(&o.inline, "inline", false, "put the manifests into the catalog, in the place of an image to pull")
	if err := flags.Parse(args[1:]); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("argument %q is not expected", flags.Arg(0))
	}
	if err := o.images.pin(o.digests); err != nil {
		return err
	}
	return command(o, out)
}
