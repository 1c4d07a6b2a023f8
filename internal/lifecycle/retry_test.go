// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/utils/ptr"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
)

func TestBackOffDoublesUpToItsLimit(t *testing.T) {
	const s = time.Second
	for name, tc := range map[string]struct {
		interval, limit *int64
		operator        time.Duration
		want            []time.Duration
	}{
		"by default":                         {nil, nil, 0, []time.Duration{5 * s, 10 * s, 20 * s, 40 * s, 80 * s, 160 * s, 300 * s, 300 * s}},
		"with the operator's limit":          {ptr.To[int64](10), nil, 30 * s, []time.Duration{10 * s, 20 * s, 30 * s, 30 * s}},
		"with the application's own limit":   {ptr.To[int64](10), ptr.To[int64](15), 30 * s, []time.Duration{10 * s, 15 * s, 15 * s}},
		"a limit below the interval is none": {ptr.To[int64](60), ptr.To[int64](5), 30 * s, []time.Duration{60 * s, 60 * s}},
		"an absurd interval":                 {ptr.To[int64](math.MaxInt64), nil, 0, []time.Duration{100 * 365 * 24 * time.Hour, 100 * 365 * 24 * time.Hour}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(func(a *v1beta2.SparkApplication) { a.Spec.RestartPolicy.MaxRetryIntervalSeconds = tc.limit })
			w.policy.MaxRetryInterval = tc.operator
			turn := &turn{Observation: w.observe(), policy: w.policy, status: w.app.Status.DeepCopy()}
			var got []time.Duration
			for n := range tc.want {
				got = append(got, turn.backOff(tc.interval, int32(n+1)))
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("waits (-want +got):\n%s", diff)
			}
		})
	}
}

// failOnce lets the current run fail and waits until the next is due.
func (w *world) failOnce(arrange ...func(*corev1.Pod)) {
	w.driverRuns()
	w.reconcile()
	w.driverEnds(1)
	for _, a := range arrange {
		a(w.driver)
	}
	w.reconcile()
	w.now = w.now.Add(time.Hour)
	w.reconcile()
}

func evict(p *corev1.Pod) {
	p.Status.Conditions = []corev1.PodCondition{{Type: corev1.DisruptionTarget, Status: corev1.ConditionTrue, Reason: "EvictionByEvictionAPI"}}
}

func TestBudgets(t *testing.T) {
	budgets := func(runs, infrastructure int32) func(*v1beta2.SparkApplication) {
		return func(a *v1beta2.SparkApplication) {
			retries(runs)(a)
			a.Spec.RestartPolicy.OnInfrastructureFailureRetries = &infrastructure
		}
	}
	suspendAndResume := func(w *world) {
		w.edit(func(a *v1beta2.SparkApplication) { a.Spec.Suspend = new(true) })
		w.reconcile()
		w.edit(func(a *v1beta2.SparkApplication) { a.Spec.Suspend = nil })
		w.reconcile()
	}
	for name, tc := range map[string]struct {
		change    func(*v1beta2.SparkApplication)
		play      func(*world)
		wantState v1beta2.ApplicationStateType
		wantCount *v1beta2.FailureCounts
	}{
		"failed runs count": {
			retries(1), func(w *world) { w.failOnce() }, submitted, &v1beta2.FailureCounts{Runs: 1},
		},
		"when they are spent, it is over": {
			retries(1), func(w *world) { w.failOnce(); w.failOnce() }, failed, &v1beta2.FailureCounts{Runs: 2},
		},
		"the cluster's doing counts as a failed run": {
			retries(1), func(w *world) { w.failOnce(evict); w.failOnce(evict) }, failed, &v1beta2.FailureCounts{Runs: 2},
		},
		"unless it has a budget of its own": {
			budgets(1, 5), func(w *world) { w.failOnce(evict); w.failOnce(evict); w.failOnce() }, submitted,
			&v1beta2.FailureCounts{Runs: 1, Infrastructure: 2},
		},
		"which has an end too": {
			budgets(5, 1), func(w *world) { w.failOnce(evict); w.failOnce(evict) }, failed, &v1beta2.FailureCounts{Infrastructure: 2},
		},
		"suspension spends nothing": {
			retries(1), func(w *world) { suspendAndResume(w); suspendAndResume(w); w.failOnce() }, submitted, &v1beta2.FailureCounts{Runs: 1},
		},
		"a stable run makes a new beginning": {
			func(a *v1beta2.SparkApplication) {
				retries(1)(a)
				a.Spec.RestartPolicy.ResetAfterSeconds = ptr.To[int64](600)
			}, func(w *world) {
				w.failOnce()
				w.driverRuns()
				w.reconcile()
				w.now = w.now.Add(10 * time.Minute)
				w.failOnce()
			}, submitted, &v1beta2.FailureCounts{Runs: 1},
		},
		"a refused submission has its own count": {
			retries(1), func(w *world) {
				w.failOnce()
				w.refuse = errQuota
				w.driverEnds(1)
				w.edit(func(a *v1beta2.SparkApplication) { a.Spec.RestartPolicy.OnFailureRetries = ptr.To[int32](9) })
				w.reconcile()
				w.now = w.now.Add(time.Hour)
				w.reconcile()
			}, refused, &v1beta2.FailureCounts{Runs: 2, Submissions: 1},
		},
		"success forgets under restart policy Always": {
			func(a *v1beta2.SparkApplication) { a.Spec.RestartPolicy.Type = v1beta2.RestartPolicyAlways }, func(w *world) {
				w.failOnce()
				w.driverEnds(0)
				w.reconcile()
			}, submitted, nil,
		},
		"a changed spec forgets": {
			retries(1), func(w *world) {
				w.failOnce()
				w.edit(func(a *v1beta2.SparkApplication) { a.Spec.Image = new("spark:other") })
				w.reconcile()
			}, submitted, nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(tc.change)
			w.reconcile()
			tc.play(w)
			if w.state() != tc.wantState {
				t.Errorf("state = %s, want %s", w.state(), tc.wantState)
			}
			if diff := cmp.Diff(tc.wantCount, w.app.Status.Failures); diff != "" {
				t.Errorf("failures (-want +got):\n%s", diff)
			}
		})
	}
}

// The wait is counted from the end of the run, is shown, and wakes.
func TestNextRetryIsShown(t *testing.T) {
	w := newWorld(retries(3))
	w.reconcile()
	w.failOnce()
	ended := w.now.Add(5 * time.Hour)
	w.now = ended
	w.driverEnds(1)
	w.now = ended.Add(2 * time.Second)
	d := w.reconcile()
	if next := w.app.Status.NextRetryTime; next == nil || !next.Time.Equal(ended.Add(20*time.Second)) || d.RequeueAfter != 18*time.Second {
		t.Errorf("nextRetryTime %v, wake in %s; want %s, 18s", next, d.RequeueAfter, ended.Add(20*time.Second))
	}
	w.now = ended.Add(20 * time.Second)
	w.reconcile()
	if w.state() != submitted || w.app.Status.NextRetryTime != nil || w.app.Status.ExecutionAttempts != 3 {
		t.Errorf("state %s, nextRetryTime %v, executionAttempts %d; want SUBMITTED, none, 3", w.state(), w.app.Status.NextRetryTime, w.app.Status.ExecutionAttempts)
	}
}

func TestHistoryOfAttemptsIsBounded(t *testing.T) {
	w := newWorld(retries(50))
	w.reconcile()
	for range 14 {
		w.failOnce()
	}
	got := w.app.Status.Attempts
	if len(got) != maxAttempts || got[0].Attempt != 6 || got[maxAttempts-1].Attempt != 15 {
		t.Fatalf("%d attempts, from %d to %d; want 10, from 6 to 15", len(got), got[0].Attempt, got[len(got)-1].Attempt)
	}
	if last := got[maxAttempts-2]; last.Outcome != v1beta2.AttemptFailed || last.Reason != "Error" || last.StartTime == nil || last.EndTime == nil {
		t.Errorf("attempt before the last: %+v", last)
	}
	if current := got[maxAttempts-1]; current.Outcome != "" || current.EndTime != nil || current.SubmissionTime == nil {
		t.Errorf("current attempt: %+v", current)
	}
}
