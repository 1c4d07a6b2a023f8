// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// isDeleted reports whether the application is being deleted. A run that ends by itself is recorded
// first, so that its end can still be read.
func (t *turn) isDeleted() bool {
	if t.App.DeletionTimestamp.IsZero() {
		return false
	}
	isToRecord := t.endUnrecorded() && !t.endedByDeletion() || t.over() && t.runRecorded()
	return !isToRecord
}

// endDeleted ends the run of a deleted application. The garbage collector deletes the dependents of an application only
// when that is gone, and somebody's finalizer may keep it for as long as it likes: the run would go on.
func (t *turn) endDeleted() {
	if t.leftToCollector() {
		t.wait("the application is being deleted by the garbage collector")
		return
	}
	switch {
	case t.runRecorded():
		t.endLeftovers()
	case len(t.pods()) > 0:
		t.deleteRun("the application is being deleted", t.currentAttempt(), t.nextAttempt())
	}
	t.wait("the application is being deleted")
}

// endedByDeletion reports whether the driver was killed because its pod was deleted. With the application that is no
// failure of the run.
func (t *turn) endedByDeletion() bool {
	failure := assess(t.Driver, t.Now).failure
	return failure != nil && failure.Reason == failureDriverDeleted
}

// leftToCollector reports whether the garbage collector is to orphan the dependents of the deleted application, or to
// delete them before it.
func (t *turn) leftToCollector() bool {
	return !t.App.DeletionTimestamp.IsZero() && (t.orphaning() || slices.Contains(t.App.Finalizers, metav1.FinalizerDeleteDependents))
}

// orphaning reports whether the dependents of the application are to stay when it is gone.
func (t *turn) orphaning() bool {
	return !t.App.DeletionTimestamp.IsZero() && slices.Contains(t.App.Finalizers, metav1.FinalizerOrphanDependents)
}

// runRecorded reports whether the run is over, its end recorded, and its driver with it.
func (t *turn) runRecorded() bool {
	ended := t.in(v1beta2.ApplicationStateFailing, v1beta2.ApplicationStateSucceeding, v1beta2.ApplicationStateCompleted,
		v1beta2.ApplicationStateFailed)
	return ended && (t.Driver == nil || t.current(t.Driver) && !assess(t.Driver, t.Now).alive())
}

// removeFinalizer removes the finalizer of a driver pod whose end is recorded or of no interest any more.
func (t *turn) removeFinalizer() {
	if len(t.actions) > 0 || t.Driver == nil || !slices.Contains(t.Driver.Finalizers, sparklabels.DriverEnd) {
		return
	}
	recorded := t.in(v1beta2.ApplicationStateFailing, v1beta2.ApplicationStateSucceeding, v1beta2.ApplicationStateCompleted,
		v1beta2.ApplicationStateFailed)
	if recorded && t.Unreadable == nil || !t.App.DeletionTimestamp.IsZero() {
		t.act(RemoveFinalizer{Orphan: t.orphaning()}, "the driver's end is recorded or of no interest")
	}
}
