// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
)

// pendingReason says what a pending driver waits for: the kubelet's or the scheduler's own word and message.
type pendingReason struct{ reason, message string }

// ordinaryWaits are the kubelet's reasons on the usual way to a running container; they are no cause for concern.
var ordinaryWaits = []string{"ContainerCreating", "PodInitializing"}

// pendingReasonOf returns why a pending pod does not start, or nil if it is on its usual way.
func pendingReasonOf(pod *corev1.Pod) *pendingReason {
	for _, status := range slices.Concat(pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses) {
		waiting := status.State.Waiting
		if waiting == nil || waiting.Reason == "" || slices.Contains(ordinaryWaits, waiting.Reason) {
			continue
		}
		return &pendingReason{waiting.Reason, "container " + status.Name + ": " + waiting.Message}
	}
	for _, condition := range pod.Status.Conditions {
		if condition.Type == corev1.PodScheduled && condition.Status == corev1.ConditionFalse && condition.Reason != "" {
			return &pendingReason{condition.Reason, condition.Message}
		}
	}
	return nil
}

// pendingIsNews reports whether the stored status does not tell of this kind of wait yet. The kubelet alternates between
// ErrImagePull and ImagePullBackOff for one cause: that is one piece of news.
func (t *turn) pendingIsNews() bool {
	told := meta.FindStatusCondition(t.App.Status.Conditions, v1beta2.ConditionDriverReady)
	if told == nil {
		return true
	}
	return causeOf(told.Reason) != causeOf(t.pending.reason)
}

func causeOf(reason string) string {
	if reason == "ErrImagePull" {
		return "ImagePullBackOff"
	}
	return reason
}
