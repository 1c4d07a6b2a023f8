// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package render

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/alauda/spark-operator/pkg/sparkconf"
)

// ConfDir is where Spark mounts its configuration.
const ConfDir = "/opt/spark/conf"

const (
	confVolume     = "spark-conf-volume-driver"
	propertiesFile = "spark.properties"
)

// configMap carries the configuration, as the steps left it, to the driver.
func (d *draft) configMap() {
	name := d.in.Names.ConfigMap
	immutable := true
	mode := int32(0o644)
	d.objects.ConfigMap = &corev1.ConfigMap{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "ConfigMap"},
		ObjectMeta: d.metadata(name),
		Immutable:  &immutable,
		Data: map[string]string{
			propertiesFile:      d.properties.Properties("Java properties built from Kubernetes config map with name: " + name),
			sparkconf.Namespace: d.in.Namespace,
		},
	}
	d.container.Env = append(d.container.Env, corev1.EnvVar{Name: "SPARK_CONF_DIR", Value: ConfDir})
	d.container.VolumeMounts = append(d.container.VolumeMounts, corev1.VolumeMount{Name: confVolume, MountPath: ConfDir})
	d.pod.Spec.Volumes = append(d.pod.Spec.Volumes,
		configMapVolume(confVolume, name, corev1.KeyToPath{Key: propertiesFile, Path: propertiesFile, Mode: &mode}))
}
