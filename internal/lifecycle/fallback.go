// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/events"
)

// noteFallback keeps in a condition why the attempt takes spark-submit in place of native submission, and emits an
// event about it once. An attempt that needs no fallback has no such condition.
func (t *turn) noteFallback() {
	const kind = v1beta2.ConditionNativeSubmission
	if t.Fallback == "" {
		meta.RemoveStatusCondition(&t.status.Conditions, kind)
		return
	}
	known := meta.FindStatusCondition(t.status.Conditions, kind)
	if known == nil || known.Message != t.bounded(t.Fallback) {
		t.emit(events.Normalf(ReasonSubmissionFallback, events.Submit, "%s", t.Fallback))
	}
	meta.SetStatusCondition(&t.status.Conditions, metav1.Condition{
		Type: kind, Status: metav1.ConditionFalse, Reason: v1beta2.ReasonNotSupported, Message: t.bounded(t.Fallback),
		ObservedGeneration: t.status.ObservedGeneration, LastTransitionTime: metav1.NewTime(t.Now),
	})
}
