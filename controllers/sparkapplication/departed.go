// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkapplication

import (
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
)

const (
	// departedAge is for how long it is remembered how an executor was last: until its end is in the status, which takes as long as changes are
	// gathered, or as it is open who deleted it.
	departedAge = time.Minute
	// maxDeparted is of how many executors of an application it is.
	maxDeparted = 1000
)

// departed is an executor pod that is gone, as it was last: drivers delete the pods of those that have failed at once.
type departed struct {
	pod corev1.Pod
	at  time.Time
}

// left notes how an executor was when it went.
func (k *knowledge) left(key types.NamespacedName, pod *corev1.Pod, now time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	f := k.of(key)
	if len(f.departed) >= maxDeparted {
		return
	}
	f.departed = append(f.departed, departed{*pod, now})
}

// departedOf returns the executors that have gone lately; those of a run that is over are of no interest any more.
func (k *knowledge) departedOf(key types.NamespacedName, over bool, now time.Time) []corev1.Pod {
	k.mu.Lock()
	defer k.mu.Unlock()
	f, known := k.apps[key]
	if !known {
		return nil
	}
	var pods []corev1.Pod
	var kept []departed
	for _, d := range f.departed {
		if !over && now.Sub(d.at) < departedAge {
			pods, kept = append(pods, d.pod), append(kept, d)
		}
	}
	f.departed = kept
	return pods
}

// seenSince returns since when the ends of the named executors have been known; others are forgotten.
func (k *knowledge) seenSince(key types.NamespacedName, names []string, now time.Time) map[string]time.Time {
	k.mu.Lock()
	defer k.mu.Unlock()
	f := k.of(key)
	var next map[string]time.Time
	for _, name := range names {
		if next == nil {
			next = map[string]time.Time{}
		}
		next[name] = now
		if since, known := f.endSeen[name]; known {
			next[name] = since
		}
	}
	f.endSeen = next
	return next
}
