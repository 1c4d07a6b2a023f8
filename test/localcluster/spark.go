// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/alauda/spark-operator/test/localcluster/internal/cluster"
	"github.com/alauda/spark-operator/test/localcluster/internal/host"
	"github.com/alauda/spark-operator/test/localcluster/internal/sparkimage"
)

// distribution prints the folder of a Spark distribution.
func (c *commands) distribution(ctx context.Context, args []string) error {
	releases, err := parseReleases(args)
	if err != nil {
		return fmt.Errorf("distribution: %w", err)
	}
	if len(releases) > 1 {
		return errors.New("distribution: give one version")
	}
	if !c.spark.DistributionCached(releases[0]) {
		if err := host.EnsurePackages(ctx, c.report, host.ForDownloading); err != nil {
			return err
		}
	}
	dir, err := c.spark.Distribution(ctx, releases[0])
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(c.stdout, dir)
	return err
}

// releases prints the versions of all releases of Spark.
func (c *commands) releases(context.Context, []string) error {
	_, err := fmt.Fprintln(c.stdout, strings.Join(sparkimage.Versions(), "\n"))
	return err
}

// sparkImage puts the images of releases into the running cluster and prints their names.
func (c *commands) sparkImage(ctx context.Context, args []string) error {
	releases, err := parseReleases(args)
	if err != nil {
		return fmt.Errorf("spark-image: %w", err)
	}
	// Before the long part: the image would be of no use.
	if _, err := os.Stat(cluster.Kubeconfig); err != nil {
		return errNotUp
	}
	existing, err := c.existing()
	if err != nil {
		return err
	}
	if err := host.EnsurePackages(ctx, c.report, c.sparkNeeds(releases...)); err != nil {
		return err
	}
	for _, release := range releases {
		seed, err := c.spark.Image(ctx, release)
		if err != nil {
			return err
		}
		err = c.report.Step("Load the image of Spark "+release.Version, func() error {
			return existing.Publish(ctx, seed, release.PlainNames())
		})
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintln(c.stdout, release.PlainNames()[0]); err != nil {
			return err
		}
	}
	return nil
}

// sparkNeeds returns what must be on the machine to make the images of the releases that are not in the cache.
func (c *commands) sparkNeeds(releases ...sparkimage.Release) []host.Need {
	for _, release := range releases {
		if !c.spark.Cached(release) {
			return slices.Concat(host.ForDownloading, host.ForBuilding)
		}
	}
	return nil
}

// parseReleases returns the releases of the versions that the arguments are.
func parseReleases(args []string) ([]sparkimage.Release, error) {
	if len(args) == 0 {
		return nil, errors.New("no version given; known are " + strings.Join(sparkimage.Versions(), ", "))
	}
	var releases []sparkimage.Release
	for _, version := range args {
		release, err := sparkimage.Find(version)
		if err != nil {
			return nil, err
		}
		releases = append(releases, release)
	}
	return releases, nil
}
