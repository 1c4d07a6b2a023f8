// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package schedule

import (
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/events"
)

// report stores what the decision comes to beside the slots.
func (t *turn) report() {
	t.noteRuns()
	t.noteMissed()
	t.noteNext()
	t.reportState()
	t.reportRefusal()
	t.status.ObservedGeneration = t.Schedule.Generation
	if t.unfinished {
		// Why slots are missed the conditions say, as they were: they change when all are counted.
		t.wakeIn(immediately)
		return
	}
	t.reportConditions()
}

// noteNext stores when the next slot is due, where it is to be run.
func (t *turn) noteNext() {
	t.status.NextRun = metav1.Time{}
	if !t.isRunning() {
		return
	}
	after := t.now()
	if t.cursor().After(after) {
		after = t.cursor()
	}
	if next := t.table.Next(after); !next.IsZero() {
		t.status.NextRun = *seconds(next)
		t.wakeIn(next.Sub(t.Now))
	}
}

func (t *turn) reportState() {
	t.status.ScheduleState, t.status.Reason = v1beta2.ScheduleStateScheduled, ""
	switch {
	case t.invalid != "":
		t.status.ScheduleState, t.status.Reason = v1beta2.ScheduleStateFailedValidation, head(t.invalid, maxMessageBytes)
	case t.isSuspended():
		t.status.Reason = "spec.suspend is true: no run is started"
	}
}

func (t *turn) reportConditions() {
	if t.invalid != "" {
		message := head(t.invalid, maxMessageBytes)
		if t.conditionMessage(v1beta2.ConditionValid) != message || t.invalidSince().IsZero() {
			t.emit(events.Warningf(ReasonInvalid, events.Observe, "Nothing is run before this is mended: %s", message))
		}
		t.setCondition(v1beta2.ConditionValid, metav1.ConditionFalse, v1beta2.ReasonValidationFailed, message)
	} else {
		t.setCondition(v1beta2.ConditionValid, metav1.ConditionTrue, v1beta2.ReasonValidationSucceeded, "")
	}
	switch {
	case t.Unreadable != nil:
		// Whether it is suspended is not known.
	case t.isSuspended():
		t.setCondition(v1beta2.ConditionScheduleSuspended, metav1.ConditionTrue, v1beta2.ReasonSuspendRequested, "No run is started while spec.suspend is true")
	default:
		t.setCondition(v1beta2.ConditionScheduleSuspended, metav1.ConditionFalse, v1beta2.ReasonNotSuspended, "")
	}
	if t.tooMany {
		t.setCondition(v1beta2.ConditionTooManyMissed, metav1.ConditionTrue, v1beta2.ReasonLimitExceeded,
			"More runs were missed than the last 100, which are caught up with; status.missedRuns counts the others")
	}
}

// reportRefusal says whether the API server refuses a run.
func (t *turn) reportRefusal() {
	if t.refusal == "" {
		t.dropCondition(v1beta2.ConditionRunRefused)
		return
	}
	if t.conditionMessage(v1beta2.ConditionRunRefused) != t.refusal {
		t.emit(events.Warningf(ReasonRunRefused, events.Submit, "A run is refused, and tried again until the next is due: %s", t.refusal))
	}
	t.setCondition(v1beta2.ConditionRunRefused, metav1.ConditionTrue, v1beta2.ReasonCreationRefused, t.refusal)
}

func (t *turn) setCondition(kind string, status metav1.ConditionStatus, reason, message string) {
	meta.SetStatusCondition(&t.status.Conditions, metav1.Condition{
		Type: kind, Status: status, Reason: reason, Message: message,
		ObservedGeneration: t.Schedule.Generation, LastTransitionTime: *seconds(t.now()),
	})
}

func (t *turn) dropCondition(kind string) { meta.RemoveStatusCondition(&t.status.Conditions, kind) }

// conditionMessage returns the stored message of a condition.
func (t *turn) conditionMessage(kind string) string {
	if c := meta.FindStatusCondition(t.stored.Conditions, kind); c != nil {
		return c.Message
	}
	return ""
}
