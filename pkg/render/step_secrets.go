// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package render

import (
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/alauda/spark-operator/pkg/sparkconf"
)

// secrets is Spark's MountSecretsFeatureStep.
func (d *draft) secrets() error {
	addSecrets(d.pod, d.container, d.conf.WithPrefix(sparkconf.DriverSecretsPrefix))
	return nil
}

// secretEnv is Spark's EnvSecretsFeatureStep.
func (d *draft) secretEnv() error {
	return addSecretEnv(d.container, d.conf, sparkconf.DriverSecretKeyRefPrefix)
}

// addSecrets mounts Secrets: a property's key is the name and its value the path.
func addSecrets(pod *corev1.Pod, container *corev1.Container, secrets []sparkconf.Property) {
	for _, secret := range secrets {
		volume := secret.Key + "-volume"
		pod.Spec.Volumes = append(pod.Spec.Volumes, corev1.Volume{Name: volume, VolumeSource: corev1.VolumeSource{
			Secret: &corev1.SecretVolumeSource{SecretName: secret.Key},
		}})
		container.VolumeMounts = append(container.VolumeMounts, corev1.VolumeMount{Name: volume, MountPath: secret.Value})
	}
}

// addSecretEnv sets variables from keys of Secrets: a property's value is name and key, joined by a colon.
func addSecretEnv(container *corev1.Container, conf *sparkconf.Conf, prefix string) error {
	for _, property := range conf.WithPrefix(prefix) {
		name, key, found := strings.Cut(property.Value, ":")
		if !found || name == "" || key == "" || strings.Contains(key, ":") {
			return fmt.Errorf("%s%s is %q, want the Secret's name and its key, joined by a colon", prefix, property.Key, property.Value)
		}
		container.Env = append(container.Env, corev1.EnvVar{Name: property.Key, ValueFrom: &corev1.EnvVarSource{
			SecretKeyRef: &corev1.SecretKeySelector{LocalObjectReference: corev1.LocalObjectReference{Name: name}, Key: key},
		}})
	}
	return nil
}
