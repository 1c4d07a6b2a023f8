// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package podmutation

import (
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
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
		mountsOf(t).configMap(*name, sparklabels.HadoopConfigMapVolume, sparklabels.HadoopConfPath)
		setEnv(t, sparklabels.EnvHadoopConfDir, sparklabels.HadoopConfPath)
	}
	return nil
}

func mountSparkConfigMap(t Target) error {
	if name := t.App.Spec.SparkConfigMap; name != nil && *name != "" {
		mountsOf(t).configMap(*name, sparklabels.SparkConfigMapVolume, sparklabels.SparkConfPath)
		setEnv(t, sparklabels.EnvSparkConfDir, sparklabels.SparkConfPath)
	}
	return nil
}

func mountConfigMaps(t Target) error {
	mounts := mountsOf(t)
	for _, configMap := range t.Spec.ConfigMaps {
		mounts.configMap(configMap.Name, sparklabels.VolumeFor(configMap.Name), configMap.Path)
	}
	return nil
}

// mountVolumes adds the application's volumes that the role mounts, and the mounts, but for those of Spark's scratch
// space.
func mountVolumes(t Target) error {
	mounts, declared := mountsOf(t), keyedBy(&t.App.Spec.Volumes, nameOfVolume)
	// A volume is as large as its author likes, and may be mounted as often.
	added := map[string]bool{}
	for i := range t.Spec.VolumeMounts {
		mount := t.Spec.VolumeMounts[i].DeepCopy()
		if strings.HasPrefix(mount.Name, sparklabels.LocalDirVolumePrefix) {
			continue
		}
		if sparkVolumes[mount.Name] {
			return fmt.Errorf("volume %q has the name of one of Spark's own: rename it in spec.volumes", mount.Name)
		}
		if volume := declared.find(mount.Name); volume != nil && !added[mount.Name] {
			mounts.volumes.set(*volume.DeepCopy())
			added[mount.Name] = true
		} else if mounts.volumes.find(mount.Name) == nil {
			return fmt.Errorf("volume %q is mounted but not declared: add it to spec.volumes", mount.Name)
		}
		mounts.paths.set(*mount)
	}
	return nil
}

// addVolumes adds the application's volumes that other containers than Spark's mount. What the pod has, or will have by
// a property of Spark's or as its scratch space, stays as it is.
func addVolumes(t Target) error {
	missing := map[string]bool{}
	for _, containers := range [][]corev1.Container{t.Pod.Spec.InitContainers, t.Pod.Spec.Containers} {
		for i := range containers {
			for j := range containers[i].VolumeMounts {
				missing[containers[i].VolumeMounts[j].Name] = true
			}
		}
	}
	for i := range t.Pod.Spec.Volumes {
		delete(missing, t.Pod.Spec.Volumes[i].Name)
	}
	if len(missing) == 0 {
		return nil
	}
	sparks := sparksVolumes(t)
	for i := range t.App.Spec.Volumes {
		volume := &t.App.Spec.Volumes[i]
		if missing[volume.Name] && !sparks[volume.Name] && !strings.HasPrefix(volume.Name, sparklabels.LocalDirVolumePrefix) {
			t.Pod.Spec.Volumes = append(t.Pod.Spec.Volumes, *volume.DeepCopy())
		}
	}
	return nil
}

// mountSecrets mounts the Secrets that Spark cannot mount.
func mountSecrets(t Target) error {
	if len(t.Spec.Secrets) == 0 {
		return nil
	}
	mounts, byProperty := mountsOf(t), SecretsByProperty(t.Spec.Secrets)
	for _, secret := range t.Spec.Secrets {
		if byProperty[secret.Name] {
			continue
		}
		volume := sparklabels.SecretVolume(secret.Name)
		mounts.volumes.set(corev1.Volume{Name: volume, VolumeSource: corev1.VolumeSource{
			Secret: &corev1.SecretVolumeSource{SecretName: secret.Name},
		}})
		mounts.paths.set(corev1.VolumeMount{Name: volume, MountPath: secret.Path})
	}
	return nil
}

// SecretsByProperty returns the names of the Secrets that properties have Spark mount: a property is named after the
// Secret and holds one path, and the volume is named after it as well. The mutators mount the others.
func SecretsByProperty(secrets []v1beta2.SecretInfo) map[string]bool {
	byProperty := make(map[string]bool, len(secrets))
	for _, secret := range secrets {
		_, repeated := byProperty[secret.Name]
		byProperty[secret.Name] = !repeated && sparklabels.SecretFitsVolume(secret.Name)
	}
	return byProperty
}

// mounts are the volumes of a pod and what its Spark container mounts of them.
type mounts struct {
	volumes *keyed[corev1.Volume]
	paths   *keyed[corev1.VolumeMount]
}

func mountsOf(t Target) mounts {
	return mounts{keyedBy(&t.Pod.Spec.Volumes, nameOfVolume), keyedBy(&t.Container().VolumeMounts, pathOfMount)}
}

// configMap mounts a ConfigMap read-only.
func (m mounts) configMap(configMap, volume, path string) {
	m.volumes.set(corev1.Volume{Name: volume, VolumeSource: corev1.VolumeSource{
		ConfigMap: &corev1.ConfigMapVolumeSource{LocalObjectReference: corev1.LocalObjectReference{Name: configMap}},
	}})
	m.paths.set(corev1.VolumeMount{Name: volume, MountPath: path, ReadOnly: true})
}
