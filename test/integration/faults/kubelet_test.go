// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package faults

import (
	"context"
	"maps"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// terminatedBySignal is the exit code of a container that was told to end.
const terminatedBySignal = 143

// kubelet plays scheduler, kubelet and Spark's driver until ctx ends: it looks at all pods and does the next thing that is
// due, until there is nothing left to do but to wait.
func (t *trial) kubelet(ctx context.Context) {
	for ctx.Err() == nil {
		t.mu.Lock()
		changed := t.changed
		pods := make([]*corev1.Pod, 0, len(t.pods))
		for _, pod := range t.pods {
			pods = append(pods, pod)
		}
		t.mu.Unlock()
		again := false
		for _, pod := range pods {
			again = t.tend(ctx, pod.DeepCopy()) || again
		}
		// An error is a lost race, or the API server is gone for a moment.
		var retry <-chan time.Time
		if again {
			retry = time.After(50 * time.Millisecond)
		}
		select {
		case <-changed:
		case <-retry:
		case <-ctx.Done():
		}
	}
}

// tend does the next thing to a pod, if one is due. It returns whether to try again although nothing may change meanwhile.
func (t *trial) tend(ctx context.Context, pod *corev1.Pod) (again bool) {
	var err error
	switch {
	case pod.DeletionTimestamp != nil:
		err = t.remove(ctx, pod)
	case ended(pod):
	case pod.Spec.NodeName == "":
		err = t.api.SubResource("binding").Create(ctx, pod, &corev1.Binding{Target: corev1.ObjectReference{Kind: "Node", Name: "node"}})
	case pod.Labels[sparklabels.SparkRole] == sparklabels.RoleDriver:
		err = t.driver(ctx, pod)
	case pod.Labels[sparklabels.SparkRole] == sparklabels.RoleExecutor && pod.Status.Phase == corev1.PodPending && t.executorIs(pod, v1beta2.ExecutorStatePending):
		err = t.starts(ctx, pod)
	}
	return err != nil && !apierrors.IsNotFound(err)
}

// remove ends a pod that is being deleted. One that nothing holds is deleted even if somebody has done so without grace: the API server marks a pod
// first and removes it then, and whoever hangs up in between leaves it marked, until a kubelet deletes it again.
func (t *trial) remove(ctx context.Context, pod *corev1.Pod) error {
	if t.scenario.lingers && t.unawaited(pod) {
		return nil
	}
	if pod.Status.Phase == corev1.PodRunning {
		exitCode := int32(terminatedBySignal)
		if pod.Labels[sparklabels.SparkRole] == sparklabels.RoleExecutor {
			// Its driver has told it to end, as Spark does before it deletes the pod.
			exitCode = 0
		}
		if err := t.ends(ctx, pod, exitCode); err != nil {
			return err
		}
	}
	if len(pod.Finalizers) > 0 && pod.DeletionGracePeriodSeconds != nil && *pod.DeletionGracePeriodSeconds == 0 {
		return nil
	}
	return t.api.Delete(ctx, pod, client.GracePeriodSeconds(0), client.Preconditions{UID: &pod.UID})
}

// unawaited reports whether the driver is of an application that was deleted, and the one that was made after it does not say yet that it waits.
func (t *trial) unawaited(pod *corev1.Pod) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	app := t.app(pod.Labels[sparklabels.AppName])
	if pod.Labels[sparklabels.SparkRole] != sparklabels.RoleDriver || app != nil && metav1.IsControlledBy(pod, app) {
		return false
	}
	return app == nil || !slices.ContainsFunc(app.Status.Conditions, func(c metav1.Condition) bool { return c.Reason == "WaitingForRemoval" })
}

// holds reports whether the driver is the first of a scenario in which that one waits for a volume for ever.
func (t *trial) holds(pod *corev1.Pod) bool {
	if t.held == "" {
		t.held = pod.UID
	}
	return t.scenario.unmounted && t.held == pod.UID
}

// driver does the next thing that a driver, or its kubelet, does: it starts, makes an executor, is done with it, and ends. Each step waits until
// the status tells of the step before, unless the scenario is in haste, so that a trial takes the same course each time.
func (t *trial) driver(ctx context.Context, pod *corev1.Pod) error {
	name := pod.Labels[sparklabels.AppName]
	t.mu.Lock()
	app, run := t.app(name), t.runNumber(pod)
	mayEnd := t.scenario.hasty || slices.Contains(t.allowed[name], run)
	var executor *corev1.Pod
	for _, candidate := range t.podsOf(name, sparklabels.RoleExecutor) {
		if metav1.IsControlledBy(candidate, pod) {
			executor = candidate
		}
	}
	t.mu.Unlock()
	if app == nil || app.DeletionTimestamp != nil {
		return nil
	}
	if over := driverEnd(pod); over != nil {
		return t.sidecar(ctx, pod, over)
	}
	if pod.Status.Phase == corev1.PodPending {
		if !t.told(app, pod, v1beta2.ApplicationStateSubmitted) {
			return nil
		}
		if t.holds(pod) {
			return t.holdsUp(ctx, pod)
		}
		if !t.mounts(ctx, pod) {
			return nil
		}
		if err := t.starts(ctx, pod); err != nil {
			return err
		}
		t.update(func() { t.runs = append(t.runs, runName(pod)) })
		return nil
	}
	exitCode := t.scenario.exitCode(run)
	state := app.Status.ExecutorState[executorName(pod)]
	made := t.executors[pod.UID]
	if executor != nil {
		made = seen
		t.executors[pod.UID] = seen
	}
	// In haste a driver does not wait for the status to tell of its executor.
	hasty := t.scenario.hasty
	switch {
	case made == none && t.told(app, pod, v1beta2.ApplicationStateRunning):
		if err := t.api.Create(ctx, executorOf(pod)); err != nil && !apierrors.IsAlreadyExists(err) {
			return err
		}
		t.executors[pod.UID] = created
	case made != seen || !mayEnd:
	case exitCode != 0 && (hasty || state == v1beta2.ExecutorStateRunning):
		return t.ends(ctx, pod, exitCode)
	case exitCode == 0 && executor == nil && (hasty || state == v1beta2.ExecutorStateCompleted):
		return t.ends(ctx, pod, exitCode)
	case exitCode == 0 && executor != nil && executor.DeletionTimestamp == nil && (hasty || state == v1beta2.ExecutorStateRunning):
		return t.api.Delete(ctx, executor, client.Preconditions{UID: &executor.UID})
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
func (t *trial) sidecar(ctx context.Context, pod *corev1.Pod, over *corev1.ContainerStateTerminated) error {
	if pod.Spec.ActiveDeadlineSeconds == nil {
		return nil
	}
	return t.report(ctx, pod, corev1.PodFailed, corev1.ContainerState{Terminated: over})
}

// holdsUp says of a driver that it waits for a volume. Only an event says so.
func (t *trial) holdsUp(ctx context.Context, pod *corev1.Pod) error {
	for _, c := range pod.Status.Conditions {
		if c.Type == corev1.PodReadyToStartContainers {
			return nil
		}
	}
	told := &corev1.Event{
		ObjectMeta:     metav1.ObjectMeta{Name: "mount", Namespace: pod.Namespace},
		InvolvedObject: corev1.ObjectReference{APIVersion: "v1", Kind: "Pod", Namespace: pod.Namespace, Name: pod.Name, UID: pod.UID},
		Reason:         "FailedMount", Message: "no such volume", Type: corev1.EventTypeWarning, LastTimestamp: metav1.Now(),
	}
	if err := t.api.Create(ctx, told); err != nil && !apierrors.IsAlreadyExists(err) {
		return err
	}
	long := metav1.NewTime(time.Now().Add(-time.Minute))
	pod.Status.Conditions = []corev1.PodCondition{
		{Type: corev1.PodScheduled, Status: corev1.ConditionTrue, LastTransitionTime: long},
		{Type: corev1.PodReadyToStartContainers, Status: corev1.ConditionFalse, LastTransitionTime: long},
	}
	return t.report(ctx, pod, corev1.PodPending, corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: "ContainerCreating"}})
}

// What has become of the executor of a driver.
const (
	none = iota
	created
	seen
)

// told reports whether the status says that the run of this driver is in the state.
func (t *trial) told(app *v1beta2.SparkApplication, driver *corev1.Pod, state v1beta2.ApplicationStateType) bool {
	return t.scenario.hasty || app.Status.AppState.State == state && app.Status.SubmissionID == driver.Labels[sparklabels.SubmissionID]
}

// executorIs reports whether the status says so of an executor.
func (t *trial) executorIs(pod *corev1.Pod, state v1beta2.ExecutorState) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	app := t.app(pod.Labels[sparklabels.AppName])
	return t.scenario.hasty || app != nil && app.Status.ExecutorState[pod.Name] == state
}

// mounts reports whether the ConfigMaps that the pod mounts are there; it cannot start without them.
func (t *trial) mounts(ctx context.Context, pod *corev1.Pod) bool {
	for i := range pod.Spec.Volumes {
		source := pod.Spec.Volumes[i].ConfigMap
		if source == nil {
			continue
		}
		if err := t.api.Get(ctx, client.ObjectKey{Namespace: pod.Namespace, Name: source.Name}, &corev1.ConfigMap{}); err != nil {
			t.note("pod %s cannot mount: %v", pod.Name, err)
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

func ended(pod *corev1.Pod) bool {
	return pod.Status.Phase == corev1.PodSucceeded || pod.Status.Phase == corev1.PodFailed
}

func (t *trial) starts(ctx context.Context, pod *corev1.Pod) error {
	running := corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: metav1.Now()}}
	return t.report(ctx, pod, corev1.PodRunning, running)
}

func (t *trial) ends(ctx context.Context, pod *corev1.Pod, exitCode int32) error {
	phase, reason := corev1.PodSucceeded, "Completed"
	if exitCode != 0 {
		phase, reason = corev1.PodFailed, "Error"
	}
	at := metav1.Now()
	if t.scenario.sidecar && pod.Labels[sparklabels.SparkRole] == sparklabels.RoleDriver {
		phase = corev1.PodRunning
	}
	over := corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{ExitCode: exitCode, Reason: reason, FinishedAt: at}}
	return t.report(ctx, pod, phase, over)
}

// report writes the status of a pod.
func (t *trial) report(ctx context.Context, pod *corev1.Pod, phase corev1.PodPhase, state corev1.ContainerState) error {
	pod.Status.Phase = phase
	pod.Status.ContainerStatuses = nil
	for i := range pod.Spec.Containers {
		pod.Status.ContainerStatuses = append(pod.Status.ContainerStatuses, corev1.ContainerStatus{
			Name: pod.Spec.Containers[i].Name, State: state, Ready: state.Running != nil,
		})
	}
	return t.api.Status().Update(ctx, pod)
}
