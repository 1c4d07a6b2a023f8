// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package scheduledsparkapplication

import (
	"k8s.io/apimachinery/pkg/types"

	"github.com/alauda/spark-operator/internal/memory"
	"github.com/alauda/spark-operator/internal/staleness"
)

// memories are what is expensive to find out or not to be seen any more. All of it is lost with the process, and found
// out again.
type memories struct {
	versions staleness.Guard
	// unreadable is the problem that was reported last of each schedule that cannot be read.
	unreadable memory.Of[string]
	examined   memory.Of[examination]
	// made are how late runs were made that no status names yet.
	made memory.Of[[]lag]
}

// forget drops what is remembered of a schedule that is gone, or of no concern.
func (m *memories) forget(key types.NamespacedName) {
	m.versions.Forget(key)
	m.unreadable.Forget(key)
	m.examined.Forget(key)
	m.made.Forget(key)
}
