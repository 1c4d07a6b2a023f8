// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
)

const (
	// defaultRetryInterval holds where restartPolicy names none, as SetSparkApplicationDefaults does.
	defaultRetryInterval = 5 * time.Second
	// defaultMaxRetryInterval holds where neither the application nor the policy names one.
	defaultMaxRetryInterval = 5 * time.Minute
)

// retry says whether another attempt is allowed, when, and why.
type retry struct {
	allowed bool
	at      time.Time
	because string
}

// submissionRetry applies restartPolicy to a refused submission.
func (t *turn) submissionRetry() retry {
	policy := t.App.Spec.RestartPolicy
	if failure := t.status.LastFailure; failure != nil && failure.Reason == failureInvalidApplication {
		return retry{because: "submitting the same spec again cannot succeed"}
	}
	failures := t.failures().Submissions
	left := budget(policy.Type, policy.OnSubmissionFailureRetries, failures)
	left.at = t.status.LastSubmissionAttemptTime.Add(t.backOff(policy.OnSubmissionFailureRetryInterval, failures))
	return left
}

// runRetry applies restartPolicy to a failed run. The wait is counted from the end of the run, so that a long run does
// not use it up.
func (t *turn) runRetry() retry {
	policy := t.App.Spec.RestartPolicy
	failures, retries := t.failures().Runs, policy.OnFailureRetries
	if failure := t.status.LastFailure; failure != nil && t.exempt(failure.Class) {
		failures, retries = t.failures().Infrastructure, policy.OnInfrastructureFailureRetries
	}
	left := budget(policy.Type, retries, failures)
	left.at = t.status.TerminationTime.Add(t.backOff(policy.OnFailureRetryInterval, failures))
	return left
}

// exempt reports whether failures of the class do not count as failed runs.
func (t *turn) exempt(class v1beta2.FailureClass) bool {
	return class == v1beta2.FailureClassInfrastructure && t.App.Spec.RestartPolicy.OnInfrastructureFailureRetries != nil
}

// budget compares the failures so far with the policy. OnFailure without a number of retries has none.
func budget(policy v1beta2.RestartPolicyType, retries *int32, failures int32) retry {
	switch policy {
	case v1beta2.RestartPolicyAlways:
		return retry{allowed: true, because: "restart policy Always"}
	case v1beta2.RestartPolicyOnFailure:
		if retries != nil && failures <= *retries {
			return retry{allowed: true, because: fmt.Sprintf("retry %d of %d", failures, *retries)}
		}
		return retry{because: fmt.Sprintf("no retry is left after %d failed", failures)}
	default:
		return retry{because: "restart policy Never"}
	}
}

// backOff returns the wait after the n-th failure: the interval, doubled with every further failure up to the limit,
// which is never below the interval itself.
func (t *turn) backOff(seconds *int64, failures int32) time.Duration {
	wait := t.limit(seconds, defaultRetryInterval)
	most := t.policy.MaxRetryInterval
	if most <= 0 {
		most = defaultMaxRetryInterval
	}
	// Both are at most longest, and twice that does not overflow.
	most = max(wait, t.limit(t.App.Spec.RestartPolicy.MaxRetryIntervalSeconds, most))
	for n := int32(1); n < failures && wait < most; n++ {
		wait *= 2
	}
	return min(wait, most)
}

// failures returns what was counted so far.
func (t *turn) failures() v1beta2.FailureCounts {
	if t.status.Failures == nil {
		return v1beta2.FailureCounts{}
	}
	return *t.status.Failures
}

func (t *turn) setFailures(counts v1beta2.FailureCounts) {
	t.status.Failures = nil
	if counts != (v1beta2.FailureCounts{}) {
		t.status.Failures = &counts
	}
}

// countFailedRun counts a failed run, after it has forgotten earlier ones if this one was stable.
func (t *turn) countFailedRun(class v1beta2.FailureClass) {
	counts := t.failures()
	if t.stable() {
		counts = v1beta2.FailureCounts{}
	}
	if t.exempt(class) {
		counts.Infrastructure = more(counts.Infrastructure)
	} else {
		counts.Runs = more(counts.Runs)
	}
	t.setFailures(counts)
}

// stable reports whether the run that has ended lasted as long as restartPolicy asks for failures to be forgotten.
func (t *turn) stable() bool {
	least := t.App.Spec.RestartPolicy.ResetAfterSeconds
	current := t.currentRecord()
	if least == nil || *least <= 0 || current == nil || current.StartTime.IsZero() {
		return false
	}
	return t.status.TerminationTime.Sub(current.StartTime.Time) >= Seconds(*least)
}

// isLater reports whether the retry is not due yet.
func (r retry) isLater(now time.Time) bool { return r.at.After(now) }

// waitForRetry waits until the retry is due.
func (t *turn) waitForRetry(r retry) {
	t.status.NextRetryTime = &metav1.Time{Time: r.at}
	t.wakeIn(r.at.Sub(t.Now))
	t.wait("the next attempt is due later: " + r.because)
}
