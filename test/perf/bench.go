// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
)

// bench is what all measurements of one call share.
type bench struct {
	out io.Writer
	// dir is removed in the end.
	dir string
	// root is the checkout.
	root string
	// built are the binaries to measure, by name.
	built map[string]string
}

func newBench(out io.Writer) (*bench, error) {
	if os.Getenv("KUBEBUILDER_ASSETS") == "" {
		return nil, fmt.Errorf("KUBEBUILDER_ASSETS is not set; run this by make perf, or set it to what `go -C test/localcluster run . assets` prints")
	}
	dir, err := os.MkdirTemp("", "perf-")
	if err != nil {
		return nil, err
	}
	_, file, _, _ := runtime.Caller(0)
	return &bench{out: out, dir: dir, built: map[string]string{}, root: filepath.Join(filepath.Dir(file), "..", "..")}, nil
}

func (b *bench) close() error { return os.RemoveAll(b.dir) }

func (b *bench) say(format string, args ...any) { fmt.Fprintf(b.out, format+"\n", args...) }

// build builds a binary as for its image, once.
func (b *bench) build(ctx context.Context, name string) (string, error) {
	if path, done := b.built[name]; done {
		return path, nil
	}
	path := filepath.Join(b.dir, name)
	command := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", path, "./cmd/"+name)
	command.Dir = b.root
	command.Env = append(os.Environ(), "CGO_ENABLED=0")
	if output, err := command.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the %s: %w\n%s", name, err, output)
	}
	b.built[name] = path
	return path, nil
}
