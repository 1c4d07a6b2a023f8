// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package caching

import (
	"maps"
	"strings"
	"unique"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"sigs.k8s.io/controller-runtime/pkg/cache"

	"github.com/alauda/spark-operator/pkg/podmutation"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// readLabels are those that are read of a pod, by any controller.
var readLabels = []string{
	sparklabels.AppName, sparklabels.ConnectName, sparklabels.SparkRole, sparklabels.SubmissionID, sparklabels.SparkAppSelector,
	sparklabels.SparkVersion,
}

// Pods limits pods to those that the operator or its drivers have made, of applications and of Connect servers.
func Pods() Limit {
	return Limit{Object: &corev1.Pod{}, ByObject: cache.ByObject{
		Label:     labels.SelectorFromSet(labels.Set{sparklabels.LaunchedByOperator: sparklabels.True}),
		Transform: TransformPod,
	}}
}

// TransformPod leaves of a pod what is read of it, before it is kept in memory: there are many, and most of each is
// what the operator itself has rendered. Pods from the cache are therefore never written back as a whole. Who reads
// another field adds it here.
func TransformPod(object any) (any, error) {
	pod, isPod := object.(*corev1.Pod)
	if !isPod {
		// The last state of a pod whose deletion was missed.
		return object, nil
	}
	pod.ManagedFields, pod.Annotations = nil, operators(pod.Annotations)
	pod.Labels, pod.OwnerReferences = shared(pod.Labels, readLabels), proofOfOrigin(pod)
	pod.Spec = corev1.PodSpec{
		NodeName: pod.Spec.NodeName, RestartPolicy: pod.Spec.RestartPolicy, ActiveDeadlineSeconds: pod.Spec.ActiveDeadlineSeconds,
		Containers: sparksOwn(pod), SchedulerName: unique.Make(pod.Spec.SchedulerName).Value(),
	}
	if pod.Labels[sparklabels.SparkRole] == sparklabels.RoleExecutor {
		transformExecutorStatus(&pod.Status)
	}
	return pod, nil
}

// sparksOwn returns the name of the container that Spark runs in, and nothing where it is the one that every such pod
// has unless its author names another: a container is large, even if it is empty.
func sparksOwn(pod *corev1.Pod) []corev1.Container {
	role := podmutation.Role(pod.Labels[sparklabels.SparkRole])
	name := podmutation.SparkContainerName(pod, role)
	if name == podmutation.SparkContainerName(&corev1.Pod{}, role) {
		return nil
	}
	return []corev1.Container{{Name: unique.Make(name).Value()}}
}

// transformExecutorStatus leaves less of an executor than of a driver: there are many times as many.
func transformExecutorStatus(status *corev1.PodStatus) {
	*status = corev1.PodStatus{
		Phase: status.Phase, Reason: status.Reason, Message: status.Message,
		Conditions:            unhealthy(status.Conditions),
		InitContainerStatuses: notRunning(status.InitContainerStatuses), ContainerStatuses: notRunning(status.ContainerStatuses),
	}
}

// proofOfOrigin returns the reference to the pod's controller, less what nobody reads.
func proofOfOrigin(pod *corev1.Pod) []metav1.OwnerReference {
	controller := metav1.GetControllerOfNoCopy(pod)
	if controller == nil {
		return nil
	}
	return []metav1.OwnerReference{{
		Kind: unique.Make(controller.Kind).Value(), Name: unique.Make(controller.Name).Value(), UID: unique.Make(controller.UID).Value(),
		Controller: &controls,
	}}
}

// controls is shared by all references; nothing from the cache is written to.
var controls = true

// shared returns the labels of the names. Strings that many pods have in common are kept once.
func shared(all map[string]string, names []string) map[string]string {
	kept := make(map[string]string, len(names))
	for _, name := range names {
		if value, exists := all[name]; exists {
			kept[name] = unique.Make(value).Value()
		}
	}
	return kept
}

// operators returns the annotations that are the operator's own.
func operators(annotations map[string]string) map[string]string {
	maps.DeleteFunc(annotations, func(name, _ string) bool { return !strings.HasPrefix(name, sparklabels.Domain) })
	if len(annotations) == 0 {
		return nil
	}
	return annotations
}

// unhealthy returns the conditions that say that something is the matter. The usual ones say no more than the phase.
func unhealthy(conditions []corev1.PodCondition) []corev1.PodCondition {
	var kept []corev1.PodCondition
	for _, c := range conditions {
		if c.Type == corev1.DisruptionTarget || c.Type == corev1.PodScheduled && c.Status != corev1.ConditionTrue {
			kept = append(kept, c)
		}
	}
	return kept
}

// notRunning returns the states of the containers that wait or have ended. Those that run say no more than the phase.
func notRunning(statuses []corev1.ContainerStatus) []corev1.ContainerStatus {
	var kept []corev1.ContainerStatus
	for _, s := range statuses {
		if s.State.Running == nil {
			kept = append(kept, corev1.ContainerStatus{Name: s.Name, State: s.State, RestartCount: s.RestartCount})
		}
	}
	return kept
}
