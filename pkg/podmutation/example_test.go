// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package podmutation_test

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/pkg/podmutation"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// A queueing system describes the executors of an application as a pod template: where they may run, and with what. It
// does not have to know the fields of applications: the operator's own mutators do.
func ExampleApply_podSet() {
	app := &v1beta2.SparkApplication{ObjectMeta: metav1.ObjectMeta{Name: "pi", Namespace: "analytics"}}
	app.Spec.Executor.NodeSelector = map[string]string{"disk": "ssd"}
	app.Spec.Executor.Tolerations = []corev1.Toleration{{Key: "batch", Operator: corev1.TolerationOpExists}}
	app.Spec.Executor.Sidecars = []corev1.Container{{Name: "proxy", Image: "proxy:1"}}

	pod := &corev1.Pod{Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: sparklabels.ExecutorContainer}}}}
	in := podmutation.Input{App: app, Role: podmutation.Executor}
	if err := podmutation.Apply(pod, in, podmutation.Default()...); err != nil {
		fmt.Println(err)
		return
	}
	podSet := corev1.PodTemplateSpec{ObjectMeta: pod.ObjectMeta, Spec: pod.Spec}

	fmt.Println("nodes:", podSet.Spec.NodeSelector)
	fmt.Println("tolerates:", podSet.Spec.Tolerations[0].Key)
	for _, container := range podSet.Spec.Containers {
		fmt.Println("container:", container.Name)
	}
	// Output:
	// nodes: map[disk:ssd]
	// tolerates: batch
	// container: spark-kubernetes-executor
	// container: proxy
}

// What brings mutators of its own adds them to the list; later ones win.
func ExampleMutator() {
	reserve := podmutation.Mutator{
		Name:  "reserved nodes",
		Roles: []podmutation.Role{podmutation.Driver},
		Apply: func(t podmutation.Target) error {
			t.Pod.Spec.PriorityClassName = "drivers"
			return nil
		},
	}
	app := &v1beta2.SparkApplication{ObjectMeta: metav1.ObjectMeta{Name: "pi"}}
	for _, role := range []podmutation.Role{podmutation.Driver, podmutation.Executor} {
		pod := &corev1.Pod{Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "spark"}}}}
		in := podmutation.Input{App: app, Role: role}
		if err := podmutation.Apply(pod, in, append(podmutation.Default(), reserve)...); err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%s: %q\n", role, pod.Spec.PriorityClassName)
	}
	// Output:
	// driver: "drivers"
	// executor: ""
}
