// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
)

const noAccount = `pods "pi-exec-1" is forbidden: error looking up service account default/x: serviceaccount "x" not found`

// lonely is a driver that has run for a minute without an executor, and is to make two.
func lonely(change ...func(*v1beta2.SparkApplication)) *world {
	w := newWorld(change...)
	w.policy.Timeouts.ExecutorsRefused = 5 * time.Minute
	w.reconcile()
	w.driverRuns()
	w.reconcile()
	w.now = w.now.Add(time.Minute)
	w.reconcile()
	return w
}

func TestARefusalOfExecutorsIsNamedAndEndsTheRun(t *testing.T) {
	w := lonely()
	w.refusal = &Refusal{Message: noAccount, Since: w.now}
	w.reconcile()
	w.reconcile()
	if got := w.condition(v1beta2.ConditionExecutorsReady); got != "False ExecutorsRefused" {
		t.Errorf("condition ExecutorsReady is %s", got)
	}
	want := []string{"SparkApplicationSubmitted", "SparkDriverRunning", "SparkExecutorsRefused"}
	if diff := cmp.Diff(want, w.emitted); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	w.now = w.now.Add(5*time.Minute - time.Second)
	if d := w.reconcile(); w.state() != running || d.RequeueAfter != time.Second {
		t.Fatalf("state %s, wake in %s; want RUNNING, 1s", w.state(), d.RequeueAfter)
	}
	w.now = w.now.Add(time.Second)
	w.reconcile()
	failure := w.app.Status.LastFailure
	if w.state() != failed || failure.Class != v1beta2.FailureClassDeadline || failure.Reason != "ExecutorsRefused" || !strings.Contains(failure.Message, noAccount) {
		t.Errorf("state %s, failure %+v", w.state(), failure)
	}
}

// Only what is refused for good ends a run, and only one that has no executor.
func TestWhatMayPassEndsNoRun(t *testing.T) {
	for name, tc := range map[string]struct {
		change     func(*v1beta2.SparkApplication)
		play       func(*world)
		wantReason string
	}{
		"a quota that is used up": {nil, func(w *world) {
			w.refusal = &Refusal{Message: "exceeded quota: team", Passing: true, Since: w.now}
		}, "False ExecutorsRefused"},
		"nobody knows": {nil, func(*world) {}, "False ExecutorsPending"},
		"no executor is to come": {func(a *v1beta2.SparkApplication) {
			a.Spec.SparkConf = map[string]string{"spark.executor.instances": "0"}
			a.Spec.Executor.Instances = nil
		}, func(*world) {}, "none"},
		"the application has no limit": {func(a *v1beta2.SparkApplication) {
			a.Spec.Timeouts = &v1beta2.Timeouts{ExecutorsRefusedSeconds: new(int64(0))}
		}, func(w *world) { w.refusal = &Refusal{Message: noAccount, Since: w.now} }, "False ExecutorsRefused"},
		"an executor came": {nil, func(w *world) {
			w.refusal = &Refusal{Message: noAccount, Since: w.now}
			w.reconcile()
			w.executors = []*corev1.Pod{executorPod("a", w.attempt(1), corev1.PodPending)}
		}, "False WaitingForScheduler"},
	} {
		t.Run(name, func(t *testing.T) {
			w := lonely(func(a *v1beta2.SparkApplication) {
				if tc.change != nil {
					tc.change(a)
				}
			})
			tc.play(w)
			w.now = w.now.Add(24 * time.Hour)
			w.reconcile()
			if got := w.condition(v1beta2.ConditionExecutorsReady); w.state() != running || got != tc.wantReason {
				t.Errorf("state %s, condition ExecutorsReady %s; want RUNNING, %s", w.state(), got, tc.wantReason)
			}
		})
	}
}

func TestWhenToAskWhyThereIsNoExecutor(t *testing.T) {
	w := newWorld()
	w.reconcile()
	if since := WithoutExecutorsSince(w.observe()); !since.IsZero() {
		t.Errorf("a pending driver is asked about at %s", since)
	}
	w.driverRuns()
	if d := w.reconcile(); d.RequeueAfter != refusalGrace {
		t.Errorf("wake in %s, want %s", d.RequeueAfter, refusalGrace)
	}
	if since := WithoutExecutorsSince(w.observe()); !since.Equal(start.Add(refusalGrace)) {
		t.Errorf("asked about at %s, want %s after it started", since, refusalGrace)
	}
	w.executors = []*corev1.Pod{executorPod("a", w.attempt(1), corev1.PodPending)}
	if since := WithoutExecutorsSince(w.observe()); !since.IsZero() {
		t.Errorf("a driver with an executor is asked about at %s", since)
	}
}
