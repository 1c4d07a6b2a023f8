// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
)

// What is reported of a failure begins with its cause everywhere, and has the words that clients look for.
func TestAFailureBeginsWithItsCause(t *testing.T) {
	const trace = "\nException in thread \"main\" java.lang.IllegalStateException: no input\n\tat a.B.c(B.java:1)\n"
	ends := func(code int32, log string) func(*world) {
		return func(w *world) {
			w.driverEnds(code)
			w.driver.Status.ContainerStatuses[0].State.Terminated.Message = log
		}
	}
	for name, tc := range map[string]struct {
		play       func(*world)
		want       string
		wantReason string
	}{
		"an exception":      {ends(1, "working"+trace), "java.lang.IllegalStateException: no input (driver container failed with ExitCode: 1, Reason: Error)", "DriverFailed"},
		"a log without one": {ends(1, "working\n"), "driver container failed with ExitCode: 1, Reason: Error", "DriverFailed"},
		"memory that the container has not: what its log says is not why": {func(w *world) {
			ends(137, trace)(w)
			w.driver.Status.ContainerStatuses[0].State.Terminated.Reason = "OOMKilled"
		}, "driver container failed with ExitCode: 137, Reason: OOMKilled", "OOMKilled"},
		"a signal": {ends(143, trace), "driver container failed with ExitCode: 143, Reason: Error (ended by SIGTERM)", "SIGTERM"},
		"an init container": {func(w *world) {
			w.driver.Status.Phase = corev1.PodFailed
			w.driver.Status.InitContainerStatuses = []corev1.ContainerStatus{{Name: "fetch", State: corev1.ContainerState{
				Terminated: &corev1.ContainerStateTerminated{ExitCode: 2, Reason: "Error", Message: "sh: 1: curl: not found\n"}}}}
		}, "sh: 1: curl: not found (driver container status missing: init container fetch failed with ExitCode: 2, Reason: Error)", "InitContainerFailed"},
		"an eviction": {func(w *world) {
			w.driver.Status.Phase, w.driver.Status.Reason, w.driver.Status.Message = corev1.PodFailed, "Evicted", "The node was low on resource: memory."
		}, "The node was low on resource: memory. (driver container status missing)", "Evicted"},
		"a preemption that the container has seen": {func(w *world) {
			ends(143, trace)(w)
			w.driver.Status.Conditions = []corev1.PodCondition{{
				Type: corev1.DisruptionTarget, Status: corev1.ConditionTrue, Reason: corev1.PodReasonPreemptionByScheduler, Message: "preempted by a pod of more priority"}}
		}, "preempted by a pod of more priority (driver container failed with ExitCode: 143, Reason: Error (ended by SIGTERM))", "Preempted"},
		"a deletion": {func(w *world) {
			ends(143, trace)(w)
			w.driver.DeletionTimestamp = new(metav1.NewTime(start))
		}, "the driver pod was deleted (driver container failed with ExitCode: 143, Reason: Error (ended by SIGTERM))", "DriverDeleted"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			w.reconcile()
			tc.play(w)
			d := Decide(w.observe(), w.policy)
			if got := d.Status.LastFailure.Message; got != tc.want {
				t.Errorf("failure: %q\nwant     %q", got, tc.want)
			}
			if got := d.Status.AppState.ErrorMessage; got != tc.want {
				t.Errorf("errorMessage: %q", got)
			}
			if c := meta.FindStatusCondition(d.Status.Conditions, v1beta2.ConditionSucceeded); c.Message != tc.want || c.Reason != tc.wantReason {
				t.Errorf("condition: %s: %q", c.Reason, c.Message)
			}
			for _, e := range d.Events {
				if !strings.HasPrefix(e.Note, tc.want) {
					t.Errorf("event %s: %q", e.Reason, e.Note)
				}
			}
		})
	}
}
