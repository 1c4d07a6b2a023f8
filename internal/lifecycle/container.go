// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	"slices"

	corev1 "k8s.io/api/core/v1"

	"github.com/alauda/spark-operator/pkg/podmutation"
)

// sparkStatus returns the status of the container of the pod that Spark runs in, or nil.
func sparkStatus(pod *corev1.Pod, role podmutation.Role) *corev1.ContainerStatus {
	name := podmutation.SparkContainerName(pod, role)
	i := slices.IndexFunc(pod.Status.ContainerStatuses, func(s corev1.ContainerStatus) bool { return s.Name == name })
	if i < 0 {
		return nil
	}
	return &pod.Status.ContainerStatuses[i]
}

// endOfSpark returns how the container that Spark runs in has ended, or nil. It ends for good only in a pod that does
// not restart it.
func endOfSpark(pod *corev1.Pod, role podmutation.Role) *corev1.ContainerStateTerminated {
	if restarts := pod.Spec.RestartPolicy; restarts != "" && restarts != corev1.RestartPolicyNever {
		return nil
	}
	if status := sparkStatus(pod, role); status != nil {
		return status.State.Terminated
	}
	return nil
}
