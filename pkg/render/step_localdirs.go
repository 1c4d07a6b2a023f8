// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package render

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/alauda/spark-operator/pkg/sparkconf"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// localDirs is Spark's LocalDirsFeatureStep: the scratch space.
func (d *draft) localDirs() error {
	return addLocalDirs(d.pod, d.container, d.conf, d.in.Names.LocalDir)
}

// addLocalDirs makes Spark use the mounts that are named for it, or else gives it volumes of its own.
func addLocalDirs(pod *corev1.Pod, container *corev1.Container, conf *sparkconf.Conf, fallback string) error {
	var dirs []string
	for i := range container.VolumeMounts {
		if strings.HasPrefix(container.VolumeMounts[i].Name, sparklabels.LocalDirVolumePrefix) {
			dirs = append(dirs, container.VolumeMounts[i].MountPath)
		}
	}
	if len(dirs) == 0 {
		tmpfs, err := conf.Bool(sparkconf.LocalDirsTmpfs, false)
		if err != nil {
			return err
		}
		source := corev1.EmptyDirVolumeSource{}
		if tmpfs {
			source.Medium = corev1.StorageMediumMemory
		}
		if dirs, err = LocalDirs(valueOr(conf, sparkconf.LocalDir, fallback)); err != nil {
			return fmt.Errorf("%s: %w", sparkconf.LocalDir, err)
		}
		for i, dir := range dirs {
			name := fmt.Sprintf("%s%d", sparklabels.LocalDirVolumePrefix, i+1)
			pod.Spec.Volumes = append(pod.Spec.Volumes, corev1.Volume{Name: name, VolumeSource: corev1.VolumeSource{EmptyDir: source.DeepCopy()}})
			container.VolumeMounts = append(container.VolumeMounts, corev1.VolumeMount{Name: name, MountPath: dir})
		}
	}
	container.Env = append(container.Env, corev1.EnvVar{Name: "SPARK_LOCAL_DIRS", Value: strings.Join(dirs, ",")})
	return nil
}

// LocalDirs splits a list of scratch directories. Like Spark it takes what is empty for a directory, which nothing can
// be mounted at, but for commas at the end.
func LocalDirs(list string) ([]string, error) {
	dirs := strings.Split(strings.TrimRight(list, ","), ",")
	if slices.Contains(dirs, "") {
		return nil, fmt.Errorf("%q names an empty directory: remove what is empty between its commas", list)
	}
	return dirs, nil
}
