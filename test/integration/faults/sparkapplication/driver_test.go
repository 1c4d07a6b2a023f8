// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkapplication

import (
	"context"
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/testing/kubelet"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// tend does the next thing that happens in a pod of Spark's.
func (t *world) tend(ctx context.Context, pod *corev1.Pod) error {
	switch pod.Labels[sparklabels.SparkRole] {
	case sparklabels.RoleDriver:
		return t.driver(ctx, pod)
	case sparklabels.RoleExecutor:
		if pod.Status.Phase == corev1.PodPending && t.executorIs(pod, v1beta2.ExecutorStatePending) {
			return t.Kubelet.Start(ctx, pod)
		}
	}
	return nil
}

// stop ends the containers of a pod that is being deleted, unless it lingers.
func (t *world) stop(ctx context.Context, pod *corev1.Pod) (gone bool, err error) {
	if t.scenario.lingers && t.unawaited(pod) {
		return false, nil
	}
	if pod.Status.Phase == corev1.PodRunning {
		exitCode := int32(kubelet.Terminated)
		if pod.Labels[sparklabels.SparkRole] == sparklabels.RoleExecutor {
			// Its driver has ended it, as Spark does before it deletes the pod.
			exitCode = 0
		}
		err = t.Kubelet.End(ctx, pod, exitCode)
	}
	return err == nil, err
}

// unawaited reports whether the driver is of an application that was deleted, and the one that was made after it does
// not say yet that it waits.
func (t *world) unawaited(pod *corev1.Pod) bool {
	var app *v1beta2.SparkApplication
	t.Locked(func() { app = t.app(pod.Labels[sparklabels.AppName]) })
	if pod.Labels[sparklabels.SparkRole] != sparklabels.RoleDriver || app != nil && metav1.IsControlledBy(pod, app) {
		return false
	}
	return app == nil || !slices.ContainsFunc(app.Status.Conditions, func(c metav1.Condition) bool {
		return c.Reason == "WaitingForRemoval" && strings.Contains(c.Message, "it was deleted at")
	})
}

// holds reports whether the driver is the first of a scenario in which that one waits for a volume for ever.
func (t *world) holds(pod *corev1.Pod) bool {
	if t.held == "" {
		t.held = pod.UID
	}
	return t.scenario.unmounted && t.held == pod.UID
}

// driver does the next thing that a driver, or its kubelet, does: it starts, makes an executor, is done with it, and
// ends. Each step waits until the status shows the step before, unless the scenario is unpaced, so that a trial goes
// the same way each time.
func (t *world) driver(ctx context.Context, pod *corev1.Pod) error {
	name := pod.Labels[sparklabels.AppName]
	var app *v1beta2.SparkApplication
	var executor *corev1.Pod
	var run int
	var mayEnd bool
	t.Locked(func() {
		app, run = t.app(name), t.runNumber(pod)
		mayEnd = t.scenario.unpaced || slices.Contains(t.allowed[name], run)
		for _, candidate := range t.podsOf(name, sparklabels.RoleExecutor) {
			if metav1.IsControlledBy(candidate, pod) {
				executor = candidate
			}
		}
	})
	if app == nil || app.DeletionTimestamp != nil {
		return nil
	}
	if over := driverEnd(pod); over != nil {
		return t.sidecar(ctx, pod, over)
	}
	if pod.Status.Phase == corev1.PodPending {
		if !t.shows(app, pod, v1beta2.ApplicationStateSubmitted) {
			return nil
		}
		if t.holds(pod) {
			return t.holdsUp(ctx, pod)
		}
		if !t.mounts(ctx, pod) {
			return nil
		}
		if err := t.Kubelet.Start(ctx, pod); err != nil {
			return err
		}
		t.Update(func() { t.runs = append(t.runs, runName(pod)) })
		return nil
	}
	exitCode := t.scenario.exitCode(run)
	state := app.Status.ExecutorState[executorName(pod)]
	made := t.executors[pod.UID]
	if executor != nil {
		made = seen
		t.executors[pod.UID] = seen
	}
	// An unpaced driver does not wait for the status to show its executor.
	unpaced := t.scenario.unpaced
	switch {
	case made == none && t.shows(app, pod, v1beta2.ApplicationStateRunning):
		if err := t.API.Create(ctx, executorOf(pod)); err != nil && !apierrors.IsAlreadyExists(err) {
			return err
		}
		t.executors[pod.UID] = created
	case made != seen || !mayEnd:
	case exitCode != 0 && (unpaced || state == v1beta2.ExecutorStateRunning):
		return t.ends(ctx, pod, exitCode)
	case exitCode == 0 && executor == nil && (unpaced || state == v1beta2.ExecutorStateCompleted):
		return t.ends(ctx, pod, exitCode)
	case exitCode == 0 && executor != nil && executor.DeletionTimestamp == nil && (unpaced || state == v1beta2.ExecutorStateRunning):
		return t.API.Delete(ctx, executor, client.Preconditions{UID: &executor.UID})
	}
	return nil
}

// driverEnd returns how the Spark container has ended in a pod that runs, or nil.
func driverEnd(pod *corev1.Pod) *corev1.ContainerStateTerminated {
	for i := range pod.Status.ContainerStatuses {
		if status := &pod.Status.ContainerStatuses[i]; status.Name == sparklabels.DriverContainer {
			return status.State.Terminated
		}
	}
	return nil
}

// sidecar runs on until the pod is to end.
func (t *world) sidecar(ctx context.Context, pod *corev1.Pod, over *corev1.ContainerStateTerminated) error {
	if pod.Spec.ActiveDeadlineSeconds == nil {
		return nil
	}
	return t.Kubelet.Report(ctx, pod, corev1.PodStatus{
		Phase: corev1.PodFailed, ContainerStatuses: kubelet.Containers(pod, corev1.ContainerState{Terminated: over}),
	})
}

// holdsUp says of a driver that it waits for a volume. Only an event says so.
func (t *world) holdsUp(ctx context.Context, pod *corev1.Pod) error {
	for _, c := range pod.Status.Conditions {
		if c.Type == corev1.PodReadyToStartContainers {
			return nil
		}
	}
	return t.Kubelet.MissMount(ctx, pod)
}

// What has become of the executor of a driver.
const (
	none = iota
	created
	seen
)

// shows reports whether the status says that the run of this driver is in the state.
func (t *world) shows(app *v1beta2.SparkApplication, driver *corev1.Pod, state v1beta2.ApplicationStateType) bool {
	return t.scenario.unpaced || app.Status.AppState.State == state && app.Status.SubmissionID == driver.Labels[sparklabels.SubmissionID]
}

// executorIs reports whether the status says so of an executor.
func (t *world) executorIs(pod *corev1.Pod, state v1beta2.ExecutorState) bool {
	var app *v1beta2.SparkApplication
	t.Locked(func() { app = t.app(pod.Labels[sparklabels.AppName]) })
	return t.scenario.unpaced || app != nil && app.Status.ExecutorState[pod.Name] == state
}

// mounts reports whether the ConfigMaps that the pod mounts are there; it cannot start without them.
func (t *world) mounts(ctx context.Context, pod *corev1.Pod) bool {
	for i := range pod.Spec.Volumes {
		source := pod.Spec.Volumes[i].ConfigMap
		if source == nil {
			continue
		}
		if err := t.API.Get(ctx, client.ObjectKey{Namespace: pod.Namespace, Name: source.Name}, &corev1.ConfigMap{}); err != nil {
			t.Note("pod %s cannot mount: %v", pod.Name, err)
			return false
		}
	}
	return true
}

func executorName(driver *corev1.Pod) string {
	return driver.Labels[sparklabels.AppName] + "-" + driver.Labels[sparklabels.SubmissionID][:8] + "-exec-1"
}

// executorOf returns the executor that a driver makes.
func executorOf(driver *corev1.Pod) *corev1.Pod {
	labels := maps.Clone(driver.Labels)
	labels[sparklabels.SparkRole] = sparklabels.RoleExecutor
	labels[sparklabels.SparkExecutorID] = "1"
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			Name: executorName(driver), Namespace: driver.Namespace, Labels: labels,
			OwnerReferences: []metav1.OwnerReference{*metav1.NewControllerRef(driver, corev1.SchemeGroupVersion.WithKind("Pod"))},
		},
		Spec: corev1.PodSpec{
			RestartPolicy: corev1.RestartPolicyNever,
			Containers:    []corev1.Container{{Name: sparklabels.ExecutorContainer, Image: "spark"}},
		},
	}
}

// ends is the end of a driver, whose sidecar may run on.
func (t *world) ends(ctx context.Context, driver *corev1.Pod, exitCode int32) error {
	status := kubelet.Ended(driver, exitCode)
	if t.scenario.sidecar {
		status.Phase = corev1.PodRunning
	}
	return t.Kubelet.Report(ctx, driver, status)
}
