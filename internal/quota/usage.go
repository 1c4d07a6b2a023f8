// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package quota

import (
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/alauda/spark-operator/pkg/podrequests"
)

// countPods is the name by which quotas count pods of any phase.
const countPods = corev1.ResourceName("count/pods")

// usage is what a quota can count of a pod. Names without a prefix are other names of requests; of what is no resource
// of Kubernetes itself only requests can be limited.
func usage(pod *corev1.Pod) corev1.ResourceList {
	one := *resource.NewQuantity(1, resource.DecimalSI)
	counted := corev1.ResourceList{corev1.ResourcePods: one, countPods: one}
	for name, quantity := range podrequests.Pod(pod) {
		counted[corev1.DefaultResourceRequestsPrefix+name] = quantity
		if standard(name) {
			counted[name] = quantity
		}
	}
	for name, quantity := range podrequests.Limits(pod) {
		if standard(name) {
			counted["limits."+name] = quantity
		}
	}
	return counted
}

// standard reports whether quotas know a resource by its bare name.
func standard(name corev1.ResourceName) bool {
	switch name {
	case corev1.ResourceCPU, corev1.ResourceMemory, corev1.ResourceEphemeralStorage:
		return true
	default:
		return strings.HasPrefix(string(name), corev1.ResourceHugePagesPrefix)
	}
}
