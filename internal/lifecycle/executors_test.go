// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
)

// Whole lives with five executors, each of which is seen alone: events are the most expensive requests that a life
// makes.
func TestEventsAboutExecutorsAreFew(t *testing.T) {
	all := []int{0, 1, 2, 3, 4}
	each := func(w *world, indices []int, change func(*corev1.Pod)) {
		for _, i := range indices {
			w.executors[i] = w.executors[i].DeepCopy()
			change(w.executors[i])
			w.reconcile()
		}
	}
	deleted := func(w *world, indices []int) {
		for _, i := range indices {
			w.executors[i] = deletedPod(w.executors[i], w.now)
		}
		each(w, indices, func(p *corev1.Pod) { p.Status.Phase = corev1.PodSucceeded })
	}
	emitted := func(executors ...string) []string {
		before := []string{"SparkApplicationSubmitted", "SparkDriverRunning", "SparkExecutorPending", "SparkExecutorRunning"}
		return append(append(before, executors...), "SparkDriverCompleted", "SparkApplicationCompleted")
	}
	for name, tc := range map[string]struct {
		play        func(*world)
		wantEmitted []string
	}{
		"they end with their driver":             {func(*world) {}, emitted()},
		"their driver deletes all of them":       {func(w *world) { deleted(w, all) }, emitted()},
		"their driver needs one of them no more": {func(w *world) { deleted(w, all[:1]) }, emitted("SparkExecutorCompleted")},
		"one of them fails":                      {func(w *world) { each(w, all[:1], func(p *corev1.Pod) { p.Status.Phase = corev1.PodFailed }) }, emitted("SparkExecutorFailed")},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			w.reconcile()
			w.driverRuns()
			w.reconcile()
			for i := range all {
				w.executors = append(w.executors, executorPod(fmt.Sprint("exec-", i), w.attempt(1), corev1.PodPending))
				w.reconcile()
			}
			each(w, all, func(p *corev1.Pod) { p.Status.Phase = corev1.PodRunning })
			tc.play(w)
			w.driverEnds(0)
			w.reconcile()
			if diff := cmp.Diff(tc.wantEmitted, w.emitted); diff != "" {
				t.Errorf("events (-want +got):\n%s", diff)
			}
		})
	}
}
