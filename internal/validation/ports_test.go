// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package validation_test

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/validation"
)

func TestPortProperties(t *testing.T) {
	const between = "must be between 1 and 65535, inclusive"
	for name, tc := range map[string]struct {
		version string
		conf    map[string]string
		want    []string
	}{
		"ports":               {conf: map[string]string{"spark.ui.port": "4041", "spark.driver.port": "65535", "spark.blockManager.port": "1", "spark.driver.blockManager.port": "7080"}},
		"a reference":         {conf: map[string]string{"spark.ui.port": "${spark.my.port}"}},
		"too large":           {conf: map[string]string{"spark.ui.port": "99999"}, want: []string{`spec.sparkConf[spark.ui.port]: Invalid value: "99999": ` + between}},
		"larger than a port":  {conf: map[string]string{"spark.driver.port": "4294971336"}, want: []string{`spec.sparkConf[spark.driver.port]: Invalid value: "4294971336": must be a whole number between 1 and 65535, inclusive`}},
		"negative":            {conf: map[string]string{"spark.driver.blockManager.port": "-1"}, want: []string{`spec.sparkConf[spark.driver.blockManager.port]: Invalid value: "-1": ` + between}},
		"no number":           {conf: map[string]string{"spark.ui.port": "http"}, want: []string{`spec.sparkConf[spark.ui.port]: Invalid value: "http": must be a whole number between 1 and 65535, inclusive`}},
		"any for executors":   {conf: map[string]string{"spark.blockManager.port": "0", "spark.driver.blockManager.port": "7079"}},
		"Spark Connect":       {version: "4.1.0", conf: map[string]string{"spark.connect.grpc.binding.port": "70000"}, want: []string{`spec.sparkConf[spark.connect.grpc.binding.port]: Invalid value: "70000": ` + between}},
		"of an older version": {version: "4.0.1", conf: map[string]string{"spark.connect.grpc.binding.port": "70000"}},
		"any for all": {conf: map[string]string{"spark.blockManager.port": "0"}, want: []string{
			`spec.sparkConf[spark.blockManager.port]: Invalid value: "0": ` + between +
				": executors and Services reach the driver there; to leave it to executors, set spark.driver.blockManager.port as well"}},
	} {
		t.Run(name, func(t *testing.T) {
			app := sparkPi()
			if tc.version != "" {
				app.Spec.SparkVersion = tc.version
			}
			app.Spec.SparkConf = tc.conf
			check(t, validation.SparkApplication(app, field.NewPath("spec")), tc.want...)
		})
	}
}

func TestSubPaths(t *testing.T) {
	type spec = v1beta2.SparkApplicationSpec
	const up, absolute = "must not contain '..'; name a folder of the volume", "must be a relative path, below the root of the volume"
	mounted := func(mounts ...corev1.VolumeMount) []corev1.Container {
		return []corev1.Container{{Name: "beside", Image: "a", VolumeMounts: mounts}}
	}
	for name, tc := range map[string]struct {
		given func(*spec)
		want  []string
	}{
		"folders": {given: func(s *spec) {
			s.Driver.VolumeMounts = []corev1.VolumeMount{{Name: "data", MountPath: "/a", SubPath: "a/..b/c.."}, {Name: "data", MountPath: "/b", SubPathExpr: "$(POD)/b"}}
		}},
		"a field": {
			given: func(s *spec) {
				s.Driver.VolumeMounts = []corev1.VolumeMount{{Name: "data", MountPath: "/a", SubPath: "../a"}}
				s.Executor.VolumeMounts = []corev1.VolumeMount{{Name: "data", MountPath: "/a", SubPathExpr: "/a"}}
			},
			want: []string{
				`spec.driver.volumeMounts[0].subPath: Invalid value: "../a": ` + up, `spec.executor.volumeMounts[0].subPathExpr: Invalid value: "/a": ` + absolute},
		},
		"both": {
			given: func(s *spec) {
				s.Driver.VolumeMounts = []corev1.VolumeMount{{Name: "data", MountPath: "/a", SubPath: "a", SubPathExpr: "b"}}
			},
			want: []string{`spec.driver.volumeMounts[0].subPathExpr: Invalid value: "b": subPathExpr and subPath are mutually exclusive; remove one of them`},
		},
		"containers": {
			given: func(s *spec) {
				s.Driver.Sidecars = mounted(corev1.VolumeMount{Name: "data", MountPath: "/a", SubPath: "a/.."})
				s.Executor.InitContainers = mounted(corev1.VolumeMount{Name: "data", MountPath: "/a", SubPath: "/"})
				s.Executor.Template = &corev1.PodTemplateSpec{Spec: corev1.PodSpec{Containers: []corev1.Container{
					{Name: "spark-kubernetes-executor", VolumeMounts: []corev1.VolumeMount{{Name: "data", MountPath: "/a", SubPathExpr: ".."}}}}}}
			},
			want: []string{
				`spec.driver.sidecars[0].volumeMounts[0].subPath: Invalid value: "a/..": ` + up,
				`spec.executor.template.spec.containers[0].volumeMounts[0].subPathExpr: Invalid value: "..": ` + up,
				`spec.executor.initContainers[0].volumeMounts[0].subPath: Invalid value: "/": ` + absolute,
			},
		},
		"properties": {
			given: func(s *spec) {
				s.SparkConf = map[string]string{
					"spark.kubernetes.driver.volumes.emptyDir.data.mount.path":          "/a",
					"spark.kubernetes.driver.volumes.emptyDir.data.mount.subPath":       "/a",
					"spark.kubernetes.executor.volumes.emptyDir.data.mount.path":        "/a",
					"spark.kubernetes.executor.volumes.emptyDir.data.mount.subPathExpr": "a/../b",
				}
			},
			want: []string{
				`spec.sparkConf[spark.kubernetes.driver.volumes.emptyDir.data.mount.subPath]: Invalid value: "/a": ` + absolute,
				`spec.sparkConf[spark.kubernetes.executor.volumes.emptyDir.data.mount.subPathExpr]: Invalid value: "a/../b": ` + up,
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			app := sparkPi()
			app.Spec.Volumes = []corev1.Volume{{Name: "data"}}
			tc.given(&app.Spec)
			check(t, validation.SparkApplication(app, field.NewPath("spec")), tc.want...)
		})
	}
}
