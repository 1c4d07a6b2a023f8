// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// Reasons of a failure record that no container gave.
const (
	failureDriverNotFound = "DriverNotFound"
	failureNoStatus       = "ContainerStatusMissing"
)

// assessment is what a driver pod says of its run.
type assessment struct {
	state      v1beta2.DriverState
	finishedAt metav1.Time
	failure    *v1beta2.FailureRecord
}

// assess reads a driver pod. The Spark container decides, not the pod: a sidecar may outlive it or fail after it.
func assess(driver *corev1.Pod) assessment {
	ended := endOfContainer(driver, sparklabels.DriverContainer)
	switch {
	case ended != nil && ended.ExitCode == 0:
		return assessment{state: v1beta2.DriverStateCompleted, finishedAt: ended.FinishedAt}
	case ended != nil:
		return assessment{state: v1beta2.DriverStateFailed, finishedAt: ended.FinishedAt, failure: containerFailure(driver, ended)}
	}
	switch driver.Status.Phase {
	case corev1.PodPending, "":
		return assessment{state: v1beta2.DriverStatePending}
	case corev1.PodRunning:
		return assessment{state: v1beta2.DriverStateRunning}
	case corev1.PodSucceeded:
		return assessment{state: v1beta2.DriverStateCompleted}
	case corev1.PodFailed:
		return assessment{state: v1beta2.DriverStateFailed, failure: podFailure(driver)}
	default:
		return assessment{state: v1beta2.DriverStateUnknown}
	}
}

// endOfContainer returns how the named container of a pod that does not restart it has ended, or nil.
func endOfContainer(pod *corev1.Pod, name string) *corev1.ContainerStateTerminated {
	if restarts := pod.Spec.RestartPolicy; restarts != "" && restarts != corev1.RestartPolicyNever {
		return nil
	}
	i := slices.IndexFunc(pod.Status.ContainerStatuses, func(s corev1.ContainerStatus) bool { return s.Name == name })
	if i < 0 {
		return nil
	}
	return pod.Status.ContainerStatuses[i].State.Terminated
}

// containerFailure describes a Spark container that ended with an exit code other than 0.
func containerFailure(driver *corev1.Pod, ended *corev1.ContainerStateTerminated) *v1beta2.FailureRecord {
	message := fmt.Sprintf("driver container failed with ExitCode: %d, Reason: %s", ended.ExitCode, ended.Reason)
	if ended.Message != "" {
		message += ", Message: " + ended.Message
	}
	record := &v1beta2.FailureRecord{
		Class: v1beta2.FailureClassDriver, Reason: ended.Reason, Message: message,
		ExitCode: &ended.ExitCode, Container: sparklabels.DriverContainer, Pod: driver.Name, Node: driver.Spec.NodeName,
	}
	if ended.Signal != 0 {
		record.Signal = &ended.Signal
	}
	if evicted(driver) {
		record.Class = v1beta2.FailureClassInfrastructure
	}
	return record
}

// podFailure describes a failed pod whose Spark container has no status: it was evicted or never started.
func podFailure(driver *corev1.Pod) *v1beta2.FailureRecord {
	record := &v1beta2.FailureRecord{
		Class: v1beta2.FailureClassInfrastructure, Reason: driver.Status.Reason,
		Message: "driver container status missing", Pod: driver.Name, Node: driver.Spec.NodeName,
	}
	if record.Reason == "" {
		record.Reason = failureNoStatus
	}
	if driver.Status.Message != "" {
		record.Message += ": " + driver.Status.Message
	}
	return record
}

// evicted reports whether Kubernetes ended the pod for reasons of its own: the kubelet says so in status.reason, the control plane in the condition DisruptionTarget.
func evicted(pod *corev1.Pod) bool {
	if slices.Contains([]string{"Evicted", "NodeLost", "NodeShutdown", "Preempting", "Terminated"}, pod.Status.Reason) {
		return true
	}
	return slices.ContainsFunc(pod.Status.Conditions, func(c corev1.PodCondition) bool {
		return c.Type == corev1.DisruptionTarget && c.Status == corev1.ConditionTrue
	})
}
