// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkapplication

import (
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/alauda/spark-operator/internal/apply"
	"github.com/alauda/spark-operator/internal/memory"
	"github.com/alauda/spark-operator/internal/staleness"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// podWrites are what was written to the pods of an application's name, by UID: the cache may not show it yet. Where it
// does not for too long, it is written again: a cluster that was restored from a backup has lost it.
type podWrites struct {
	memory.Of[map[types.UID]podWrite]
}

// podWrite is when a pod was deleted, and its finalizer removed.
type podWrite struct{ deleted, freed time.Time }

// asStored corrects pods of the application's name from the cache, of which the caller has a slice of its own: those
// that a finalizer was removed from are without it. It forgets the pods that are gone.
func (w *podWrites) asStored(key types.NamespacedName, pods []corev1.Pod, now time.Time) {
	known := w.Get(whose(key))
	if len(known) == 0 {
		return
	}
	left := make(map[types.UID]podWrite, len(known))
	for i := range pods {
		pod := &pods[i]
		write, isKnown := known[pod.UID]
		if !isKnown {
			continue
		}
		left[pod.UID] = write
		if apply.Held(pod) && now.Sub(write.freed) < staleness.Patience {
			pod.Finalizers = withoutFinalizer(pod)
		}
	}
	if len(left) == 0 {
		w.Forget(key)
		return
	}
	w.Set(whose(key), left)
}

// wasDeleted reports whether the pod was deleted here, which the cache may not show yet.
func (w *podWrites) wasDeleted(pod *corev1.Pod, now time.Time) bool {
	return now.Sub(w.Get(whose(applicationOf(pod).NamespacedName))[pod.UID].deleted) < staleness.Patience
}

// deleted notes that the pod was deleted.
func (w *podWrites) deleted(pod *corev1.Pod, now time.Time) {
	w.note(pod, func(write *podWrite) { write.deleted = now })
}

// freed notes that the operator's finalizer was removed from the pod.
func (w *podWrites) freed(pod *corev1.Pod, now time.Time) {
	w.note(pod, func(write *podWrite) { write.freed = now })
}

func (w *podWrites) note(pod *corev1.Pod, change func(*podWrite)) {
	w.Change(whose(applicationOf(pod).NamespacedName), func(known map[types.UID]podWrite) map[types.UID]podWrite {
		write := known[pod.UID]
		change(&write)
		if known == nil {
			known = map[types.UID]podWrite{}
		}
		known[pod.UID] = write
		return known
	})
}

// withoutFinalizer returns the finalizers of the pod but the operator's.
func withoutFinalizer(pod *corev1.Pod) []string {
	return slices.DeleteFunc(slices.Clone(pod.Finalizers), func(name string) bool { return name == sparklabels.DriverEnd })
}
