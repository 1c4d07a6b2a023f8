// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package connect

import (
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1alpha1"
	"github.com/alauda/spark-operator/internal/events"
)

// maxMessage is how long the message of a condition may be, in bytes; the API takes 32768 characters.
const maxMessage = 4096

func (t *turn) act(actions ...Action) { t.actions = append(t.actions, actions...) }

func (t *turn) emit(e events.Event) { t.events = append(t.events, e) }

// wakeIn has the server looked at again after that time, or earlier.
func (t *turn) wakeIn(d time.Duration) {
	d = max(d, time.Millisecond)
	if t.wake == 0 || d < t.wake {
		t.wake = d
	}
}

func (t *turn) condition(kind v1alpha1.SparkConnectConditionType) *metav1.Condition {
	return meta.FindStatusCondition(t.status.Conditions, string(kind))
}

func (t *turn) setCondition(
	kind v1alpha1.SparkConnectConditionType, status metav1.ConditionStatus, reason v1alpha1.SparkConnectConditionReason, message string,
) {
	meta.SetStatusCondition(&t.status.Conditions, metav1.Condition{
		Type: string(kind), Status: status, Reason: string(reason), Message: events.Head(message, maxMessage),
		ObservedGeneration: t.Connect.Generation, LastTransitionTime: metav1.NewTime(t.Now),
	})
}

// unready says that there is no server that clients could work with, and why.
func (t *turn) unready(reason v1alpha1.SparkConnectConditionReason, message string) {
	t.podCondition(false, message)
	t.setCondition(v1alpha1.SparkConnectConditionReady, metav1.ConditionFalse, reason, message)
}

// podCondition says whether the server's pod is ready.
func (t *turn) podCondition(ready bool, message string) {
	if ready {
		t.setCondition(v1alpha1.SparkConnectConditionServerPodReady, metav1.ConditionTrue, v1alpha1.SparkConnectConditionReasonServerPodReady, "the server's pod is ready")
		return
	}
	t.setCondition(v1alpha1.SparkConnectConditionServerPodReady, metav1.ConditionFalse, v1alpha1.SparkConnectConditionReasonServerPodNotReady, message)
}

// pending says why a changed spec is not in effect; no reason says that it is.
func (t *turn) pending(reason v1alpha1.SparkConnectConditionReason, message string) {
	if reason == "" {
		meta.RemoveStatusCondition(&t.status.Conditions, string(v1alpha1.SparkConnectConditionSpecChangePending))
		return
	}
	if c := t.condition(v1alpha1.SparkConnectConditionSpecChangePending); c == nil || c.Reason != string(reason) {
		t.emit(events.Warningf(ReasonInvalid, events.Observe, "The changed spec is not in effect: %s", message))
	}
	t.setCondition(v1alpha1.SparkConnectConditionSpecChangePending, metav1.ConditionTrue, reason, message)
}
