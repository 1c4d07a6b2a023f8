// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package podmutation_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/yaml"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/testing/golden"
	"github.com/alauda/spark-operator/internal/testing/manifest"
	"github.com/alauda/spark-operator/pkg/podmutation"
	"github.com/alauda/spark-operator/pkg/sparkconf"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

var roles = []podmutation.Role{podmutation.Driver, podmutation.Executor}

// The order is what users of the webhook see: it decides who wins where two mutators meet.
func TestOrderOfMutators(t *testing.T) {
	var got []string
	for _, mutator := range podmutation.Default() {
		got = append(got, mutator.Name)
	}
	want := []string{
		"ownerReference", // first, so that a pod that fails later still belongs to somebody
		"env", "envFrom",
		"hadoopConfigMap", "sparkConfigMap", // after env: the variable must point to what is mounted
		"configMaps", "secrets", "localDirs", "volumeMounts", "ports", "hostNetwork", "hostAliases", "initContainers", "sidecars",
		"volumes", // after initContainers and sidecars: for what they mount
		"dnsConfig",
		"priorityClassName", "schedulerName", "nodeSelector", "affinity", "tolerations", "memoryLimit", "gpu",
		"monitoring", // after ports and volumes: the operator's own win
		"securityContext", "podSecurityContext", "terminationGracePeriodSeconds", "lifecycle", "shareProcessNamespace",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("mutators (-want +got):\n%s", diff)
	}
}

// Every testdata/<case>.input.yaml is an application; <case>.<role>.yaml is what its fields make of a pod that has
// something of everything already.
func TestGoldenPods(t *testing.T) {
	for _, input := range inputs(t) {
		for _, role := range roles {
			name := strings.TrimSuffix(filepath.Base(input), ".input.yaml")
			t.Run(name+"/"+string(role), func(t *testing.T) {
				pod := podWithEverything(role)
				mutate(t, pod, manifest.Application(t, input), role)
				encoded, err := yaml.Marshal(pod)
				if err != nil {
					t.Fatal(err)
				}
				path := filepath.Join("testdata", name+"."+string(role)+".yaml")
				golden.Check(t, path, string(encoded))
			})
		}
	}
}

// Applying each mutator, and all of them, to their own result changes nothing; and none of them changes the
// application.
func TestMutatorsAreIdempotent(t *testing.T) {
	for _, input := range inputs(t) {
		app := manifest.Application(t, input)
		before := app.DeepCopy()
		lists := map[string][]podmutation.Mutator{"all": podmutation.Default()}
		for _, mutator := range podmutation.Default() {
			lists[mutator.Name] = []podmutation.Mutator{mutator}
		}
		for name, mutators := range lists {
			for _, role := range roles {
				pod := podWithEverything(role)
				in := podmutation.Input{App: app, Role: role}
				if err := podmutation.Apply(pod, in, mutators...); err != nil {
					t.Fatal(err)
				}
				once := pod.DeepCopy()
				if err := podmutation.Apply(pod, in, mutators...); err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(once, pod); diff != "" {
					t.Errorf("%s, %s, %s: applying twice (-once +twice):\n%s", input, name, role, diff)
				}
			}
		}
		if diff := cmp.Diff(before, app); diff != "" {
			t.Errorf("%s: the application was changed (-want +got):\n%s", input, diff)
		}
	}
}

// An application without such fields leaves pods alone, but for the owner of the driver.
func TestNothingAskedNothingChanged(t *testing.T) {
	app := &v1beta2.SparkApplication{ObjectMeta: metav1.ObjectMeta{Name: "pi", UID: "uid"}}
	for _, role := range roles {
		pod := podWithEverything(role)
		want := pod.DeepCopy()
		if role == podmutation.Driver {
			want.OwnerReferences = []metav1.OwnerReference{podmutation.Owner(app)}
		}
		mutate(t, pod, app, role)
		if diff := cmp.Diff(want, pod); diff != "" {
			t.Errorf("%s pod (-want +got):\n%s", role, diff)
		}
	}
}

func TestErrorsNameRoleAndConcern(t *testing.T) {
	cases := map[string]struct {
		driver v1beta2.SparkPodSpec
		pod    *corev1.Pod
		want   string
	}{
		"a pod without containers": {
			pod: &corev1.Pod{}, want: "mutate driver pod: the pod has no container",
		},
		"a sidecar in place of Spark": {
			driver: v1beta2.SparkPodSpec{Sidecars: []corev1.Container{{Name: sparklabels.DriverContainer}}},
			want:   `mutate driver pod: sidecars: container "spark-kubernetes-driver" is the one Spark runs in: rename the sidecar`,
		},
		"a mount without a volume": {
			driver: v1beta2.SparkPodSpec{VolumeMounts: []corev1.VolumeMount{{Name: "nothing", MountPath: "/data"}}},
			want:   `mutate driver pod: volumeMounts: volume "nothing" is mounted but not declared: add it to spec.volumes`,
		},
		"a volume of Spark's own name": {
			driver: v1beta2.SparkPodSpec{VolumeMounts: []corev1.VolumeMount{{Name: "pod-template-volume", MountPath: "/data"}}},
			want:   `mutate driver pod: volumeMounts: volume "pod-template-volume" has the name of one of Spark's own: rename it in spec.volumes`,
		},
		"a limit without sense": {
			driver: v1beta2.SparkPodSpec{MemoryLimit: new("lots")},
			want:   `mutate driver pod: memoryLimit: "lots" is no amount of memory: want a number with a unit, as in 512m or 2Gi`,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			app := &v1beta2.SparkApplication{}
			app.Spec.Driver.SparkPodSpec = tc.driver
			if tc.pod == nil {
				tc.pod = podWithEverything(podmutation.Driver)
			}
			err := podmutation.Apply(tc.pod, podmutation.Input{App: app, Role: podmutation.Driver}, podmutation.Default()...)
			if diff := cmp.Diff(tc.want, fmt.Sprint(err)); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSparkContainer(t *testing.T) {
	const driver, executor = podmutation.Driver, podmutation.Executor
	pod := func(names ...string) *corev1.Pod {
		pod := &corev1.Pod{}
		for _, name := range names {
			name, mark, _ := strings.Cut(name, " ")
			container := corev1.Container{Name: name}
			if mark != "" {
				container.Env = []corev1.EnvVar{{Name: mark}}
			}
			pod.Spec.Containers = append(pod.Spec.Containers, container)
		}
		return pod
	}
	named := &v1beta2.SparkApplication{}
	named.Spec.SparkConf = map[string]string{sparkconf.DriverPodTemplateContainer: "main", sparkconf.ExecutorPodTemplateContainer: "main"}
	cases := map[string]struct {
		pod  *corev1.Pod
		app  *v1beta2.SparkApplication
		role podmutation.Role
		want string
	}{
		"the driver's by name":                 {pod: pod("a", "spark-kubernetes-driver"), role: driver, want: "spark-kubernetes-driver"},
		"the executor's by name":               {pod: pod("a", "spark-kubernetes-executor"), role: executor, want: "spark-kubernetes-executor"},
		"the first where none has a name":      {pod: pod("a", "b"), role: executor, want: "a"},
		"the one that Spark made of a driver":  {pod: pod("spark-kubernetes-driver", "main SPARK_DRIVER_BIND_ADDRESS"), role: driver, want: "main"},
		"the one that Spark made":              {pod: pod("a", "executor SPARK_EXECUTOR_POD_IP"), role: executor, want: "executor"},
		"two look as if Spark had made them":   {pod: pod("a SPARK_EXECUTOR_POD_IP", "b", "b SPARK_EXECUTOR_POD_IP"), role: executor, want: "a"},
		"the driver's by property":             {pod: pod("spark-kubernetes-driver", "main"), app: named, role: driver, want: "main"},
		"the executor's by property":           {pod: pod("spark-kubernetes-executor", "main"), app: named, role: executor, want: "main"},
		"a property that names none":           {pod: pod("a", "spark-kubernetes-driver"), app: named, role: driver, want: "a"},
		"a property that names more than one":  {pod: pod("a", "main", "main"), app: named, role: driver, want: "a"},
		"what Spark made despite the property": {pod: pod("main", "b SPARK_DRIVER_BIND_ADDRESS"), app: named, role: driver, want: "b"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			in := podmutation.Input{App: tc.app, Role: tc.role}
			if in.App == nil {
				in.App = &v1beta2.SparkApplication{}
			}
			if got := podmutation.SparkContainer(tc.pod, in).Name; got != tc.want {
				t.Errorf("container = %s, want %s", got, tc.want)
			}
		})
	}
	if got := podmutation.SparkContainer(&corev1.Pod{}, podmutation.Input{App: named, Role: driver}); got != nil {
		t.Errorf("container of an empty pod = %v, want none", got)
	}
}

func ExampleApply() {
	app := &v1beta2.SparkApplication{}
	app.Spec.Executor.Tolerations = []corev1.Toleration{{Key: "batch", Operator: corev1.TolerationOpExists}}
	pod := &corev1.Pod{Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: sparklabels.ExecutorContainer}}}}
	err := podmutation.Apply(pod, podmutation.Input{App: app, Role: podmutation.Executor}, podmutation.Default()...)
	fmt.Println(pod.Spec.Tolerations[0].Key, err)
	// Output: batch <nil>
}

func inputs(t *testing.T) []string {
	t.Helper()
	paths, err := filepath.Glob("testdata/*.input.yaml")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no inputs: %v", err)
	}
	return paths
}

func mutate(t *testing.T, pod *corev1.Pod, app *v1beta2.SparkApplication, role podmutation.Role) {
	t.Helper()
	if err := podmutation.Apply(pod, podmutation.Input{App: app, Role: role}, podmutation.Default()...); err != nil {
		t.Fatal(err)
	}
}

// podWithEverything is a pod as Spark makes it of a template: what it has meets each field of the applications.
func podWithEverything(role podmutation.Role) *corev1.Pod {
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: "pod"},
		Spec: corev1.PodSpec{
			NodeSelector:     map[string]string{"disk": "hdd", "arch": "amd64"},
			Tolerations:      []corev1.Toleration{{Key: "template"}},
			SchedulerName:    "template",
			RestartPolicy:    corev1.RestartPolicyNever,
			Priority:         new(int32(0)),
			PreemptionPolicy: ptr.To(corev1.PreemptLowerPriority),
			InitContainers:   []corev1.Container{{Name: "prepare", Image: "template"}},
			Containers: []corev1.Container{
				{Name: "watcher", Image: "template"},
				{
					Name:         "spark-kubernetes-" + string(role),
					Env:          []corev1.EnvVar{{Name: "GREETING", Value: "template"}, {Name: "SPARK_CONF_DIR", Value: "/opt/spark/conf"}},
					Ports:        []corev1.ContainerPort{{Name: "debug", ContainerPort: 1}, {Name: "blockmanager", ContainerPort: 7079}},
					VolumeMounts: []corev1.VolumeMount{{Name: "template", MountPath: "/data"}, {Name: "keep", MountPath: "/keep"}},
				},
			},
			Volumes: []corev1.Volume{{Name: "template"}, {Name: "keep"}, {Name: "data"}},
		},
	}
}
