// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/identity"
	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/internal/testing/kubelet"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// kubelets play the nodes: they run every driver, let it have its executors, and end it. They are part of this program,
// and write what kubelets and drivers write: creation and deletion of executors, and two statuses a pod.
type kubelets struct {
	cluster *cluster
	nodes   kubelet.Kubelet
	ledger  *ledger
	// executors is how many a driver has.
	executors int
	// runs is how long a driver runs at least.
	runs time.Duration
	// gather is closed when drivers may end; each reports to gathered when it has its executors.
	gather   chan struct{}
	gathered func()
	// slots bound the steps at a time.
	slots chan struct{}
	// wrote is called after the status of a driver was written.
	wrote func(ctx context.Context, driver *corev1.Pod, state v1beta2.ApplicationStateType) error
}

// live is the life of a driver. Its steps are what happens at about the same time in a cluster: a driver asks for its
// executors in one batch.
func (k *kubelets) live(ctx context.Context, driver *corev1.Pod) error {
	ripe := time.After(k.runs)
	if err := k.step(func() error { return k.start(ctx, driver, change{state: string(v1beta2.ApplicationStateRunning)}) }); err != nil {
		return err
	}
	if err := k.wrote(ctx, driver, v1beta2.ApplicationStateRunning); err != nil {
		return err
	}
	executors := executorsOf(driver, k.executors)
	if err := k.step(func() error { return k.startAll(ctx, executors) }); err != nil {
		return err
	}
	k.gathered()
	select {
	case <-k.gather:
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case <-ripe:
	case <-ctx.Done():
		return ctx.Err()
	}
	if err := k.step(func() error { return k.end(ctx, driver, executors) }); err != nil {
		return err
	}
	return k.wrote(ctx, driver, v1beta2.ApplicationStateCompleted)
}

// step waits for a slot and takes it for the time of a step.
func (k *kubelets) step(do func() error) error {
	k.slots <- struct{}{}
	defer func() { <-k.slots }()
	return do()
}

// start runs a pod, which c names.
func (k *kubelets) start(ctx context.Context, pod *corev1.Pod, c change) error {
	if err := k.nodes.Start(ctx, pod); err != nil {
		return err
	}
	k.ledger.changed(pod.Labels[sparklabels.AppName], c)
	return nil
}

// startAll creates executors, as their driver does, and runs them.
func (k *kubelets) startAll(ctx context.Context, executors []*corev1.Pod) error {
	for _, pod := range executors {
		if err := k.cluster.client.Create(ctx, pod); err != nil {
			return fmt.Errorf("create executor: %w", err)
		}
	}
	for _, pod := range executors {
		if err := k.start(ctx, pod, change{pod.Name, string(v1beta2.ExecutorStateRunning)}); err != nil {
			return err
		}
	}
	return nil
}

// end deletes the executors, as a driver does that has finished, and ends it.
func (k *kubelets) end(ctx context.Context, driver *corev1.Pod, executors []*corev1.Pod) error {
	for _, pod := range executors {
		if err := k.cluster.client.Delete(ctx, pod, client.GracePeriodSeconds(0)); err != nil {
			return fmt.Errorf("delete executor: %w", err)
		}
	}
	if err := k.nodes.End(ctx, driver, 0); err != nil {
		return err
	}
	k.ledger.changed(driver.Labels[sparklabels.AppName], change{state: string(v1beta2.ApplicationStateCompleted)})
	return nil
}

// prototype is an executor as a driver makes it.
var prototype = func() *corev1.Pod {
	app := newApplication("prototype")
	app.UID = "d6bf6a4c-5c3a-4d4b-8f0e-000000000000"
	plan, err := planning.NewPlan(app, identity.Of(app, 1), planning.Options{})
	if err != nil {
		panic(err)
	}
	objects, err := plan.Render()
	if err != nil {
		panic(err)
	}
	pod, err := plan.Executor(objects)
	if err != nil {
		panic(err)
	}
	return pod
}()

// executorsOf returns the executors that a driver creates.
func executorsOf(driver *corev1.Pod, n int) []*corev1.Pod {
	var executors []*corev1.Pod
	for i := range n {
		pod := prototype.DeepCopy()
		pod.Namespace = driver.Namespace
		pod.Name = fmt.Sprintf("%s-exec-%d", driver.Labels[sparklabels.AppName], i+1)
		pod.Labels[sparklabels.AppName] = driver.Labels[sparklabels.AppName]
		pod.Labels[sparklabels.SubmissionID] = driver.Labels[sparklabels.SubmissionID]
		pod.OwnerReferences = []metav1.OwnerReference{*metav1.NewControllerRef(driver, corev1.SchemeGroupVersion.WithKind("Pod"))}
		executors = append(executors, pod)
	}
	return executors
}

func newApplication(name string) *v1beta2.SparkApplication {
	return &v1beta2.SparkApplication{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name, Labels: map[string]string{"team": "perf"}},
		Spec: v1beta2.SparkApplicationSpec{
			Type: v1beta2.SparkApplicationTypeScala, SparkVersion: "4.0.1", Mode: v1beta2.DeployModeCluster,
			Image: new("docker.io/library/spark:4.0.1"), MainClass: new("org.apache.spark.examples.SparkPi"),
			MainApplicationFile: new("local:///opt/spark/examples/jars/spark-examples.jar"), Arguments: []string{"20"},
			SparkConf: map[string]string{"spark.eventLog.enabled": "true", "spark.eventLog.dir": "s3a://logs", "spark.sql.shuffle.partitions": "8"},
			Driver: v1beta2.DriverSpec{SparkPodSpec: v1beta2.SparkPodSpec{
				Cores: new(int32(1)), Memory: new("512m"), ServiceAccount: new("spark"),
				Env: []corev1.EnvVar{{Name: "STAGE", Value: "perf"}},
			}},
			Executor: v1beta2.ExecutorSpec{Instances: new(int32(5)), SparkPodSpec: v1beta2.SparkPodSpec{
				Cores: new(int32(1)), Memory: new("512m"),
				Tolerations: []corev1.Toleration{{Key: "batch", Operator: corev1.TolerationOpExists}},
			}},
		},
	}
}
