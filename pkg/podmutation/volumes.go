// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package podmutation

import (
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// sparkVolumes are the volumes that Spark adds itself. One of the application's in place of them would break the pod in
// ways that are hard to see.
var sparkVolumes = map[string]bool{
	"spark-conf-volume-driver": true,
	"spark-conf-volume-exec":   true,
	"pod-template-volume":      true,
	"hadoop-properties":        true,
	"krb5-file":                true,
	"hadoop-secret":            true,
	"kubernetes-credentials":   true,
	"kerberos-keytab":          true,
}

func mountHadoopConfigMap(t Target) error {
	if name := t.App.Spec.HadoopConfigMap; name != nil && *name != "" {
		mountConfigMap(t, *name, sparklabels.HadoopConfigMapVolume, sparklabels.HadoopConfPath)
		setEnv(t.Container(), corev1.EnvVar{Name: sparklabels.EnvHadoopConfDir, Value: sparklabels.HadoopConfPath})
	}
	return nil
}

func mountSparkConfigMap(t Target) error {
	if name := t.App.Spec.SparkConfigMap; name != nil && *name != "" {
		mountConfigMap(t, *name, sparklabels.SparkConfigMapVolume, sparklabels.SparkConfPath)
		setEnv(t.Container(), corev1.EnvVar{Name: sparklabels.EnvSparkConfDir, Value: sparklabels.SparkConfPath})
	}
	return nil
}

func mountConfigMaps(t Target) error {
	for _, configMap := range t.Spec.ConfigMaps {
		mountConfigMap(t, configMap.Name, sparklabels.VolumeFor(configMap.Name), configMap.Path)
	}
	return nil
}

// mountVolumes adds the application's volumes that the role mounts, and the mounts. Volumes for Spark's scratch space are
// left out: Spark is told of them by properties, as it must know their paths.
func mountVolumes(t Target) error {
	for _, mount := range t.Spec.VolumeMounts {
		if strings.HasPrefix(mount.Name, sparklabels.LocalDirVolumePrefix) {
			continue
		}
		if sparkVolumes[mount.Name] {
			return fmt.Errorf("volume %q has the name of one of Spark's own: rename it in spec.volumes", mount.Name)
		}
		if volume := findVolume(t.App.Spec.Volumes, mount.Name); volume != nil {
			setVolume(t.Pod, *volume.DeepCopy())
		} else if findVolume(t.Pod.Spec.Volumes, mount.Name) == nil {
			return fmt.Errorf("volume %q is mounted but not declared: add it to spec.volumes", mount.Name)
		}
		setMount(t.Container(), *mount.DeepCopy())
	}
	return nil
}

// mountConfigMap mounts a ConfigMap read-only.
func mountConfigMap(t Target, configMap, volume, path string) {
	setVolume(t.Pod, corev1.Volume{Name: volume, VolumeSource: corev1.VolumeSource{
		ConfigMap: &corev1.ConfigMapVolumeSource{LocalObjectReference: corev1.LocalObjectReference{Name: configMap}},
	}})
	setMount(t.Container(), corev1.VolumeMount{Name: volume, MountPath: path, ReadOnly: true})
}

func findVolume(volumes []corev1.Volume, name string) *corev1.Volume {
	for i := range volumes {
		if volumes[i].Name == name {
			return &volumes[i]
		}
	}
	return nil
}

func setVolume(pod *corev1.Pod, volume corev1.Volume) {
	if existing := findVolume(pod.Spec.Volumes, volume.Name); existing != nil {
		*existing = volume
		return
	}
	pod.Spec.Volumes = append(pod.Spec.Volumes, volume)
}

func setMount(container *corev1.Container, mount corev1.VolumeMount) {
	for i := range container.VolumeMounts {
		if container.VolumeMounts[i].MountPath == mount.MountPath {
			container.VolumeMounts[i] = mount
			return
		}
	}
	container.VolumeMounts = append(container.VolumeMounts, mount)
}
