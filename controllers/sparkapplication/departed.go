// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkapplication

import (
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/memory"
)

const (
	// departedAge is for how long it is remembered how an executor was last: until its end is in the status, which
	// takes as long as changes are gathered, or as it is open who deleted it.
	departedAge = time.Minute
	// maxDeparted is of how many executors of an application it is.
	maxDeparted = 1000
)

// departures are the executor pods that have gone lately: drivers delete the pods of those that have failed
// immediately. An event about a pod does not have the application's UID; pods of another application of the name are
// recognised by their owner, and are not kept for long.
type departures struct{ memory.Of[[]departed] }

// departed is an executor pod that is gone, as it was last.
type departed struct {
	pod corev1.Pod
	at  time.Time
}

// whose is the application of the name, whatever its UID.
func whose(key types.NamespacedName) metav1.Object {
	return &metav1.ObjectMeta{Namespace: key.Namespace, Name: key.Name}
}

// left notes how an executor was when it went.
func (d *departures) left(key types.NamespacedName, pod *corev1.Pod, now time.Time) {
	d.Change(whose(key), func(known []departed) []departed {
		if len(known) >= maxDeparted {
			return known
		}
		return append(known, departed{*pod, now})
	})
}

// lately returns the executors that have gone lately, and forgets the others.
func (d *departures) lately(key types.NamespacedName, now time.Time) []corev1.Pod {
	known := d.Get(whose(key))
	if len(known) == 0 {
		return nil
	}
	var pods []corev1.Pod
	d.Change(whose(key), func(known []departed) []departed {
		var kept []departed
		for _, one := range known {
			if now.Sub(one.at) < departedAge {
				pods, kept = append(pods, one.pod), append(kept, one)
			}
		}
		return kept
	})
	if len(pods) == 0 {
		d.Forget(key)
	}
	return pods
}

// executorEnds are since when ends of executors are known that leave open who ended them, by name.
type executorEnds struct {
	memory.Of[map[string]time.Time]
}

// seenSince returns since when the ends of the named executors have been known; others are forgotten.
func (e *executorEnds) seenSince(app *v1beta2.SparkApplication, names []string, now time.Time) map[string]time.Time {
	known := e.Get(app)
	if len(names) == 0 {
		if len(known) > 0 {
			e.Forget(client.ObjectKeyFromObject(app))
		}
		return nil
	}
	next := make(map[string]time.Time, len(names))
	for _, name := range names {
		next[name] = now
		if since, seen := known[name]; seen {
			next[name] = since
		}
	}
	e.Set(app, next)
	return next
}
