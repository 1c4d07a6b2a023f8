// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
)

// images are all images that the bundle speaks of.
type images struct{ controller, webhook, spark, scorecard, bundle string }

func (i *images) all() map[string]*string {
	return map[string]*string{
		"controller": &i.controller, "webhook": &i.webhook, "spark": &i.spark, "scorecard": &i.scorecard, "bundle": &i.bundle,
	}
}

// operator are the images that run, by their names in relatedImages, in order.
func (i *images) operator() []struct{ name, image string } {
	return []struct{ name, image string }{{"controller", i.controller}, {"spark", i.spark}, {"webhook", i.webhook}}
}

var digest = regexp.MustCompile("^sha256:[0-9a-f]{64}$")

// pin replaces the tags of all images by the digests of a file. A release is pinned as a whole or not at all: one tag
// among digests would be an image that a mirror does not have.
func (i *images) pin(file string) error {
	if file == "" {
		return nil
	}
	content, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("read digests: %w", err)
	}
	all := i.all()
	pinned := map[string]bool{}
	var errs []error
	for n, line := range strings.Split(strings.TrimSpace(string(content)), "\n") {
		fields := strings.Fields(line)
		if len(fields) != 2 || all[fields[0]] == nil || !digest.MatchString(fields[1]) {
			errs = append(errs, fmt.Errorf("%s:%d: %q: want controller, webhook, spark, scorecard or bundle, and a digest", file, n+1, line))
			continue
		}
		pinned[fields[0]] = true
		if image := all[fields[0]]; *image != "" {
			*image = repository(*image) + "@" + fields[1]
		}
	}
	for name, image := range all {
		if *image != "" && !pinned[name] {
			errs = append(errs, fmt.Errorf("%s: it has no digest of %s", file, name))
		}
	}
	slices.SortFunc(errs, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return errors.Join(errs...)
}

// repository returns an image's name without tag and digest.
func repository(image string) string {
	image, _, _ = strings.Cut(image, "@")
	if colon := strings.LastIndexByte(image, ':'); colon > strings.LastIndexByte(image, '/') {
		image = image[:colon]
	}
	return image
}
