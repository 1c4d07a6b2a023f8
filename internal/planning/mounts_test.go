// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package planning_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/pkg/sparkconf"
)

func conf(properties ...string) func(*application) {
	return func(app *application) {
		app.Spec.SparkConf = map[string]string{}
		for i := 0; i < len(properties); i += 2 {
			app.Spec.SparkConf[properties[i]] = properties[i+1]
		}
	}
}

func configMap(name, path string) func(*v1beta2.SparkPodSpec) {
	return func(pod *v1beta2.SparkPodSpec) {
		pod.ConfigMaps = append(pod.ConfigMaps, v1beta2.NamePath{Name: name, Path: path})
	}
}

func secret(name, path string) func(*v1beta2.SparkPodSpec) {
	return func(pod *v1beta2.SparkPodSpec) {
		pod.Secrets = append(pod.Secrets, v1beta2.SecretInfo{Name: name, Path: path, Type: v1beta2.SecretTypeGeneric})
	}
}

func mount(name, path string) func(*v1beta2.SparkPodSpec) {
	return func(pod *v1beta2.SparkPodSpec) {
		pod.VolumeMounts = append(pod.VolumeMounts, corev1.VolumeMount{Name: name, MountPath: path})
	}
}

func mounts(mounts ...corev1.VolumeMount) func(*v1beta2.SparkPodSpec) {
	return func(pod *v1beta2.SparkPodSpec) { pod.VolumeMounts = mounts }
}

func templateMount(name, path string) func(*v1beta2.SparkPodSpec) {
	return func(pod *v1beta2.SparkPodSpec) {
		pod.Template = &corev1.PodTemplateSpec{}
		pod.Template.Spec.Containers = []corev1.Container{{Name: "main", VolumeMounts: []corev1.VolumeMount{{Name: name, MountPath: path}}}}
	}
}

func sidecar(mounts ...corev1.VolumeMount) func(*v1beta2.SparkPodSpec) {
	return func(pod *v1beta2.SparkPodSpec) {
		pod.Sidecars = []corev1.Container{{Name: "side", Image: "busybox", VolumeMounts: mounts}}
	}
}

// Mounts that would cover Spark's own or one another are refused, each with its field; what works is not.
func TestMountsThatCoverOthers(t *testing.T) {
	of := func(path string) []string { return []string{"spec.driver." + path, "spec.executor." + path} }
	for title, tc := range map[string]struct {
		roles func(*v1beta2.SparkPodSpec)
		app   func(*application)
		want  []string
	}{
		"nothing":                               {},
		"a ConfigMap over Spark's conf":         {roles: configMap("a", "/opt/spark/conf"), want: of("configMaps[0].path")},
		"a volume over Spark's conf":            {roles: mount("data", "/opt/spark//conf/"), want: of("volumeMounts[0].mountPath")},
		"a Secret over Spark's conf":            {roles: secret("a", "/opt/spark/conf"), want: of("secrets[0].path")},
		"a template over Spark's conf":          {roles: templateMount("data", "/opt/spark/conf"), want: of("template.spec.containers[0].volumeMounts[0].mountPath")},
		"a file below Spark's conf":             {roles: mount("data", "/opt/spark/conf/log4j2.properties")},
		"a folder above Spark's conf":           {roles: mount("data", "/opt/spark")},
		"over the template of executors":        {roles: mount("data", "/opt/spark/pod-template"), want: []string{"spec.driver.volumeMounts[0].mountPath"}},
		"over sparkConfigMap":                   {roles: mount("data", "/etc/spark/conf"), app: func(a *application) { a.Spec.SparkConfigMap = new("c") }, want: of("volumeMounts[0].mountPath")},
		"over hadoopConfigMap":                  {roles: configMap("a", "/etc/hadoop/conf"), app: func(a *application) { a.Spec.HadoopConfigMap = new("c") }, want: of("configMaps[0].path")},
		"where sparkConfigMap would be":         {roles: mount("data", "/etc/spark/conf")},
		"over Spark's Hadoop":                   {roles: mount("data", "/opt/hadoop/conf"), app: conf(sparkconf.HadoopConfigMap, "h"), want: of("volumeMounts[0].mountPath")},
		"over krb5.conf":                        {roles: mount("data", "/etc/krb5.conf"), app: conf(sparkconf.Krb5ConfigMap, "k"), want: of("volumeMounts[0].mountPath")[:1]},
		"over Hadoop's token":                   {roles: mount("data", "/mnt/secrets/hadoop-credentials"), app: conf(sparkconf.KerberosTokenSecret, "k", sparkconf.KerberosTokenSecretKey, "t"), want: of("volumeMounts[0].mountPath")[:1]},
		"two ConfigMaps":                        {roles: both(configMap("a", "/a"), configMap("b", "/a/")), want: of("configMaps[1].path")},
		"a ConfigMap at two paths":              {roles: both(configMap("a", "/a"), configMap("a", "/b"))},
		"a volume and a ConfigMap":              {roles: both(mount("data", "/a"), configMap("b", "/a")), want: of("volumeMounts[0].mountPath")},
		"two volumes":                           {roles: both(mount("data", "/a"), mount("more", "/a")), want: of("volumeMounts[1].mountPath")},
		"the same volume twice":                 {roles: both(mount("data", "/a"), mount("data", "/a"))},
		"the same volume by another spelling":   {roles: both(mount("data", "/a"), mount("data", "/a/"))},
		"the same volume read-only":             {roles: mounts(corev1.VolumeMount{Name: "data", MountPath: "/a"}, corev1.VolumeMount{Name: "data", MountPath: "/a/", ReadOnly: true}), want: of("volumeMounts[1].mountPath")},
		"the same volume by an expression":      {roles: mounts(corev1.VolumeMount{Name: "data", MountPath: "/a", SubPath: "b"}, corev1.VolumeMount{Name: "data", MountPath: "/a", SubPathExpr: "b"}), want: of("volumeMounts[1].mountPath")},
		"the same volume propagated":            {roles: mounts(corev1.VolumeMount{Name: "data", MountPath: "/a"}, corev1.VolumeMount{Name: "data", MountPath: "/a", MountPropagation: new(corev1.MountPropagationHostToContainer)}), want: of("volumeMounts[1].mountPath")},
		"the same volume twice, read-only":      {roles: mounts(corev1.VolumeMount{Name: "data", MountPath: "/a", ReadOnly: true, RecursiveReadOnly: new(corev1.RecursiveReadOnlyEnabled)}, corev1.VolumeMount{Name: "data", MountPath: "/a", ReadOnly: true, RecursiveReadOnly: new(corev1.RecursiveReadOnlyEnabled)})},
		"a Secret and a volume":                 {roles: both(secret("s", "/a"), mount("data", "/a")), want: of("volumeMounts[0].mountPath")},
		"two Secrets":                           {roles: both(secret("s", "/a"), secret("t", "/a")), want: of("secrets[1].path")},
		"a field takes the place of a template": {roles: both(templateMount("data", "/a"), mount("more", "/a/"))},
		"a Secret over a template's volume":     {roles: both(templateMount("data", "/a"), secret("s", "/a")), want: of("secrets[0].path")},
		"a property and a field": {
			roles: mount("data", "/a"), app: conf(sparkconf.DriverVolumesPrefix+"emptyDir.x.mount.path", "/a"), want: of("volumeMounts[0].mountPath")[:1],
		},
		"a property and scratch space": {
			roles: mount("spark-local-dir-1", "/a"), app: conf(sparkconf.ExecutorVolumesPrefix+"emptyDir.x.mount.path", "/a"), want: of("volumeMounts[0].mountPath")[1:],
		},
		"two properties": {
			app:  conf(sparkconf.ExecutorVolumesPrefix+"emptyDir.x.mount.path", "/a", sparkconf.ExecutorVolumesPrefix+"nfs.y.mount.path", "/a"),
			want: []string{"spec.sparkConf[" + sparkconf.ExecutorVolumesPrefix + "nfs.y.mount.path]"},
		},
		"a Secret by property that Spark cannot mount": {
			app: conf(sparkconf.DriverSecretsPrefix+"a.b", "/a"), want: []string{"spec.sparkConf[" + sparkconf.DriverSecretsPrefix + "a.b]"},
		},
		"a Secret by property over Spark's conf": {
			app: conf(sparkconf.DriverSecretsPrefix+"a", "/opt/spark/conf"), want: []string{"spec.sparkConf[" + sparkconf.DriverSecretsPrefix + "a]"},
		},
		"a field in place of a property":               {roles: secret("s", "/b"), app: conf(sparkconf.DriverSecretsPrefix+"s", "/a")},
		"steps that are left out":                      {roles: mount("data", "/opt/hadoop/conf"), app: conf(sparkconf.HadoopConfigMap, "h", sparkconf.DriverExcludedSteps, "x", sparkconf.ExecutorExcludedSteps, "x")},
		"executors without Spark's ConfigMap":          {roles: mount("data", "/opt/spark/conf"), app: conf(sparkconf.ExecutorDisableConfigMap, "true"), want: of("volumeMounts[0].mountPath")[:1]},
		"folders of scratch space":                     {app: conf(sparkconf.LocalDir, "/a,/b,,")},
		"an empty folder of scratch space":             {app: conf(sparkconf.LocalDir, "/a,,/b"), want: []string{"spec.sparkConf[spark.local.dir]", "spec.sparkConf[spark.local.dir]"}},
		"no folder of scratch space":                   {app: conf(sparkconf.LocalDir, ","), want: []string{"spec.sparkConf[spark.local.dir]", "spec.sparkConf[spark.local.dir]"}},
		"a folder of scratch space twice":              {app: conf(sparkconf.LocalDir, "/a,/a"), want: []string{"spec.sparkConf[spark.local.dir]", "spec.sparkConf[spark.local.dir]"}},
		"a folder of scratch space that has a volume":  {roles: mount("data", "/a"), app: conf(sparkconf.LocalDir, "/a"), want: []string{"spec.sparkConf[spark.local.dir]"}},
		"folders that are not used for scratch space":  {roles: mount("spark-local-dir-1", "/s"), app: conf(sparkconf.LocalDir, "/a,,/a")},
		"twice in a sidecar":                           {roles: sidecar(corev1.VolumeMount{Name: "data", MountPath: "/a"}, corev1.VolumeMount{Name: "more", MountPath: "/a/."}), want: of("sidecars[0].volumeMounts[1].mountPath")},
		"the sidecar where Spark has its own":          {roles: sidecar(corev1.VolumeMount{Name: "data", MountPath: "/opt/spark/conf"})},
		"a sidecar with a volume that nobody declared": {roles: sidecar(corev1.VolumeMount{Name: "none", MountPath: "/a"}), want: of("")},
		"a sidecar with scratch space that nobody has": {roles: sidecar(corev1.VolumeMount{Name: "spark-local-dir-7", MountPath: "/a"}), want: of("")},
		"a sidecar with Spark's configuration": {app: func(a *application) {
			sidecar(corev1.VolumeMount{Name: "spark-conf-volume-driver", MountPath: "/a"})(&a.Spec.Driver.SparkPodSpec)
		}},
		"executors' sidecar with Spark's configuration": {app: func(a *application) {
			sidecar(corev1.VolumeMount{Name: "spark-conf-volume-exec", MountPath: "/a"})(&a.Spec.Executor.SparkPodSpec)
		}},
		"a sidecar with the volume that Spark will name": {roles: sidecar(corev1.VolumeMount{Name: "spark-local-dir-1", MountPath: "/a"})},
	} {
		t.Run(title, func(t *testing.T) {
			app := sparkPi()
			app.Spec.Volumes = []corev1.Volume{{Name: "data"}, {Name: "more"}, {Name: "spark-local-dir-1", VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}}}
			if tc.app != nil {
				tc.app(app)
			}
			if tc.roles != nil {
				bothRoles(tc.roles)(app)
			}
			errs := planning.Examine(app, field.NewPath("spec"), planning.Options{}).Errors
			var got []string
			for _, err := range errs {
				got = append(got, err.Field)
				if strings.TrimSpace(err.Detail) == "" {
					t.Errorf("%s: nothing is said of how to mend it", err.Field)
				}
			}
			want := tc.want
			if want != nil && strings.HasSuffix(want[0], ".") { // What only the finished pods show is reported for the first of them.
				want = []string{"spec.driver"}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("fields (-want +got):\n%s\n%v", diff, errs)
			}
			plan, err := newPlan(app, planning.Options{})
			if err == nil {
				_, err = plan.Render()
			}
			if _, invalid := errors.AsType[*planning.InvalidError](err); invalid != (len(tc.want) > 0) {
				t.Errorf("planning: %v, want it refused: %t", err, len(tc.want) > 0)
			}
		})
	}
}

func both(a, b func(*v1beta2.SparkPodSpec)) func(*v1beta2.SparkPodSpec) {
	return func(pod *v1beta2.SparkPodSpec) {
		a(pod)
		b(pod)
	}
}
