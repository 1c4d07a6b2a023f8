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
