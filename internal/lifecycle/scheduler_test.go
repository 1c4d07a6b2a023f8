// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	"slices"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// A scheduler that nobody runs says nothing, so the operator does, once, and within a minute.
func TestASchedulerThatNobodyRunsIsNamed(t *testing.T) {
	nobodys := func(pod *corev1.Pod) { pod.Spec.NodeName, pod.Spec.SchedulerName = "", "fair-scheduler" }
	executor := func(w *world) *corev1.Pod {
		w.driverRuns()
		pod := executorPod("pi-exec-1", w.attempt(1), corev1.PodPending)
		w.executors = []*corev1.Pod{pod}
		return pod
	}
	for name, tc := range map[string]struct {
		play      func(*world)
		condition string
		want      string
		wantEvent string
	}{
		"a driver": {func(w *world) { nobodys(w.driver) }, v1beta2.ConditionDriverReady, "False WaitingForScheduler", "SparkDriverPending"},
		"a driver of the default scheduler": {func(w *world) { w.driver.Spec.NodeName = "" },
			v1beta2.ConditionDriverReady, "False WaitingForScheduler", "SparkDriverPending"},
		"executors": {func(w *world) { nobodys(executor(w)) }, v1beta2.ConditionExecutorsReady, "False WaitingForScheduler", "SparkExecutorPending"},
		"a driver that a scheduler has looked at": {func(w *world) {
			nobodys(w.driver)
			w.driver.Status.Conditions = []corev1.PodCondition{{
				Type: corev1.PodScheduled, Status: corev1.ConditionFalse, Reason: "Unschedulable", Message: "0/3 nodes are available"}}
		}, v1beta2.ConditionDriverReady, "False Unschedulable", "SparkDriverPending"},
		"a driver that a queue holds back": {func(w *world) { nobodys(w.driver); w.driver.Status.Conditions = gate },
			v1beta2.ConditionDriverReady, "False SchedulingGated", ""},
		"a driver on its node": {func(*world) {}, v1beta2.ConditionDriverReady, "False DriverPending", ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			w.reconcile()
			tc.play(w)
			d := w.reconcile()
			if tc.want == "False WaitingForScheduler" && (w.condition(tc.condition) == tc.want || d.RequeueAfter != schedulerGrace) {
				t.Errorf("immediately the condition is %s, wake in %s", w.condition(tc.condition), d.RequeueAfter)
			}
			w.emitted = nil
			for _, later := range []time.Duration{schedulerGrace, 2 * schedulerGrace, 3 * schedulerGrace} {
				w.now = start.Add(later)
				w.reconcile()
			}
			if got := w.condition(tc.condition); got != tc.want {
				t.Errorf("condition %s is %s, want %s", tc.condition, got, tc.want)
			}
			var want []string
			if tc.wantEvent != "" && tc.want == "False WaitingForScheduler" {
				want = []string{tc.wantEvent}
			}
			if !slices.Equal(w.emitted, want) {
				t.Errorf("events %v, want %v", w.emitted, want)
			}
		})
	}
}

func TestTheSchedulerIsNamed(t *testing.T) {
	w := newWorld()
	w.reconcile()
	w.driver.Spec.NodeName, w.driver.Spec.SchedulerName = "", "fair-scheduler"
	w.driver.CreationTimestamp = metav1.NewTime(start)
	w.now = start.Add(time.Minute)
	w.reconcile()
	const says = `No scheduler named "fair-scheduler" has looked at pod pi-driver in 30s: is one of that name installed and running?`
	want := []string{"Succeeded Unknown WaitingForScheduler: " + says, "DriverReady False WaitingForScheduler: " + says}
	if got := w.conditions(); !slices.Equal(got, want) {
		t.Errorf("conditions %q, want %q", got, want)
	}
}

// What a batch scheduler says of a gang comes before what it says of one pod, as long as the driver waits for it.
func TestTheGangsWordsComeFirst(t *testing.T) {
	unplaced := func(pod *corev1.Pod) {
		pod.Annotations = map[string]string{sparklabels.BatchScheduler: "volcano"}
		pod.Spec.NodeName = ""
		pod.Status.Conditions = []corev1.PodCondition{{Type: corev1.PodScheduled, Status: corev1.ConditionFalse, Reason: "Unschedulable", Message: "pod group is not ready"}}
	}
	for name, tc := range map[string]struct {
		change func(*corev1.Pod)
		want   string
	}{
		"a gang that waits":           {unplaced, "False NotEnoughResources"},
		"one that a queue holds back": {func(pod *corev1.Pod) { unplaced(pod); pod.Status.Conditions = gate }, "False SchedulingGated"},
		"a pod that is in no gang":    {func(pod *corev1.Pod) { unplaced(pod); pod.Annotations = nil }, "False Unschedulable"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			w.reconcile()
			tc.change(w.driver)
			w.trouble = &Trouble{"NotEnoughResources", "PodGroup spark-pi-pg of queue q is Pending: resource in cluster is overused"}
			w.reconcile()
			if got := w.condition(v1beta2.ConditionDriverReady); got != tc.want {
				t.Errorf("condition %s, want %s", got, tc.want)
			}
		})
	}
}

// The scheduler is asked about a driver in a gang that has waited for a moment, and about no other.
func TestGangWaitsSince(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(*corev1.Pod)
		want   time.Time
	}{
		"waiting":         {func(*corev1.Pod) {}, start.Add(5 * time.Second)},
		"placed":          {func(pod *corev1.Pod) { pod.Spec.NodeName = "n" }, time.Time{}},
		"in no gang":      {func(pod *corev1.Pod) { pod.Annotations = nil }, time.Time{}},
		"held back":       {func(pod *corev1.Pod) { pod.Status.Conditions = gate }, time.Time{}},
		"being deleted":   {func(pod *corev1.Pod) { pod.DeletionTimestamp = new(metav1.NewTime(start)) }, time.Time{}},
		"running already": {func(pod *corev1.Pod) { pod.Status.Phase = corev1.PodRunning }, time.Time{}},
	} {
		t.Run(name, func(t *testing.T) {
			pod := &corev1.Pod{}
			pod.CreationTimestamp, pod.Annotations = metav1.NewTime(start), map[string]string{sparklabels.BatchScheduler: "volcano"}
			pod.Status.Phase = corev1.PodPending
			tc.change(pod)
			if got := GangWaitsSince(pod); !got.Equal(tc.want) {
				t.Errorf("since %s, want %s", got, tc.want)
			}
		})
	}
}
