// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package planning_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/planning"
)

// The author of a schedule finds each field where he wrote it, also those that a sentence about another one names.
func TestEveryPathBeginsWhereTheSpecStands(t *testing.T) {
	for name, change := range map[string]func(*application){
		"nothing but a name": func(a *application) { a.Spec = v1beta2.SparkApplicationSpec{} },
		"a limit of CPU that is too low": func(a *application) {
			a.Spec.Driver.CoreRequest, a.Spec.Driver.CoreLimit = new("2"), new("1")
		},
		"a volume that is not declared": func(a *application) {
			a.Spec.Executor.VolumeMounts = []corev1.VolumeMount{{Name: "data", MountPath: "/data"}, {Name: "spark-local-dir-1", MountPath: "/tmp/1"}}
		},
		"a sidecar with a volume that is not declared": func(a *application) {
			a.Spec.Driver.Sidecars = []corev1.Container{{Name: "proxy", VolumeMounts: []corev1.VolumeMount{{Name: "data", MountPath: "/data"}}}}
		},
		"two mounts at a path": func(a *application) {
			a.Spec.Driver.Secrets = []v1beta2.SecretInfo{{Name: "s", Path: "/etc/s"}}
			a.Spec.Driver.ConfigMaps = []v1beta2.NamePath{{Name: "c", Path: "/etc/s"}, {Name: "d", Path: "/opt/hadoop/conf"}}
			a.Spec.HadoopConfigMap = new("hadoop")
		},
		"a property that is the operator's, and properties that are lost": func(a *application) {
			a.Spec.SparkConf = map[string]string{
				"spark.master": "local", "spark.kubernetes.driver.secrets.a.b": "/etc/ab", "spark.app.id": "1", "other": "2",
				"spark.kubernetes.driver.podTemplateContainerName": "main", "spark.executor.memory": "512", "spark.jars": "/tmp/a.jar",
			}
		},
		"a template that says what Spark sets": func(a *application) {
			a.Spec.Driver.Template = &corev1.PodTemplateSpec{Spec: corev1.PodSpec{Containers: []corev1.Container{{
				Name: "main", Image: "other", VolumeMounts: []corev1.VolumeMount{{Name: "x", MountPath: "/opt/spark/conf"}},
			}}}}
		},
	} {
		t.Run(name, func(t *testing.T) {
			app := sparkPi(change)
			own, scheduled := planning.Examine(app, field.NewPath("spec"), planning.Options{}), planning.Examine(app, field.NewPath("spec", "template"), planning.Options{})
			if len(own.Errors)+len(own.Warnings) == 0 {
				t.Error("nothing is said")
			}
			var want []string
			for _, sentence := range said(own) {
				want = append(want, strings.ReplaceAll(sentence, "spec.", "spec.template."))
			}
			if diff := cmp.Diff(want, said(scheduled)); diff != "" {
				t.Errorf("sentences (-want +got):\n%s", diff)
			}
		})
	}
}

// said returns what is wrong and what should be known, with the templates of pods named otherwise than that of a
// schedule.
func said(examined planning.Examination) []string {
	all := append([]string(nil), examined.Warnings...)
	for _, err := range examined.Errors {
		all = append(all, err.Error())
	}
	for i := range all {
		all[i] = strings.ReplaceAll(all[i], "template.spec.containers", "template:containers")
	}
	return all
}
