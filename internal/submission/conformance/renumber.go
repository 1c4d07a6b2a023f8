// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package conformance

import (
	"regexp"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
)

// numbered are the names of what Spark counts in an order of its own: claims in that of a hash table, and scratch
// directories shuffled.
var (
	numberedClaim    = regexp.MustCompile(`^(.+-x{16}-(?:driver|exec-1)-pvc)-[0-9]+$`)
	numberedLocalDir = regexp.MustCompile(`^spark-local-dir-[0-9]+$`)
)

// renumberClaims names claims made on demand after their volumes in place of numbers.
func renumberClaims(objects []Object) {
	names := map[string]string{}
	for i := range objects {
		spec, isPod := objects[i].Spec.(corev1.PodSpec)
		if !isPod {
			continue
		}
		for j := range spec.Volumes {
			claim := spec.Volumes[j].PersistentVolumeClaim
			if claim == nil || !numberedClaim.MatchString(claim.ClaimName) {
				continue
			}
			name := numberedClaim.ReplaceAllString(claim.ClaimName, "$1-of-"+spec.Volumes[j].Name)
			names[claim.ClaimName], claim.ClaimName = name, name
		}
	}
	for i := range objects {
		if name, renamed := names[objects[i].Name]; renamed && objects[i].Kind == "PersistentVolumeClaim" {
			objects[i].Name = name
		}
	}
}

// renumberLocalDirs counts scratch directories in the order of their paths, where their volumes are all the same but
// for their names.
func renumberLocalDirs(spec *corev1.PodSpec) {
	var sources []corev1.VolumeSource
	for i := range spec.Volumes {
		if numberedLocalDir.MatchString(spec.Volumes[i].Name) {
			sources = append(sources, spec.Volumes[i].VolumeSource)
		}
	}
	for _, source := range sources {
		if !equality.Semantic.DeepEqual(source, sources[0]) {
			return
		}
	}
	for i := range spec.Containers {
		var names []string
		var mounts []*corev1.VolumeMount
		for j := range spec.Containers[i].VolumeMounts {
			if mount := &spec.Containers[i].VolumeMounts[j]; numberedLocalDir.MatchString(mount.Name) {
				names, mounts = append(names, mount.Name), append(mounts, mount)
			}
		}
		slices.Sort(names)
		slices.SortStableFunc(mounts, func(a, b *corev1.VolumeMount) int { return strings.Compare(a.MountPath, b.MountPath) })
		for j, mount := range mounts {
			mount.Name = names[j]
		}
	}
}
