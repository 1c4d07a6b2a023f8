// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package render

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/alauda/spark-operator/pkg/sparkconf"
)

// HadoopConfDir is where Spark mounts Hadoop's configuration.
const HadoopConfDir = "/opt/hadoop/conf"

const hadoopVolume = "hadoop-properties"

// hadoopConf is Spark's HadoopConfDriverFeatureStep, for a ConfigMap that exists; Hadoop's configuration of whoever
// submits is not looked at.
func (d *draft) hadoopConf() error {
	name, found := d.conf.Lookup(sparkconf.HadoopConfigMap)
	if !found {
		return nil
	}
	addHadoopConf(d.pod, d.container, name)
	d.properties.Set(sparkconf.HadoopConfigMapPassed, name)
	return nil
}

func addHadoopConf(pod *corev1.Pod, container *corev1.Container, configMap string) {
	pod.Spec.Volumes = append(pod.Spec.Volumes, configMapVolume(hadoopVolume, configMap))
	container.VolumeMounts = append(container.VolumeMounts, corev1.VolumeMount{Name: hadoopVolume, MountPath: HadoopConfDir})
	container.Env = append(container.Env, corev1.EnvVar{Name: "HADOOP_CONF_DIR", Value: HadoopConfDir})
}

func configMapVolume(volume, configMap string, items ...corev1.KeyToPath) corev1.Volume {
	return corev1.Volume{Name: volume, VolumeSource: corev1.VolumeSource{ConfigMap: &corev1.ConfigMapVolumeSource{
		LocalObjectReference: corev1.LocalObjectReference{Name: configMap}, Items: items,
	}}}
}
