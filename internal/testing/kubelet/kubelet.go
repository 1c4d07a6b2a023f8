// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package kubelet

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// Terminated is the exit code of a container that is ended by SIGTERM.
const Terminated = 143

// Kubelet writes about pods by its client.
type Kubelet struct {
	client.Client
	// Guarded has a status refused if the pod has changed since it was read.
	Guarded bool
}

// Bind gives a pod a node, as the scheduler does.
func (k Kubelet) Bind(ctx context.Context, pod *corev1.Pod) error {
	return k.SubResource("binding").Create(ctx, pod, &corev1.Binding{Target: corev1.ObjectReference{Kind: "Node", Name: "node"}})
}

// Start says that all containers of the pod run.
func (k Kubelet) Start(ctx context.Context, pod *corev1.Pod) error {
	return k.Report(ctx, pod, Running(pod))
}

// End says that all containers of the pod have ended.
func (k Kubelet) End(ctx context.Context, pod *corev1.Pod, exitCode int32) error {
	return k.Report(ctx, pod, Ended(pod, exitCode))
}

// MissMount holds a pod up that waits for a volume: only an event says so.
func (k Kubelet) MissMount(ctx context.Context, pod *corev1.Pod) error {
	event := &corev1.Event{
		ObjectMeta:     metav1.ObjectMeta{Name: pod.Name + "." + string(pod.UID), Namespace: pod.Namespace},
		InvolvedObject: corev1.ObjectReference{APIVersion: "v1", Kind: "Pod", Namespace: pod.Namespace, Name: pod.Name, UID: pod.UID},
		Reason:         "FailedMount", Message: "no such volume", Type: corev1.EventTypeWarning, LastTimestamp: metav1.Now(),
	}
	if err := k.Create(ctx, event); err != nil && !apierrors.IsAlreadyExists(err) {
		return err
	}
	minuteAgo := metav1.NewTime(time.Now().Add(-time.Minute))
	status := Waiting(pod, "ContainerCreating", "")
	status.Conditions = []corev1.PodCondition{
		{Type: corev1.PodScheduled, Status: corev1.ConditionTrue, LastTransitionTime: minuteAgo},
		{Type: corev1.PodReadyToStartContainers, Status: corev1.ConditionFalse, LastTransitionTime: minuteAgo},
	}
	return k.Report(ctx, pod, status)
}

// Report adds to the status of a pod; a list replaces what is there. The pod is what the API server has then.
func (k Kubelet) Report(ctx context.Context, pod *corev1.Pod, status corev1.PodStatus) error {
	change := map[string]any{"status": status}
	if k.Guarded {
		change["metadata"] = map[string]any{"uid": pod.UID, "resourceVersion": pod.ResourceVersion}
	}
	patch, err := json.Marshal(change)
	if err != nil {
		return err
	}
	if err := k.Status().Patch(ctx, pod, client.RawPatch(types.MergePatchType, patch)); err != nil {
		return fmt.Errorf("report pod %s: %w", pod.Name, err)
	}
	return nil
}

// Remove deletes a pod that is being deleted and whose containers have ended. One that nothing holds is deleted even if
// somebody has done so without grace: the API server marks a pod first and removes it then, and whoever hangs up in
// between leaves it marked, until a kubelet deletes it again.
func (k Kubelet) Remove(ctx context.Context, pod *corev1.Pod) error {
	if len(pod.Finalizers) > 0 && pod.DeletionGracePeriodSeconds != nil && *pod.DeletionGracePeriodSeconds == 0 {
		return nil
	}
	return k.Delete(ctx, pod, client.GracePeriodSeconds(0), client.Preconditions{UID: &pod.UID})
}

// Running is the status of a pod whose containers run and are ready.
func Running(pod *corev1.Pod) corev1.PodStatus {
	now := metav1.Now()
	status := corev1.PodStatus{Phase: corev1.PodRunning, HostIP: "10.0.0.1", PodIP: "10.1.2.3", StartTime: &now}
	for _, condition := range []corev1.PodConditionType{corev1.PodScheduled, corev1.PodInitialized, corev1.ContainersReady, corev1.PodReady} {
		status.Conditions = append(status.Conditions, corev1.PodCondition{Type: condition, Status: corev1.ConditionTrue, LastTransitionTime: now})
	}
	status.ContainerStatuses = Containers(pod, corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: now}})
	return status
}

// Ended is what changes in the status of a pod whose containers end.
func Ended(pod *corev1.Pod, exitCode int32) corev1.PodStatus {
	phase, reason := corev1.PodSucceeded, "Completed"
	if exitCode != 0 {
		phase, reason = corev1.PodFailed, "Error"
	}
	now := metav1.Now()
	return corev1.PodStatus{Phase: phase, ContainerStatuses: Containers(pod, corev1.ContainerState{
		Terminated: &corev1.ContainerStateTerminated{ExitCode: exitCode, Reason: reason, StartedAt: now, FinishedAt: now},
	})}
}

// Waiting is what changes in the status of a pod whose containers do not start.
func Waiting(pod *corev1.Pod, reason, message string) corev1.PodStatus {
	return corev1.PodStatus{Phase: corev1.PodPending, ContainerStatuses: Containers(pod, corev1.ContainerState{
		Waiting: &corev1.ContainerStateWaiting{Reason: reason, Message: message},
	})}
}

// Containers are the statuses of the containers of a pod that are all in the same state.
func Containers(pod *corev1.Pod, state corev1.ContainerState) []corev1.ContainerStatus {
	running := state.Running != nil
	statuses := make([]corev1.ContainerStatus, len(pod.Spec.Containers))
	for i := range statuses {
		statuses[i] = corev1.ContainerStatus{
			Name: pod.Spec.Containers[i].Name, Image: pod.Spec.Containers[i].Image, ImageID: pod.Spec.Containers[i].Image, State: state,
			Ready: running, Started: &running,
		}
	}
	return statuses
}

// HasEnded reports whether the pod is in one of the phases in which pods stay.
func HasEnded(pod *corev1.Pod) bool {
	return pod.Status.Phase == corev1.PodSucceeded || pod.Status.Phase == corev1.PodFailed
}
