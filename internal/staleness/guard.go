// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package staleness

import (
	"sync"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/resourceversion"
)

// Patience is how long a cache may take to catch up with what was stored here.
const Patience = 30 * time.Second

// Verdict says what to make of a version of an object from the cache.
type Verdict string

const (
	// Current may be decided on, as far as is known here.
	Current Verdict = "Current"
	// Stale is older than what was stored here, which is on its way into the cache.
	Stale Verdict = "Stale"
	// Overdue is older than what was stored here, which has not come for so long that the API server is to be asked.
	Overdue Verdict = "Overdue"
)

// Guard remembers the newest version of each object of a kind that was stored here, and who waits for a newer one. The
// zero value is ready to use.
type Guard struct {
	mu      sync.Mutex
	objects map[types.NamespacedName]*object
}

// object is known by its name: the versions of those that have it one after the other are ordered.
type object struct {
	newest string
	// since is when the newest version was stored.
	since time.Time
	// awaited is whether a decision was given up for a newer version, which has not come yet.
	awaited bool
}

// Stored notes that a version was stored here. Whatever was stored before, the API server has just said that this is
// the newest.
func (g *Guard) Stored(version metav1.Object, now time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	o := g.of(keyOf(version))
	o.newest, o.since = version.GetResourceVersion(), now
}

// Confirmed notes what the API server itself has answered: it is the newest, whatever was stored here.
func (g *Guard) Confirmed(version metav1.Object, now time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if o, known := g.objects[keyOf(version)]; known {
		o.newest, o.since, o.awaited = version.GetResourceVersion(), now, false
	}
}

// Judge says what to make of a version from the cache.
func (g *Guard) Judge(version metav1.Object, now time.Time) Verdict {
	g.mu.Lock()
	defer g.mu.Unlock()
	o, known := g.objects[keyOf(version)]
	switch {
	case !known || !older(version.GetResourceVersion(), o.newest):
		return Current
	case now.Sub(o.since) < Patience:
		return Stale
	default:
		return Overdue
	}
}

// Await notes that a decision on the object of the name was given up for a newer version.
func (g *Guard) Await(key types.NamespacedName) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.of(key).awaited = true
}

// Arrived notes that a version has arrived in the cache, and reports whether a decision waited for it. A stale one is
// not what is waited for.
func (g *Guard) Arrived(version metav1.Object) (wasAwaited bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	o, known := g.objects[keyOf(version)]
	if !known || !o.awaited || older(version.GetResourceVersion(), o.newest) {
		return false
	}
	o.awaited = false
	return true
}

// Forget drops what is known of the object of the name: it is gone.
func (g *Guard) Forget(key types.NamespacedName) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.objects, key)
}

// Len returns of how many objects something is known.
func (g *Guard) Len() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.objects)
}

// of returns what is known of the object of the name; the caller holds the lock.
func (g *Guard) of(key types.NamespacedName) *object {
	if g.objects == nil {
		g.objects = map[types.NamespacedName]*object{}
	}
	o, known := g.objects[key]
	if !known {
		o = &object{}
		g.objects[key] = o
	}
	return o
}

// older reports whether a version is known to be older than another.
func older(version, than string) bool {
	order, err := resourceversion.CompareResourceVersion(version, than)
	return err == nil && order < 0
}

func keyOf(object metav1.Object) types.NamespacedName {
	return types.NamespacedName{Namespace: object.GetNamespace(), Name: object.GetName()}
}
