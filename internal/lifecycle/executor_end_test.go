// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// exited is the end of an executor's container, as the kubelet says.
func exited(code int32, reason string) func(*corev1.Pod) {
	return func(p *corev1.Pod) {
		p.Status.ContainerStatuses = []corev1.ContainerStatus{{
			Name: sparklabels.ExecutorContainer, State: corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{ExitCode: code, Reason: reason}},
		}}
	}
}

func marked(p *corev1.Pod) { p.DeletionTimestamp = &metav1.Time{Time: start} }

// withExecutors is a run with three executors.
func withExecutors(change ...func(*v1beta2.SparkApplication)) *world {
	w := newWorld(change...)
	w.reconcile()
	w.driverRuns()
	for _, name := range []string{"exec-1", "exec-2", "exec-3"} {
		w.executors = append(w.executors, executorPod(name, w.attempt(1), corev1.PodRunning))
	}
	w.reconcile()
	return w
}

// end ends the first executor: its pod is changed, and gone if gone.
func (w *world) end(gone bool, changes ...func(*corev1.Pod)) {
	pod := w.executors[0].DeepCopy()
	for _, change := range changes {
		change(pod)
	}
	w.executors = append([]*corev1.Pod{pod}, w.executors[1:]...)
	if gone {
		w.executors, w.gone = w.executors[1:], append(w.gone, pod)
	}
	w.reconcile()
}

// Nothing that was killed, drained or failed counts as completed, whether its pod is still there, marked for deletion
// or gone: drivers delete the pods of executors that have failed as well.
func TestWhatWasKilledIsNeverCompleted(t *testing.T) {
	for name, tc := range map[string]struct {
		change     []func(*corev1.Pod)
		wantReason string
	}{
		"out of memory":                    {[]func(*corev1.Pod){exited(137, "OOMKilled"), marked}, "OOMKilled"},
		"out of heap":                      {[]func(*corev1.Pod){exited(52, "Error"), marked}, "OutOfMemoryError"},
		"an exception":                     {[]func(*corev1.Pod){exited(1, "Error"), marked}, "Error"},
		"drained by the eviction API":      {[]func(*corev1.Pod){exited(143, "Error"), marked, disrupted("EvictionByEvictionAPI")}, "Evicted"},
		"preempted":                        {[]func(*corev1.Pod){exited(143, "Error"), marked, disrupted("PreemptionByScheduler")}, "Preempted"},
		"its node is lost":                 {[]func(*corev1.Pod){marked, disrupted("DeletionByTaintManager")}, "NodeLost"},
		"its node shuts down":              {[]func(*corev1.Pod){phase("Failed", "Terminated"), exited(143, "Error")}, "Terminated"},
		"evicted by the kubelet":           {[]func(*corev1.Pod){phase("Failed", "Evicted")}, "Evicted"},
		"deleted by somebody":              {[]func(*corev1.Pod){exited(143, "Error"), marked}, "Deleted"},
		"deleted, and did not end in time": {[]func(*corev1.Pod){exited(137, "Error"), marked}, "Deleted"},
	} {
		for _, gone := range []bool{false, true} {
			w := withExecutors()
			w.end(gone, tc.change...)
			w.now = w.now.Add(killGrace)
			w.reconcile()
			want := &v1beta2.ExecutorCounts{Running: 2, Failed: 1, Failures: map[string]int32{tc.wantReason: 1}}
			if diff := cmp.Diff(want, w.app.Status.Executors); diff != "" {
				t.Errorf("%s, gone %t: executors (-want +got):\n%s", name, gone, diff)
			}
			if got := w.app.Status.ExecutorState["exec-1"]; got != v1beta2.ExecutorStateFailed {
				t.Errorf("%s, gone %t: state %s", name, gone, got)
			}
		}
	}
	w := withExecutors()
	w.end(true)
	w.now = w.now.Add(killGrace)
	w.reconcile()
	if diff := cmp.Diff(map[string]int32{"Deleted": 1}, w.app.Status.Executors.Failures); diff != "" {
		t.Errorf("deleted by force (-want +got):\n%s", diff)
	}
}

// What ended well, or was ended by its driver, is never counted as failed.
func TestWhatItsDriverEndsIsNeverFailed(t *testing.T) {
	dynamic := func(a *v1beta2.SparkApplication) {
		a.Spec.DynamicAllocation = &v1beta2.DynamicAllocation{Enabled: true}
	}
	byProperty := func(a *v1beta2.SparkApplication) {
		a.Spec.SparkConf = map[string]string{"spark.dynamicAllocation.enabled": "TRUE"}
	}
	static := func(*v1beta2.SparkApplication) {}
	sigterm := []func(*corev1.Pod){exited(143, "Error"), marked}
	for name, tc := range map[string]struct {
		spec func(*v1beta2.SparkApplication)
		play func(*world)
	}{
		"it ended by itself":             {static, func(w *world) { w.end(false, exited(0, "Completed")) }},
		"it ended by itself and is gone": {static, func(w *world) { w.end(true, exited(0, "Completed")) }},
		"scaled down":                    {dynamic, func(w *world) { w.end(true, sigterm...) }},
		"scaled down, by a property":     {byProperty, func(w *world) { w.end(false, sigterm...) }},
		"the driver deletes all, and then ends": {static, func(w *world) {
			w.end(true, sigterm...)
			w.end(true, sigterm...)
			w.end(true, sigterm...)
			w.driverEnds(0)
		}},
		"the driver deletes all, and does more": {static, func(w *world) { w.end(true, sigterm...); w.end(true, sigterm...); w.end(true, sigterm...) }},
		"the driver ends while it deletes them": {static, func(w *world) { w.end(true, sigterm...); w.driverEnds(0) }},
		"it was never started, and is gone": {static, func(w *world) {
			w.executors = append([]*corev1.Pod{executorPod("exec-0", w.attempt(1), corev1.PodPending)}, w.executors...)
			w.end(true, marked)
		}},
		"nobody saw how it went":                   {static, func(w *world) { w.executors = w.executors[1:] }},
		"nobody saw how they went, nor the driver": {static, func(w *world) { w.executors = nil; w.driverEnds(0) }},
	} {
		t.Run(name, func(t *testing.T) {
			w := withExecutors(tc.spec)
			tc.play(w)
			w.reconcile()
			w.now = w.now.Add(killGrace)
			w.reconcile()
			counts := ptr.Deref(w.app.Status.Executors, v1beta2.ExecutorCounts{})
			if counts.Failed != 0 || counts.Completed == 0 || counts.Unknown != 0 {
				t.Errorf("executors: %+v", counts)
			}
		})
	}
}

// Until it is clear who deleted an executor the status keeps what it says, and asks to look again.
func TestADeletedExecutorIsLeftOpenForAMoment(t *testing.T) {
	w := withExecutors()
	w.end(true, exited(143, "Error"), marked)
	d := w.reconcile()
	if d.RequeueAfter != killGrace || w.app.Status.Executors.Running != 3 {
		t.Errorf("wake in %s, executors %+v", d.RequeueAfter, w.app.Status.Executors)
	}
	w.now = w.now.Add(killGrace)
	w.reconcile()
	w.gone = nil
	w.reconcile()
	if diff := cmp.Diff(&v1beta2.ExecutorCounts{Running: 2, Failed: 1, Failures: map[string]int32{"Deleted": 1}}, w.app.Status.Executors); diff != "" {
		t.Errorf("executors (-want +got):\n%s", diff)
	}
}
