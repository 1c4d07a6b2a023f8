// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package planning_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/pkg/sparkconf"
)

// Scratch space that is read-only is refused wherever that is said, and named with the field that says it.
func TestReadOnlyScratchSpace(t *testing.T) {
	scratch := corev1.VolumeMount{Name: "spark-local-dir-1", MountPath: "/scratch"}
	readOnly, elsewhere := scratch, corev1.VolumeMount{Name: "data", MountPath: "/data", ReadOnly: true}
	readOnly.ReadOnly = true
	template := func(mount corev1.VolumeMount, source corev1.VolumeSource) func(*v1beta2.SparkPodSpec) {
		return func(pod *v1beta2.SparkPodSpec) {
			templateMount(mount.Name, mount.MountPath)(pod)
			pod.Template.Spec.Containers[0].VolumeMounts[0].ReadOnly = mount.ReadOnly
			pod.Template.Spec.Volumes = []corev1.Volume{{Name: mount.Name, VolumeSource: source}}
		}
	}
	emptyDir := corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}
	nfs := func(readOnly bool) corev1.VolumeSource {
		return corev1.VolumeSource{NFS: &corev1.NFSVolumeSource{Server: "files.example.com", Path: "/", ReadOnly: readOnly}}
	}
	claim := func(readOnly bool) corev1.VolumeSource {
		return corev1.VolumeSource{PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: "scratch", ReadOnly: readOnly}}
	}
	csi := func(readOnly bool) corev1.VolumeSource {
		return corev1.VolumeSource{CSI: &corev1.CSIVolumeSource{Driver: "scratch.example.com", ReadOnly: &readOnly}}
	}
	inTemplate := "template.spec.containers[0].volumeMounts[0]"
	for title, tc := range map[string]struct {
		source corev1.VolumeSource
		roles  func(*v1beta2.SparkPodSpec)
		conf   map[string]string
		want   []string
	}{
		"an emptyDir":                      {source: emptyDir, roles: mounts(scratch)},
		"a mount that is read-only":        {source: emptyDir, roles: mounts(elsewhere, readOnly), want: []string{"spec.driver.volumeMounts[1].readOnly", "spec.executor.volumeMounts[1].readOnly"}},
		"another volume that is read-only": {source: emptyDir, roles: mounts(elsewhere, scratch)},
		"NFS":                              {source: nfs(false), roles: mounts(scratch)},
		"NFS that is read-only":            {source: nfs(true), roles: mounts(scratch), want: []string{"spec.driver.volumeMounts[0]", "spec.executor.volumeMounts[0]"}},
		"a claim":                          {source: claim(false), roles: mounts(scratch)},
		"a claim that is read-only":        {source: claim(true), roles: mounts(scratch), want: []string{"spec.driver.volumeMounts[0]", "spec.executor.volumeMounts[0]"}},
		"a CSI volume":                     {source: csi(false), roles: mounts(scratch)},
		"a CSI volume that is read-only":   {source: csi(true), roles: mounts(scratch), want: []string{"spec.driver.volumeMounts[0]", "spec.executor.volumeMounts[0]"}},
		"a template":                       {roles: template(scratch, emptyDir)},
		"a template's mount":               {roles: template(readOnly, emptyDir), want: []string{"spec.driver." + inTemplate + ".readOnly", "spec.executor." + inTemplate + ".readOnly"}},
		"a template's volume":              {roles: template(scratch, nfs(true)), want: []string{"spec.driver." + inTemplate, "spec.executor." + inTemplate}},
		"a template's ConfigMap": {
			roles: template(scratch, corev1.VolumeSource{ConfigMap: &corev1.ConfigMapVolumeSource{}}), want: []string{"spec.driver." + inTemplate, "spec.executor." + inTemplate},
		},
		"a template's mount with a field in its place": {roles: both(template(corev1.VolumeMount{Name: "spark-local-dir-7", MountPath: "/scratch", ReadOnly: true}, emptyDir), mount("data", "/scratch/"))},
		"a property": {
			roles: func(*v1beta2.SparkPodSpec) {},
			conf: map[string]string{
				sparkconf.ExecutorVolumesPrefix + "emptyDir.spark-local-dir-2.mount.path":     "/scratch",
				sparkconf.ExecutorVolumesPrefix + "emptyDir.spark-local-dir-2.mount.readOnly": "true",
			},
			want: []string{"spec.sparkConf[" + sparkconf.ExecutorVolumesPrefix + "emptyDir.spark-local-dir-2.mount.readOnly]"},
		},
	} {
		t.Run(title, func(t *testing.T) {
			app := sparkPi(bothRoles(tc.roles))
			app.Spec.SparkConf = tc.conf
			app.Spec.Volumes = []corev1.Volume{{Name: "data"}}
			if tc.source != (corev1.VolumeSource{}) {
				app.Spec.Volumes = append(app.Spec.Volumes, corev1.Volume{Name: scratch.Name, VolumeSource: tc.source})
			}
			errs := planning.Examine(app, field.NewPath("spec"), planning.Options{}).Errors
			var got []string
			for _, err := range errs {
				got = append(got, err.Field)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("fields (-want +got):\n%s\n%v", diff, errs)
			}
		})
	}
}
