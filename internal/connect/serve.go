// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package connect

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1alpha1"
	"github.com/alauda/spark-operator/internal/events"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// serve says how the server of the current attempt is.
func (t *turn) serve() {
	s, pod := &t.status, t.Server
	s.Server.PodIP = pod.Status.PodIP
	if id := pod.Labels[sparklabels.SparkAppSelector]; id != "" {
		s.Server.SparkApplicationID = id
	}
	podReady := IsReady(pod)
	t.podCondition(podReady, messageOf(pod))
	switch {
	case pod.DeletionTimestamp != nil:
		t.wakeIn(pod.DeletionTimestamp.Add(overdue).Sub(t.Now))
		t.notServing(v1alpha1.SparkConnectConditionReasonStopping, "the server's pod is being deleted")
	case !podReady:
		t.notServing(v1alpha1.SparkConnectConditionReasonStarting, messageOf(pod))
	case t.ServiceConflict != "":
		t.notServing(v1alpha1.SparkConnectConditionReasonServiceConflict, t.ServiceConflict)
	case t.Answer == AnswerServing:
		t.ready(v1alpha1.SparkConnectConditionReasonServing, "the server answers at "+s.Server.URL)
	case t.Answer == AnswerUnreachable:
		t.ready(v1alpha1.SparkConnectConditionReasonUnverified,
			"the server's pod is ready; the operator cannot reach it to ask whether it serves, which a network policy may forbid")
	case t.Answer == AnswerUnknown:
		t.wakeIn(AskAgain)
		t.notServing(v1alpha1.SparkConnectConditionReasonStarting, "the server has not answered yet")
	default:
		t.wakeIn(AskAgain)
		t.notServing(v1alpha1.SparkConnectConditionReasonNotAnswering, string(t.Answer))
	}
}

// ready says that clients can work with the server.
func (t *turn) ready(reason v1alpha1.SparkConnectConditionReason, message string) {
	t.wakeIn(AskEvery)
	s := &t.status
	if s.State != v1alpha1.SparkConnectStateReady {
		t.emit(events.Normalf(ReasonReady, events.Observe, "The server is ready at %s", s.Server.URL))
		t.because = message
	}
	s.State = v1alpha1.SparkConnectStateReady
	if ready := t.condition(v1alpha1.SparkConnectConditionReady); ready != nil && ready.Status == metav1.ConditionTrue &&
		t.Now.Sub(ready.LastTransitionTime.Time) >= stable {
		s.Failures = 0
	}
	t.setCondition(v1alpha1.SparkConnectConditionReady, metav1.ConditionTrue, reason, message)
}

// notServing says that clients cannot work with the server: one that never was ready is still being provisioned.
func (t *turn) notServing(reason v1alpha1.SparkConnectConditionReason, message string) {
	s := &t.status
	switch s.State {
	case v1alpha1.SparkConnectStateReady:
		t.emit(events.Warningf(ReasonNotReady, events.Observe, "The server is not ready any more: %s", message))
		s.State = v1alpha1.SparkConnectStateNotReady
		t.because = message
	case v1alpha1.SparkConnectStateNotReady:
	default:
		s.State = v1alpha1.SparkConnectStateProvisioning
	}
	if s.State == v1alpha1.SparkConnectStateNotReady && reason == v1alpha1.SparkConnectConditionReasonStarting {
		reason = v1alpha1.SparkConnectConditionReasonNotAnswering
	}
	t.setCondition(v1alpha1.SparkConnectConditionReady, metav1.ConditionFalse, reason, message)
}

// IsReady reports whether a pod runs and is ready by its own probes.
func IsReady(pod *corev1.Pod) bool {
	for _, c := range pod.Status.Conditions {
		if c.Type == corev1.PodReady {
			return c.Status == corev1.ConditionTrue && pod.Status.Phase == corev1.PodRunning
		}
	}
	return false
}

// messageOf says what a pod that is not ready waits for.
func messageOf(pod *corev1.Pod) string {
	for _, c := range pod.Status.Conditions {
		if c.Type == corev1.PodScheduled && c.Status != corev1.ConditionTrue && c.Message != "" {
			return fmt.Sprintf("pod %s has no node: %s", pod.Name, c.Message)
		}
	}
	for _, statuses := range [][]corev1.ContainerStatus{pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses} {
		for i := range statuses {
			waiting := statuses[i].State.Waiting
			if waiting == nil || waiting.Reason == "PodInitializing" || waiting.Reason == "ContainerCreating" {
				continue
			}
			return fmt.Sprintf("container %s of pod %s waits (%s): %s", statuses[i].Name, pod.Name, waiting.Reason, waiting.Message)
		}
	}
	if pod.Status.Phase == corev1.PodRunning {
		return fmt.Sprintf("pod %s runs and is not ready yet", pod.Name)
	}
	return fmt.Sprintf("pod %s does not run yet", pod.Name)
}
