// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package render

import (
	"cmp"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/alauda/spark-operator/pkg/sparkconf"
)

// TemplateDir is where Spark mounts the executor pod template in the driver.
const TemplateDir = "/opt/spark/pod-template"

const (
	templateVolume = "pod-template-volume"
	templateFile   = "pod-spec-template.yml"
	templateKey    = "podspec-configmap-key"
	templateSuffix = "-driver-podspec-conf-map"
)

// executorTemplate is Spark's PodTemplateConfigMapStep: it brings the executor pod template to the driver.
func (d *draft) executorTemplate() error {
	if d.in.ExecutorTemplate == "" {
		return nil
	}
	immutable := true
	name := cmp.Or(d.in.Names.Template, d.in.Names.Prefix+templateSuffix)
	d.objects.TemplateConfigMap = &corev1.ConfigMap{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "ConfigMap"},
		ObjectMeta: d.metadata(name),
		Immutable:  &immutable,
		Data:       map[string]string{templateKey: d.in.ExecutorTemplate},
	}
	d.pod.Spec.Volumes = append(d.pod.Spec.Volumes,
		configMapVolume(templateVolume, name, corev1.KeyToPath{Key: templateKey, Path: templateFile}))
	d.container.VolumeMounts = append(d.container.VolumeMounts, corev1.VolumeMount{Name: templateVolume, MountPath: TemplateDir})
	d.properties.Set(sparkconf.ExecutorPodTemplateFile, TemplateDir+"/"+templateFile)
	return nil
}
