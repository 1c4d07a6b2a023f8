// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build linux

package main

import (
	"context"
	"errors"
	"flag"
	"fmt"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/alauda/spark-operator/test/localcluster/internal/image"
	"github.com/alauda/spark-operator/test/localcluster/internal/registry"
	"github.com/alauda/spark-operator/test/localcluster/internal/sparkimage"
)

// loadOptions are the arguments of load.
type loadOptions struct {
	name, tar, binary, base, user, entrypoint string
}

// load puts an image into the registry and has containerd pull it.
func (c *commands) load(ctx context.Context, args []string) error {
	options, err := parseLoad(args)
	if err != nil {
		return err
	}
	existing, err := c.existing()
	if err != nil {
		return err
	}
	return c.report.Step("Load "+options.name, func() error {
		img, err := options.image(ctx)
		if err != nil {
			return err
		}
		return existing.Load(ctx, options.name, img)
	})
}

// parseLoad reads the image's name, which comes first, and the flags.
func parseLoad(args []string) (loadOptions, error) {
	var options loadOptions
	if len(args) == 0 || args[0] == "" || args[0][0] == '-' {
		return options, errors.New("load: the name of the image comes first")
	}
	options.name = args[0]
	flags := flag.NewFlagSet("load", flag.ContinueOnError)
	flags.StringVar(&options.tar, "tar", "", "image archive (docker save or OCI)")
	flags.StringVar(&options.binary, "binary", "", "static Linux executable")
	flags.StringVar(&options.base, "base", "static", "what the executable is put upon: static or spark")
	flags.StringVar(&options.user, "user", "65532:65532", "user and group the executable runs as")
	flags.StringVar(&options.entrypoint, "entrypoint", "/controller", "path of the executable in the image")
	if err := flags.Parse(args[1:]); err != nil {
		return options, err
	}
	if flags.NArg() > 0 {
		return options, fmt.Errorf("load: unexpected argument %q", flags.Arg(0))
	}
	if (options.tar == "") == (options.binary == "") {
		return options, errors.New("load: give either --tar or --binary")
	}
	if options.base != "static" && options.base != "spark" {
		return options, fmt.Errorf("load: --base is static or spark, not %q", options.base)
	}
	if _, err := registry.Path(options.name); err != nil {
		return options, fmt.Errorf("load: %w", err)
	}
	return options, nil
}

// image returns the image that the options describe.
func (o loadOptions) image(ctx context.Context) (v1.Image, error) {
	if o.tar != "" {
		return image.FromArchive(o.tar)
	}
	var base v1.Image
	var err error
	if o.base == "spark" {
		base, err = registry.Pull(ctx, sparkimage.Default().PlainNames()[0])
	} else {
		base, err = image.Static()
	}
	if err != nil {
		return nil, err
	}
	executable, err := image.Executable(o.entrypoint, o.binary)
	if err != nil {
		return nil, err
	}
	layer, err := image.Files(executable)
	if err != nil {
		return nil, err
	}
	return image.Build(base, image.Settings{Entrypoint: []string{o.entrypoint}, User: o.user}, layer)
}
