// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package component

import (
	"context"
	"fmt"
	"path/filepath"
	"runtime"

	"github.com/alauda/spark-operator/test/localcluster/internal/cache"
	"github.com/alauda/spark-operator/test/localcluster/internal/progress"
)

// Builder builds components, or finds them in the cache.
type Builder struct {
	Store  cache.Store
	Report *progress.Reporter
	// Source is the folder of this program's own module.
	Source string
}

// SourceDir returns the folder of this program's module. The compiler recorded it, so that the program works from
// whatever folder it is started in.
func SourceDir() (string, error) {
	_, file, _, known := runtime.Caller(0)
	if !known || !filepath.IsAbs(file) {
		return "", fmt.Errorf("this program does not know where its sources are: build it without -trimpath")
	}
	return filepath.Join(filepath.Dir(file), "..", ".."), nil
}

// Ensure returns the folder with the executables of the component.
func (b Builder) Ensure(ctx context.Context, c Component) (string, error) {
	key, err := c.Key(b.Source)
	if err != nil {
		return "", err
	}
	if b.Store.Has(c.Name, key) {
		return b.Store.Path(c.Name, key), nil
	}
	var dir string
	err = b.Report.Step(fmt.Sprintf("Build %s %s from its Go modules", c.Name, c.Version), func() (err error) {
		dir, err = b.Store.Ensure(c.Name, key, func(dir string) error { return c.Build(ctx, b.Source, dir) })
		return err
	})
	return dir, err
}
