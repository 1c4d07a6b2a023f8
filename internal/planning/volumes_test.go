// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package planning_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/pkg/podmutation"
	"github.com/alauda/spark-operator/pkg/sparkconf"
)

// podsOf returns the pods of an application as native submission and the driver make them, and fails where the pod
// webhook would change them.
func podsOf(t *testing.T, app *v1beta2.SparkApplication) map[podmutation.Role]*corev1.Pod {
	t.Helper()
	plan := mustPlan(t, app, planning.Options{})
	objects, err := plan.Render()
	if err != nil {
		t.Fatal(err)
	}
	executor, err := plan.Executor(objects)
	if err != nil {
		t.Fatal(err)
	}
	pods := map[podmutation.Role]*corev1.Pod{podmutation.Driver: objects.Driver, podmutation.Executor: executor}
	for role, pod := range pods {
		mutated := pod.DeepCopy()
		if err := podmutation.Apply(mutated, podmutation.Input{App: plan.App(), Role: role}, podmutation.Default()...); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(pod, mutated); diff != "" {
			t.Errorf("%s (-submitted +through the webhook):\n%s", role, diff)
		}
	}
	return pods
}

// bothRoles sets the same for driver and executors.
func bothRoles(change func(*v1beta2.SparkPodSpec)) func(*application) {
	return func(app *application) {
		change(&app.Spec.Driver.SparkPodSpec)
		change(&app.Spec.Executor.SparkPodSpec)
	}
}

func spark(pod *corev1.Pod, role podmutation.Role) *corev1.Container {
	return podmutation.SparkContainer(pod, podmutation.Input{App: &v1beta2.SparkApplication{}, Role: role})
}

func volumeNames(pod *corev1.Pod) map[string]int {
	names := map[string]int{}
	for i := range pod.Spec.Volumes {
		names[pod.Spec.Volumes[i].Name]++
	}
	return names
}

// Volumes that only init containers or sidecars mount, of the fields or of a template, are on the pods; Spark's
// container does not get them, and what nobody mounts is on no pod.
func TestVolumesOfOtherContainers(t *testing.T) {
	mounting := func(name, volume string) corev1.Container {
		return corev1.Container{Name: name, Image: "git", VolumeMounts: []corev1.VolumeMount{{Name: volume, MountPath: "/" + volume}}}
	}
	app := sparkPi(bothRoles(func(pod *v1beta2.SparkPodSpec) {
		pod.InitContainers = []corev1.Container{mounting("fetch", "key"), mounting("make", "space")}
		pod.Sidecars = []corev1.Container{mounting("watch", "space")}
		pod.Template = &corev1.PodTemplateSpec{}
		pod.Template.Spec.Containers = []corev1.Container{{Name: "spark"}, mounting("log", "logs"), mounting("own", "own")}
		pod.Template.Spec.Volumes = []corev1.Volume{{Name: "own"}}
	}))
	app.Spec.Volumes = []corev1.Volume{
		{Name: "key", VolumeSource: corev1.VolumeSource{Secret: &corev1.SecretVolumeSource{SecretName: "deploy"}}},
		{Name: "space"}, {Name: "logs", VolumeSource: corev1.VolumeSource{ConfigMap: &corev1.ConfigMapVolumeSource{}}}, {Name: "idle"},
	}
	for role, pod := range podsOf(t, app) {
		names := volumeNames(pod)
		for name, want := range map[string]int{"key": 1, "space": 1, "logs": 1, "own": 1, "idle": 0} {
			if names[name] != want {
				t.Errorf("%s: %d volumes %s, want %d", role, names[name], name, want)
			}
		}
		for _, mount := range spark(pod, role).VolumeMounts {
			if _, declared := map[string]bool{"key": true, "space": true, "logs": true, "own": true}[mount.Name]; declared {
				t.Errorf("%s: Spark's container mounts %s", role, mount.Name)
			}
		}
	}
}

// A volume that Spark makes of properties is not made twice where a sidecar mounts it, too.
func TestSidecarsMountVolumesThatSparkMakes(t *testing.T) {
	mounts := []corev1.VolumeMount{{Name: "spark-local-dir-1", MountPath: "/scratch"}, {Name: "data", MountPath: "/data"}}
	app := sparkPi(bothRoles(func(pod *v1beta2.SparkPodSpec) {
		pod.VolumeMounts = mounts[:1]
		pod.Sidecars = []corev1.Container{{Name: "watch", Image: "git", VolumeMounts: mounts}}
	}))
	app.Spec.Volumes = []corev1.Volume{
		{Name: "spark-local-dir-1", VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}}, {Name: "data"},
	}
	app.Spec.SparkConf = map[string]string{
		sparkconf.DriverVolumesPrefix + "emptyDir.data.mount.path": "/mine", sparkconf.ExecutorVolumesPrefix + "emptyDir.data.mount.path": "/mine",
	}
	for role, pod := range podsOf(t, app) {
		for _, name := range []string{"spark-local-dir-1", "data"} {
			if count := volumeNames(pod)[name]; count != 1 {
				t.Errorf("%s: %d volumes %s, want 1", role, count, name)
			}
		}
	}
}

// Secrets of every name that Kubernetes takes are mounted at each of their paths, from volumes whose names it takes;
// what Spark can mount itself it is asked to mount.
func TestSecretsOfEveryName(t *testing.T) {
	long := strings.Repeat("warehouse-credentials-", 11) + "0123456789"
	names := []string{"db", "orders.db.credentials", "orders.db-credentials", strings.Repeat("a", 56), strings.Repeat("a", 57), strings.Repeat("b", 63), long, long + "1"}
	app := sparkPi(bothRoles(func(pod *v1beta2.SparkPodSpec) {
		for _, name := range names {
			pod.Secrets = append(pod.Secrets, v1beta2.SecretInfo{Name: name, Path: "/mnt/" + name, Type: v1beta2.SecretTypeGeneric})
		}
		pod.Secrets = append(pod.Secrets,
			v1beta2.SecretInfo{Name: "twice", Path: "/mnt/one", Type: v1beta2.SecretTypeGeneric}, v1beta2.SecretInfo{Name: "twice", Path: "/mnt/two", Type: v1beta2.SecretTypeGeneric})
		pod.ConfigMaps = []v1beta2.NamePath{{Name: "orders.db.credentials", Path: "/etc/orders"}}
	}))
	plan := mustPlan(t, app, planning.Options{})
	for _, prefix := range []string{sparkconf.DriverSecretsPrefix, sparkconf.ExecutorSecretsPrefix} {
		want := map[string]string{"db": "/mnt/db", names[3]: "/mnt/" + names[3]}
		if diff := cmp.Diff(want, plan.Conf().MapWithPrefix(prefix)); diff != "" {
			t.Errorf("properties %s (-want +got):\n%s", prefix, diff)
		}
	}
	for role, pod := range podsOf(t, app) {
		secretOf, seen := map[string]string{}, map[string]bool{}
		for _, volume := range pod.Spec.Volumes {
			if reasons := validation.IsDNS1123Label(volume.Name); len(reasons) > 0 || seen[volume.Name] {
				t.Errorf("%s: volume %q, a second time %t: %v", role, volume.Name, seen[volume.Name], reasons)
			}
			seen[volume.Name] = true
			if volume.Secret != nil {
				secretOf[volume.Name] = volume.Secret.SecretName
			}
		}
		got := map[string]string{}
		for _, mount := range spark(pod, role).VolumeMounts {
			if secret, isSecret := secretOf[mount.Name]; isSecret {
				got[mount.MountPath] = secret
			}
		}
		want := map[string]string{"/mnt/one": "twice", "/mnt/two": "twice"}
		for _, name := range names {
			want["/mnt/"+name] = name
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: Secrets by path (-want +got):\n%s", role, diff)
		}
	}
}

// Scratch space is what its author says, of every kind of volume and with every option of its mount, in both roles;
// Spark uses it and makes none of its own.
func TestScratchSpaceOfEveryKind(t *testing.T) {
	claim := corev1.VolumeSource{PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: "shared"}}
	ephemeral := corev1.VolumeSource{Ephemeral: &corev1.EphemeralVolumeSource{VolumeClaimTemplate: &corev1.PersistentVolumeClaimTemplate{}}}
	for title, tc := range map[string]struct {
		volumes    []corev1.VolumeSource
		mounts     []corev1.VolumeMount
		properties int
		dirs       string
	}{
		"an emptyDir": {
			volumes:    []corev1.VolumeSource{{EmptyDir: &corev1.EmptyDirVolumeSource{}}},
			mounts:     []corev1.VolumeMount{{Name: "spark-local-dir-1", MountPath: "/a", SubPath: "b"}},
			properties: 3, dirs: "/a",
		},
		"a generic ephemeral volume": {
			volumes: []corev1.VolumeSource{ephemeral},
			mounts:  []corev1.VolumeMount{{Name: "spark-local-dir-1", MountPath: "/scratch"}}, dirs: "/scratch",
		},
		"a CSI volume": {
			volumes: []corev1.VolumeSource{{CSI: &corev1.CSIVolumeSource{Driver: "fast.example.com"}}},
			mounts:  []corev1.VolumeMount{{Name: "spark-local-dir-1", MountPath: "/scratch"}}, dirs: "/scratch",
		},
		"a folder for each pod": {
			volumes: []corev1.VolumeSource{claim},
			mounts:  []corev1.VolumeMount{{Name: "spark-local-dir-1", MountPath: "/scratch", SubPathExpr: "$(POD)"}}, dirs: "/scratch",
		},
		"two folders of one volume": {
			volumes: []corev1.VolumeSource{{HostPath: &corev1.HostPathVolumeSource{Path: "/mnt"}}},
			mounts: []corev1.VolumeMount{
				{Name: "spark-local-dir-1", MountPath: "/a", SubPath: "a"}, {Name: "spark-local-dir-1", MountPath: "/b", SubPath: "b"},
			}, dirs: "/a,/b",
		},
		"both with properties and without": {
			volumes: []corev1.VolumeSource{ephemeral, {EmptyDir: &corev1.EmptyDirVolumeSource{}}},
			mounts: []corev1.VolumeMount{
				{Name: "spark-local-dir-2", MountPath: "/b"}, {Name: "spark-local-dir-1", MountPath: "/a"},
			}, properties: 2, dirs: "/a,/b",
		},
		"claims that Spark makes": {
			volumes:    []corev1.VolumeSource{{PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: "OnDemand"}}},
			mounts:     []corev1.VolumeMount{{Name: "spark-local-dir-1", MountPath: "/a", SubPathExpr: "$(POD)"}},
			properties: 5, dirs: "/a",
		},
	} {
		for _, version := range []string{"3.5.9", "4.0.1", "4.3.0"} {
			t.Run(title+" of Spark "+version, func(t *testing.T) {
				app := sparkPi(bothRoles(func(pod *v1beta2.SparkPodSpec) {
					pod.VolumeMounts = tc.mounts
					pod.Env = []corev1.EnvVar{{Name: "POD", ValueFrom: &corev1.EnvVarSource{FieldRef: &corev1.ObjectFieldSelector{FieldPath: "metadata.name"}}}}
				}))
				app.Spec.SparkVersion = version
				for i, source := range tc.volumes {
					app.Spec.Volumes = append(app.Spec.Volumes, corev1.Volume{Name: []string{"spark-local-dir-1", "spark-local-dir-2"}[i], VolumeSource: source})
				}
				conf := mustPlan(t, app, planning.Options{}).Conf()
				for _, prefix := range []string{sparkconf.DriverVolumesPrefix, sparkconf.ExecutorVolumesPrefix} {
					if got := conf.MapWithPrefix(prefix); len(got) != tc.properties {
						t.Errorf("properties %s: %v, want %d", prefix, got, tc.properties)
					}
				}
				for role, pod := range podsOf(t, app) {
					var mounts []corev1.VolumeMount
					for _, mount := range spark(pod, role).VolumeMounts {
						if strings.HasPrefix(mount.Name, "spark-local-dir-") {
							if strings.HasPrefix(version, "3.") && tc.properties == 5 {
								mount.SubPathExpr = "$(POD)" // Spark 3.5 has no such property.
							}
							mounts = append(mounts, mount)
						}
					}
					if diff := cmp.Diff(byPath(tc.mounts), byPath(mounts)); diff != "" {
						t.Errorf("%s: mounts (-want +got):\n%s", role, diff)
					}
					for _, variable := range spark(pod, role).Env {
						if variable.Name == "SPARK_LOCAL_DIRS" && variable.Value != tc.dirs {
							t.Errorf("%s: Spark uses %q, want %q", role, variable.Value, tc.dirs)
						}
					}
					names := volumeNames(pod)
					for i := range app.Spec.Volumes {
						if name := app.Spec.Volumes[i].Name; names[name] != 1 {
							t.Errorf("%s: %d volumes %s", role, names[name], name)
						}
						delete(names, app.Spec.Volumes[i].Name)
					}
					for name := range names {
						if strings.HasPrefix(name, "spark-local-dir-") {
							t.Errorf("%s: Spark has a volume %s of its own", role, name)
						}
					}
				}
			})
		}
	}
}

func byPath(mounts []corev1.VolumeMount) map[string]corev1.VolumeMount {
	paths := map[string]corev1.VolumeMount{}
	for _, mount := range mounts {
		paths[mount.MountPath] = mount
	}
	return paths
}
