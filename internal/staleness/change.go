// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package staleness

import (
	"maps"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// OnlyStatusChanged reports whether two versions of an object differ, and not in spec or metadata: as a rule it is the
// controller's own write that comes back.
func OnlyStatusChanged(old, next metav1.Object) bool {
	if old.GetResourceVersion() == next.GetResourceVersion() {
		return false
	}
	return old.GetUID() == next.GetUID() && old.GetGeneration() == next.GetGeneration() &&
		old.GetDeletionTimestamp().Equal(next.GetDeletionTimestamp()) &&
		maps.Equal(old.GetLabels(), next.GetLabels()) && maps.Equal(old.GetAnnotations(), next.GetAnnotations()) &&
		slices.Equal(old.GetFinalizers(), next.GetFinalizers())
}
