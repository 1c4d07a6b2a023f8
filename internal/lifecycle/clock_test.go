// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	"fmt"
	"math"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// extremes are numbers of seconds at which arithmetic goes wrong: 9223372036 is the last that a duration holds.
var extremes = []int64{math.MinInt64, math.MinInt64 / 2, -9223372037, -1, 0, 1, 9223372036, 9223372037, 9999999999, math.MaxInt64 / 2, math.MaxInt64 - 1, math.MaxInt64}

// secondsOf are all numbers of seconds that an author writes and the lifecycle reads.
var secondsOf = map[string]func(*v1beta2.SparkApplicationSpec, *int64){
	"resetAfterSeconds":                func(s *v1beta2.SparkApplicationSpec, n *int64) { s.RestartPolicy.ResetAfterSeconds = n },
	"onFailureRetryInterval":           func(s *v1beta2.SparkApplicationSpec, n *int64) { s.RestartPolicy.OnFailureRetryInterval = n },
	"onSubmissionFailureRetryInterval": func(s *v1beta2.SparkApplicationSpec, n *int64) { s.RestartPolicy.OnSubmissionFailureRetryInterval = n },
	"maxRetryIntervalSeconds":          func(s *v1beta2.SparkApplicationSpec, n *int64) { s.RestartPolicy.MaxRetryIntervalSeconds = n },
	"timeToLiveSeconds":                func(s *v1beta2.SparkApplicationSpec, n *int64) { s.TimeToLiveSeconds = n },
	"activeDeadlineSeconds":            func(s *v1beta2.SparkApplicationSpec, n *int64) { s.ActiveDeadlineSeconds = n },
	"timeouts": func(s *v1beta2.SparkApplicationSpec, n *int64) {
		s.Timeouts = &v1beta2.Timeouts{DriverPendingSeconds: n, ExecutorsPendingSeconds: n, SidecarsSeconds: n, ExecutorsEndSeconds: n, CleanupSeconds: n}
	},
}

// durations is a policy all of whose durations are d.
func durations(d time.Duration) Policy {
	return Policy{DefaultTTL: d, MaxRetryInterval: d, Timeouts: Timeouts{
		DriverPending: d, ExecutorsPending: d, Run: d, Sidecars: d, ExecutorsEnd: d, Cleanup: d,
	}}
}

// An application whose runs all fail immediately comes to its end after its retries, whatever numbers its author or the
// operator's configuration gives: nothing panics, and no wait is negative.
func TestRetriesAlwaysEndWhateverTheNumbers(t *testing.T) {
	const retriesAllowed = 3
	policies := []Policy{{}, durations(math.MinInt64), durations(math.MaxInt64), durations(math.MaxInt64/2 + 1)}
	for field, set := range secondsOf {
		for _, n := range extremes {
			for i, policy := range policies {
				t.Run(fmt.Sprintf("%s %d/policy %d", field, n, i), func(t *testing.T) {
					w := newWorld(retries(retriesAllowed), func(a *v1beta2.SparkApplication) { set(&a.Spec, &n) })
					w.policy = policy
					for range 10 * retriesAllowed {
						d := w.reconcile()
						if d.RequeueAfter < 0 {
							t.Fatalf("looks again after %s", d.RequeueAfter)
						}
						if at := w.app.Status.NextRetryTime; at != nil && at.Time.Before(w.now) {
							t.Fatalf("at %s the next attempt is due at %s", w.now, at)
						}
						if w.deleted || w.state() == v1beta2.ApplicationStateFailed {
							if len(w.submitted) > retriesAllowed+1 {
								t.Fatalf("%d runs with %d retries", len(w.submitted), retriesAllowed)
							}
							return
						}
						if w.state() == v1beta2.ApplicationStateSubmitted {
							w.driverRuns()
							w.reconcile()
							w.driverEnds(1)
							continue
						}
						w.now = w.now.Add(d.RequeueAfter)
					}
					t.Errorf("%s after %d runs", w.state(), len(w.submitted))
				})
			}
		}
	}
}

// No counter of a status wraps around.
func TestCountersNeverBecomeNegative(t *testing.T) {
	w := newWorld(retries(math.MaxInt32))
	w.reconcile()
	w.app.Status.ExecutionAttempts, w.app.Status.SubmissionAttempts = math.MaxInt32, math.MaxInt32
	w.app.Status.Failures = &v1beta2.FailureCounts{Submissions: math.MaxInt32, Runs: math.MaxInt32, Infrastructure: math.MaxInt32}
	w.app.Status.Executors = &v1beta2.ExecutorCounts{Completed: math.MaxInt32, Failed: math.MaxInt32, Failures: map[string]int32{"SIGKILL": math.MaxInt32}}
	w.driverRuns()
	for name, code := range map[string]int32{"exec-1": 0, "exec-2": 137} {
		pod := executorPod(name, w.attempt(1), corev1.PodFailed)
		pod.Status.ContainerStatuses = []corev1.ContainerStatus{{
			Name: sparklabels.ExecutorContainer, State: corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{ExitCode: code}},
		}}
		w.executors = append(w.executors, pod)
	}
	w.reconcile()
	w.driverEnds(1)
	w.reconcile()
	w.refuse = errQuota
	w.now = w.now.Add(time.Hour)
	w.reconcile()
	s := w.app.Status
	counters := []int32{s.ExecutionAttempts, s.SubmissionAttempts, s.Failures.Submissions, s.Failures.Runs, s.Failures.Infrastructure}
	if executors := s.LastFailure.ExecutorFailures; executors != nil {
		counters = append(counters, executors["SIGKILL"])
	}
	for i, n := range counters {
		if n < 0 {
			t.Errorf("counter %d is %d", i, n)
		}
	}
}

// skews are how far a node's clock may be from the operator's.
var skews = []time.Duration{-1000 * time.Hour, -2 * time.Hour, -time.Minute, -time.Second, 0, time.Second, time.Minute, 2 * time.Hour, 1000 * time.Hour}

// clockedRun plays a run of the length on a node whose clock is off, and leaves its end to be found.
func (w *world) clockedRun(skew, length time.Duration) {
	w.reconcile()
	started := metav1.NewTime(w.now.Add(skew))
	w.driver.Status.Phase = corev1.PodRunning
	w.driver.Status.ContainerStatuses = []corev1.ContainerStatus{{
		Name: sparklabels.DriverContainer, State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: started}},
	}}
	w.reconcile()
	w.now = w.now.Add(length)
	w.driverEnds(1)
	terminated := w.driver.Status.ContainerStatuses[0].State.Terminated
	terminated.StartedAt, terminated.FinishedAt = started, metav1.NewTime(w.now.Add(skew))
}

// Retry, time to live and stability of a run are by the operator's clock, wherever the driver ran.
func TestANodesClockNeverMovesWhatIsWaitedFor(t *testing.T) {
	for _, skew := range skews {
		t.Run(skew.String(), func(t *testing.T) {
			w := newWorld(retries(1), func(a *v1beta2.SparkApplication) {
				a.Spec.TimeToLiveSeconds, a.Spec.RestartPolicy.ResetAfterSeconds = new(int64(60)), new(int64(7200))
			})
			w.clockedRun(skew, time.Hour)
			w.reconcile()
			if at := w.app.Status.TerminationTime; !at.Time.Equal(w.now) {
				t.Errorf("ended at %s, want %s", at, w.now)
			}
			if due := w.app.Status.NextRetryTime; due == nil || !due.Time.Equal(w.now.Add(10*time.Second)) {
				t.Errorf("retry at %v, want 10s from now, %s", due, w.now)
			}
			w.now = w.now.Add(10 * time.Second)
			w.clockedRun(skew, time.Hour)
			if w.reconcile(); w.state() != v1beta2.ApplicationStateFailed {
				t.Fatalf("%s after runs of an hour, want FAILED: only one of two hours makes failures forgotten", w.state())
			}
			w.now = w.now.Add(59 * time.Second)
			if w.reconcile(); w.deleted {
				t.Fatal("deleted before its time")
			}
			w.now = w.now.Add(time.Second)
			if w.reconcile(); !w.deleted {
				t.Error("not deleted when its time was over")
			}
		})
	}
}

// A run that was long enough is stable by its length, whatever the clock that measured it.
func TestANodesClockNeverMakesARunShorter(t *testing.T) {
	for _, skew := range skews {
		w := newWorld(retries(0), func(a *v1beta2.SparkApplication) { a.Spec.RestartPolicy.ResetAfterSeconds = new(int64(3600)) })
		w.clockedRun(skew, time.Hour)
		w.reconcile()
		if runs := w.app.Status.Failures.Runs; w.state() != v1beta2.ApplicationStateFailed || runs != 1 {
			t.Errorf("clock off by %s: %s, %d failed runs", skew, w.state(), runs)
		}
		w = newWorld(retries(1), func(a *v1beta2.SparkApplication) { a.Spec.RestartPolicy.ResetAfterSeconds = new(int64(3600)) })
		for range 5 {
			w.clockedRun(skew, time.Hour)
			w.reconcile()
			w.now = w.now.Add(10 * time.Second)
		}
		if len(w.submitted) != 5 || w.state() != v1beta2.ApplicationStateFailing {
			t.Errorf("clock off by %s: %s after %d runs of an hour, each of which is stable", skew, w.state(), len(w.submitted))
		}
	}
}

// What an operator before has stored of a clock that is ahead delays nothing.
func TestATimeInTheFutureIsTakenBack(t *testing.T) {
	for state, ended := range map[string]func(*world){
		"waits for its retry": func(w *world) { w.driverEnds(1) },
		"waits for its end":   func(w *world) { w.driverEnds(0) },
	} {
		t.Run(state, func(t *testing.T) {
			w := newWorld(retries(1), func(a *v1beta2.SparkApplication) { a.Spec.TimeToLiveSeconds = new(int64(60)) })
			w.reconcile()
			ended(w)
			w.reconcile()
			w.app.Status.TerminationTime = metav1.NewTime(w.now.Add(2 * time.Hour))
			w.reconcile()
			w.now = w.now.Add(time.Minute)
			w.reconcile()
			if w.state() == v1beta2.ApplicationStateFailing || w.state() == v1beta2.ApplicationStateCompleted && !w.deleted {
				t.Errorf("still %s after a minute", w.state())
			}
		})
	}
}

// Events about a driver that is held up are asked for, though the scheduler's clock is ahead.
func TestASchedulersClockDelaysNoQuestion(t *testing.T) {
	pod := driverPod(newWorld().attempt(1))
	pod.Status.Conditions = []corev1.PodCondition{{
		Type: corev1.PodScheduled, Status: corev1.ConditionTrue, LastTransitionTime: metav1.NewTime(start.Add(2 * time.Hour)),
	}}
	if since := HeldUpSince(pod, start.Add(time.Minute)); since.IsZero() || since.After(start.Add(time.Minute)) {
		t.Errorf("held up since %s, asked a minute after %s", since, start)
	}
}

// The wait of a pending driver is by the operator's clock, not by that of the API server, which stamps its pod.
func TestThePodsCreationNeverMovesTheTimeOutOfADriver(t *testing.T) {
	for _, skew := range skews {
		w := newWorld()
		w.policy.Timeouts.DriverPending = time.Minute
		w.reconcile()
		w.driver.CreationTimestamp = metav1.NewTime(w.now.Add(skew))
		w.now = w.now.Add(59 * time.Second)
		if w.reconcile(); w.state() != v1beta2.ApplicationStateSubmitted {
			t.Errorf("clock off by %s: %s before the limit", skew, w.state())
		}
		w.now = w.now.Add(time.Second)
		if w.reconcile(); w.state() != v1beta2.ApplicationStateFailed {
			t.Errorf("clock off by %s: %s after the limit", skew, w.state())
		}
	}
}
