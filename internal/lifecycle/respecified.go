// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/api/meta"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/events"
	"github.com/alauda/spark-operator/internal/identity"
)

// followsSpec reports whether a change of the spec matters now. Between two attempts it does not: the next is made from
// the new spec anyway. An end that was found in this turn is stored first, or it would be in no count.
func (t *turn) followsSpec() bool {
	between := []v1beta2.ApplicationStateType{
		v1beta2.ApplicationStateNew, v1beta2.ApplicationStatePendingRerun, v1beta2.ApplicationStateInvalidating,
		v1beta2.ApplicationStateSuspending, v1beta2.ApplicationStateSuspended, v1beta2.ApplicationStateResuming,
	}
	return !slices.Contains(between, t.state()) && !t.endUnrecorded() && !t.over()
}

// specDiffers reports whether the spec differs from the one that the current attempt was made from, and that matters
// now.
func (t *turn) specDiffers() bool {
	return t.followsSpec() && (!identity.SameSpec(t.status.SpecHash, t.SpecHash) || t.changeWaits())
}

// leavesRun reports whether a changed spec leaves the current attempt alone: it has not ended, and the update policy
// says so.
func (t *turn) leavesRun() bool {
	return t.App.Spec.UpdatePolicy == v1beta2.UpdatePolicyNextAttempt && !t.terminal()
}

// isRespecified reports whether the spec was changed so that the application starts anew.
func (t *turn) isRespecified() bool { return t.specDiffers() && !t.leavesRun() }

// startAnew ends the run of the old spec. An end that was found in this turn is stored before.
func (t *turn) startAnew() {
	if t.terminal() && len(t.passed) > 0 {
		t.specChangePending = t.App.Spec.UpdatePolicy == v1beta2.UpdatePolicyNextAttempt
		t.wakeIn(immediately)
		return
	}
	t.stopExecutors()
	changed := t.changedFields()
	t.move(v1beta2.ApplicationStateInvalidating, "the spec was changed: "+changed)
	t.emit(events.Normalf(ReasonPendingRerun, events.Retry, "The spec was changed (%s): the application is run again", changed))
}

// isMended reports whether a submission was refused and the labels or annotations that it was made from were changed:
// they may be what it was refused for. There is no run that the update policy could leave alone.
func (t *turn) isMended() bool {
	if !t.in(v1beta2.ApplicationStateFailedSubmission, v1beta2.ApplicationStateFailed) || !t.failedBySubmission() || len(t.passed) > 0 {
		return false
	}
	if !t.followsSpec() || t.specDiffers() {
		return false
	}
	made := t.status.LastFailure.MetadataHash
	return made != "" && made != identity.MetadataHash(t.App)
}

func (t *turn) submitMended() {
	t.move(v1beta2.ApplicationStateInvalidating, "labels or annotations were changed after a refused submission")
	t.emit(events.Normalf(ReasonPendingRerun, events.Retry, "Labels or annotations were changed: the application is submitted again"))
}

// noteSpec notes of a spec that leaves the current attempt alone how it relates to that: as the same, or as a change
// that waits.
func (t *turn) noteSpec() {
	switch {
	case !t.followsSpec():
	case t.specDiffers() && t.leavesRun():
		t.changePending()
	default:
		t.renewSpecHash()
	}
}

// renewSpecHash replaces a hash that was made in another way, where the spec is known to be the same as then.
func (t *turn) renewSpecHash() {
	known := t.status.SpecHash != "" && t.status.ObservedGeneration == t.App.Generation && !t.changeWaits()
	if known && !identity.Comparable(t.status.SpecHash, t.SpecHash) {
		t.status.SpecHash = t.SpecHash
	}
}

// changeWaits reports whether the spec is known to differ although the hashes do not show it: they were made in two
// ways, and the status says that a change waits for the next attempt.
func (t *turn) changeWaits() bool {
	return t.status.SpecHash != "" && !identity.Comparable(t.status.SpecHash, t.SpecHash) &&
		meta.IsStatusConditionTrue(t.App.Status.Conditions, v1beta2.ConditionSpecChangePending)
}

// changePending reports a change that waits for the next attempt.
func (t *turn) changePending() {
	if t.specChangePending || meta.IsStatusConditionTrue(t.App.Status.Conditions, v1beta2.ConditionSpecChangePending) {
		t.specChangePending = true
		return
	}
	t.specChangePending = true
	t.emit(events.Normalf(ReasonSpecChangePending, events.Observe, "The spec was changed (%s): the next attempt will have it", t.changedFields()))
}

// changedFields names what differs from the spec of the current attempt.
func (t *turn) changedFields() string {
	if names := identity.Changed(t.status.SpecHash, t.SpecHash); len(names) > 0 {
		return strings.Join(names, ", ")
	}
	return "unknown fields"
}
