// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	"math/rand/v2"
	"slices"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
)

// Random lives: whatever happens, an attempt is submitted at most once and never beside another, a run that succeeded
// is recorded as such, no state is left without a way to wake up, an application that is left without faults ends, and
// every edge of the state machine is taken by some.
func TestRandomLives(t *testing.T) {
	edges := map[edge]bool{}
	for seed := range uint64(800) {
		l := newLife(rand.New(rand.NewPCG(seed, 1)), edges)
		for range 40 {
			for range 1 + l.r.IntN(3) {
				l.happen()
			}
			d, done := l.live()
			if l.deleted {
				break
			}
			checkAttempts(t, seed, l)
			checkClients(t, l.app)
			checkConditions(t, l.app)
			if done {
				checkRest(t, seed, l, d)
			}
		}
		if seed%7 == 0 {
			checkDeletion(t, seed, l)
			continue
		}
		l.settle()
		if !l.deleted && !l.terminal() {
			t.Fatalf("seed %d: left without faults it rests in %q", seed, l.state())
		}
		if !l.deleted && l.driver != nil && len(l.driver.Finalizers) > 0 {
			t.Fatalf("seed %d: the driver of an application that has ended is kept", seed)
		}
		checkAttempts(t, seed, l)
	}
	for _, e := range Transitions() {
		if !edges[edge{e.From, e.To}] {
			t.Errorf("no life went from %q to %q (%s)", e.From, e.To, e.When)
		}
	}
}

// checkAttempts looks at what was submitted, and at how runs ended.
func checkAttempts(t *testing.T, seed uint64, l *life) {
	t.Helper()
	known := slices.DeleteFunc(slices.Clone(l.submitted), func(n int64) bool { return slices.Contains(l.vanished, n) })
	if !slices.IsSorted(l.submitted) || len(slices.Compact(slices.Clone(known))) != len(known) {
		t.Fatalf("seed %d: attempts submitted: %v", seed, l.submitted)
	}
	if len(l.twice) > 0 {
		t.Fatalf("seed %d: attempts %v were submitted while pods of others were there", seed, l.twice)
	}
	if failure := l.app.Status.LastFailure; failure != nil && failure.Reason == failureDriverNotFound && l.driver != nil && belongsTo(l.driver, l.attempt(failure.Attempt)) {
		t.Fatalf("seed %d: the driver of attempt %d is called lost, and is there", seed, failure.Attempt)
	}
	for _, record := range l.app.Status.Attempts {
		if record.Attempt == l.succeeded && record.Outcome != "" && record.Outcome != v1beta2.AttemptSucceeded && !l.stale {
			t.Fatalf("seed %d: attempt %d succeeded and is recorded as %s", seed, record.Attempt, record.Outcome)
		}
	}
}

// checkRest looks at a state in which the application came to rest.
func checkRest(t *testing.T, seed uint64, l *life, d Decision) {
	t.Helper()
	if l.appsLag || l.podsLag || l.unreadable {
		// What is new to the cache wakes, and so does whoever mends the application.
		return
	}
	resting := l.terminal() || l.state() == v1beta2.ApplicationStateSuspended
	if !resting && d.RequeueAfter == 0 && len(l.pods()) == 0 {
		t.Fatalf("seed %d: nothing wakes %q: %s", seed, l.state(), d.Because)
	}
	if len(d.Actions) > 0 && d.RequeueAfter == 0 {
		t.Fatalf("seed %d: nothing wakes who waits for %v", seed, d.Actions)
	}
	if l.state() == refused && d.RequeueAfter == 0 {
		t.Fatalf("seed %d: SUBMISSION_FAILED without a retry to come", seed)
	}
	if l.state() == v1beta2.ApplicationStateUnknown && assess(l.driver, l.now).state != v1beta2.DriverStateUnknown {
		t.Fatalf("seed %d: UNKNOWN although the driver is %s", seed, assess(l.driver, l.now).state)
	}
	policy, failures := l.app.Spec.RestartPolicy, l.app.Status.Failures
	spent := policy.Type == v1beta2.RestartPolicyOnFailure && failures != nil && failures.Runs > *policy.OnFailureRetries &&
		(policy.OnInfrastructureFailureRetries == nil || failures.Infrastructure > *policy.OnInfrastructureFailureRetries)
	if l.state() == v1beta2.ApplicationStateFailing && l.app.Status.NextRetryTime != nil && spent {
		t.Fatalf("seed %d: a retry is to come, and none is left: %+v", seed, failures)
	}
}

// checkDeletion deletes the application: nothing is made any more, and the finalizer of its driver is removed.
func checkDeletion(t *testing.T, seed uint64, l *life) {
	t.Helper()
	l.appsLag, l.podsLag, l.mortal = false, false, false
	l.edit(func(a *v1beta2.SparkApplication) { a.DeletionTimestamp = new(metav1.NewTime(l.now)) })
	before := len(l.submitted)
	for range 3 {
		l.live()
	}
	if len(l.submitted) > before || l.driver != nil && len(l.driver.Finalizers) > 0 {
		t.Fatalf("seed %d: deleted, and its driver is made or kept", seed)
	}
}
