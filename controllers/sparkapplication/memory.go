// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkapplication

import (
	"sync"

	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/util/flowcontrol"

	"github.com/alauda/spark-operator/internal/staleness"
)

// memories are what is expensive to find out or not to be seen any more. All of it is lost with the process, and found
// out again.
type memories struct {
	versions   staleness.Guard
	specs      specHashes
	unreadable reports
	holdups    holdups
	events     driverEvents
	dryRuns    dryRuns
	podWrites  podWrites
	unrecorded unrecorded
	departed   departures
	ends       executorEnds
}

// forget drops what is remembered of an application that is gone, or of no concern.
func (m *memories) forget(key types.NamespacedName) {
	m.versions.Forget(key)
	m.specs.Forget(key)
	m.unreadable.Forget(key)
	m.holdups.Forget(key)
	m.events.Forget(key)
	m.dryRuns.forget(key)
	m.podWrites.Forget(key)
	m.unrecorded.Forget(key)
	m.departed.Forget(key)
	m.ends.Forget(key)
}

// allowance limits how often all applications together ask what is expensive to answer. The zero value has not been
// used.
type allowance struct {
	once    sync.Once
	limiter flowcontrol.PassiveRateLimiter
}

// take uses the allowance, and reports whether there was some left.
func (a *allowance) take(perSecond float32, burst int) bool {
	a.once.Do(func() { a.limiter = flowcontrol.NewTokenBucketPassiveRateLimiter(perSecond, burst) })
	return a.limiter.TryAccept()
}
