// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package config

import (
	"net/url"
	"path/filepath"
	"slices"

	"k8s.io/apimachinery/pkg/util/validation/field"

	configv1alpha1 "github.com/alauda/spark-operator/apis/config/v1alpha1"
)

var (
	// closed are directories in which nothing is for applications: credentials, and what the kernel says of the
	// process.
	closed = []string{"/var/run/secrets", "/run/secrets", "/proc", "/sys", "/dev"}
	// shared are directories that hold the controller's files beside others.
	shared = []string{"/etc", "/root", "/tmp", "/var/run", "/run"}
)

// validateUploads takes no directory by which applications would have the controller's own files, and no place that
// drivers could not read.
func validateUploads(u *configv1alpha1.Uploads, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	switch {
	case u.Dir == "":
	case !filepath.IsAbs(u.Dir):
		errs = validateDir(u.Dir, path.Child("dir"))
	case ownFiles(filepath.Clean(u.Dir)):
		errs = append(errs, field.Invalid(path.Child("dir"), u.Dir, "has files of the controller's own, and every application may have what is in it; mount a volume for it"))
	}
	if u.Path == "" {
		return errs
	}
	if u.Dir == "" {
		errs = append(errs, field.Invalid(path.Child("path"), u.Path, "has no effect without dir; set dir to the directory of the files to upload, or remove it"))
	}
	target, err := url.Parse(u.Path)
	if err != nil || target.Scheme == "" || target.Scheme == "file" || target.Scheme == "local" {
		errs = append(errs, field.Invalid(path.Child("path"), u.Path, "must be a URL that drivers can read, for example s3a://bucket/uploads"))
	}
	return errs
}

// ownFiles reports whether a directory is one of the controller's own, or has one in it.
func ownFiles(dir string) bool {
	return slices.ContainsFunc(closed, func(own string) bool { return within(dir, own) || within(own, dir) }) ||
		slices.ContainsFunc(shared, func(own string) bool { return within(own, dir) })
}

// within reports whether a path is a directory or below it.
func within(path, dir string) bool {
	relative, err := filepath.Rel(dir, path)
	return err == nil && filepath.IsLocal(relative)
}
