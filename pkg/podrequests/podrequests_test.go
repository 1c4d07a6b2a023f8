// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package podrequests_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/utils/ptr"

	"github.com/alauda/spark-operator/pkg/podrequests"
	"github.com/alauda/spark-operator/pkg/sparkconf"
)

func resources(cpu, memory string) corev1.ResourceRequirements {
	return corev1.ResourceRequirements{Requests: corev1.ResourceList{
		corev1.ResourceCPU: resource.MustParse(cpu), corev1.ResourceMemory: resource.MustParse(memory),
	}}
}

func text(list corev1.ResourceList) map[string]string {
	texts := map[string]string{}
	for name, quantity := range list {
		texts[string(name)] = quantity.String()
	}
	return texts
}

func TestPod(t *testing.T) {
	spark := corev1.Container{Name: "spark", Resources: resources("1", "1408Mi")}
	cases := map[string]struct {
		spec corev1.PodSpec
		want map[string]string
	}{
		"one container": {
			spec: corev1.PodSpec{Containers: []corev1.Container{spark}},
			want: map[string]string{"cpu": "1", "memory": "1408Mi"},
		},
		"a sidecar is added": {
			spec: corev1.PodSpec{Containers: []corev1.Container{spark, {Resources: resources("250m", "128Mi")}}},
			want: map[string]string{"cpu": "1250m", "memory": "1536Mi"},
		},
		"an init container counts where it asks for more": {
			spec: corev1.PodSpec{
				Containers:     []corev1.Container{spark},
				InitContainers: []corev1.Container{{Resources: resources("2", "1Gi")}},
			},
			want: map[string]string{"cpu": "2", "memory": "1408Mi"},
		},
		"a restartable init container runs beside all after it": {
			spec: corev1.PodSpec{
				Containers: []corev1.Container{spark},
				InitContainers: []corev1.Container{
					{Resources: resources("500m", "64Mi"), RestartPolicy: ptr.To(corev1.ContainerRestartPolicyAlways)},
					{Resources: resources("2", "1Gi")},
				},
			},
			want: map[string]string{"cpu": "2500m", "memory": "1472Mi"},
		},
		"a limit without a request is one": {
			spec: corev1.PodSpec{Containers: []corev1.Container{{Resources: corev1.ResourceRequirements{
				Limits: corev1.ResourceList{"nvidia.com/gpu": resource.MustParse("2")},
			}}}},
			want: map[string]string{"nvidia.com/gpu": "2"},
		},
		"the overhead of a runtime class is added": {
			spec: corev1.PodSpec{Containers: []corev1.Container{spark}, Overhead: resources("10m", "16Mi").Requests},
			want: map[string]string{"cpu": "1010m", "memory": "1424Mi"},
		},
		"requests of the pod win over its containers'": {
			spec: corev1.PodSpec{Containers: []corev1.Container{spark}, Resources: new(resources("3", "4Gi"))},
			want: map[string]string{"cpu": "3", "memory": "4Gi"},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			pod := &corev1.Pod{Spec: tc.spec}
			before := pod.DeepCopy()
			if diff := cmp.Diff(tc.want, text(podrequests.Pod(pod))); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(before, pod); diff != "" {
				t.Errorf("the pod was changed (-want +got):\n%s", diff)
			}
		})
	}
}

func TestOfSumsUp(t *testing.T) {
	driver := &corev1.Pod{Spec: corev1.PodSpec{Containers: []corev1.Container{{Resources: resources("1", "1Gi")}}}}
	executor := &corev1.Pod{Spec: corev1.PodSpec{Containers: []corev1.Container{{Resources: resources("2", "512Mi")}}}}
	totals := podrequests.Of(driver, executor, 3)
	if diff := cmp.Diff(map[string]string{"cpu": "7", "memory": "2560Mi"}, text(totals.Sum)); diff != "" {
		t.Errorf("sum (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]string{"cpu": "1", "memory": "1Gi"}, text(totals.Driver)); diff != "" {
		t.Errorf("driver (-want +got):\n%s", diff)
	}
}

func TestInitialExecutors(t *testing.T) {
	cases := map[string]struct {
		conf []sparkconf.Property
		want int64
	}{
		"Spark's default":                 {want: 2},
		"the number given":                {conf: []sparkconf.Property{{Key: sparkconf.ExecutorInstances, Value: "5"}}, want: 5},
		"dynamic allocation starts empty": {conf: []sparkconf.Property{{Key: sparkconf.DynamicAllocationEnabled, Value: "true"}}, want: 0},
		"dynamic allocation takes the greatest": {conf: []sparkconf.Property{
			{Key: sparkconf.DynamicAllocationEnabled, Value: "TRUE"}, {Key: sparkconf.ExecutorInstances, Value: "1"},
			{Key: sparkconf.DynamicAllocationInitial, Value: "4"}, {Key: sparkconf.DynamicAllocationMin, Value: "3"},
		}, want: 4},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got, err := podrequests.InitialExecutors(sparkconf.New(tc.conf...))
			if err != nil || got != tc.want {
				t.Errorf("InitialExecutors = %d, %v, want %d", got, err, tc.want)
			}
		})
	}
}

func ExampleOf() {
	driver := &corev1.Pod{Spec: corev1.PodSpec{Containers: []corev1.Container{{Resources: resources("1", "1Gi")}}}}
	executor := &corev1.Pod{Spec: corev1.PodSpec{Containers: []corev1.Container{{Resources: resources("500m", "1Gi")}}}}
	totals := podrequests.Of(driver, executor, 4)
	fmt.Println(totals.Sum.Cpu(), totals.Sum.Memory())
	// Output: 3 5Gi
}
