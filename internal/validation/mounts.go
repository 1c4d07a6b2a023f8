// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package validation

import (
	"maps"
	"path"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/alauda/spark-operator/pkg/sparkconf"
)

// subPaths looks at the folders of volumes that mounts name, as the API server would of the pods. It takes any mount
// path.
func subPaths(mounts []corev1.VolumeMount, at *field.Path) field.ErrorList {
	var errs field.ErrorList
	for i := range mounts {
		mount := &mounts[i]
		errs = append(errs, descending(mount.SubPath, at.Index(i).Child("subPath"))...)
		errs = append(errs, descending(mount.SubPathExpr, at.Index(i).Child("subPathExpr"))...)
		if mount.SubPath != "" && mount.SubPathExpr != "" {
			errs = append(errs, field.Invalid(at.Index(i).Child("subPathExpr"), mount.SubPathExpr, "subPathExpr and subPath are mutually exclusive; remove one of them"))
		}
	}
	return errs
}

// descending looks at a path that must stay below where it begins.
func descending(value string, at *field.Path) field.ErrorList {
	var errs field.ErrorList
	if path.IsAbs(value) {
		errs = append(errs, field.Invalid(at, value, "must be a relative path, below the root of the volume"))
	}
	if slices.Contains(strings.Split(value, "/"), "..") {
		errs = append(errs, field.Invalid(at, value, "must not contain '..'; name a folder of the volume"))
	}
	return errs
}

// subPathProperties looks at the same where properties name them.
func subPathProperties(conf map[string]string, at *field.Path) field.ErrorList {
	var errs field.ErrorList
	for _, key := range slices.Sorted(maps.Keys(conf)) {
		isVolume := strings.HasPrefix(key, sparkconf.DriverVolumesPrefix) || strings.HasPrefix(key, sparkconf.ExecutorVolumesPrefix)
		if isVolume && (strings.HasSuffix(key, ".mount.subPath") || strings.HasSuffix(key, ".mount.subPathExpr")) {
			errs = append(errs, descending(conf[key], at.Key(key))...)
		}
	}
	return errs
}
