// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	"fmt"
	"time"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
)

// defaultRetryInterval holds where restartPolicy names none, as SetSparkApplicationDefaults does.
const defaultRetryInterval = 5 * time.Second

// retry says whether another attempt is allowed, in what time, and why.
type retry struct {
	allowed bool
	in      time.Duration
	because string
}

// submissionRetry applies restartPolicy to a refused submission. The wait grows by one interval an attempt.
func (t *turn) submissionRetry() retry {
	policy := t.App.Spec.RestartPolicy
	if failure := t.status.LastFailure; failure != nil && failure.Reason == failureInvalidApplication {
		return retry{because: "submitting the same spec again cannot succeed"}
	}
	left := budget(policy.Type, policy.OnSubmissionFailureRetries, t.status.SubmissionAttempts)
	if left.allowed {
		wait := interval(policy.OnSubmissionFailureRetryInterval) * time.Duration(t.status.SubmissionAttempts)
		left.in = t.status.LastSubmissionAttemptTime.Add(wait).Sub(t.Now)
	}
	return left
}

// runRetry applies restartPolicy to a failed run. The wait is counted from the end of the run, so that a long run does not
// use it up.
func (t *turn) runRetry() retry {
	policy := t.App.Spec.RestartPolicy
	left := budget(policy.Type, policy.OnFailureRetries, t.status.ExecutionAttempts)
	if left.allowed {
		wait := interval(policy.OnFailureRetryInterval) * time.Duration(t.status.ExecutionAttempts)
		left.in = t.status.TerminationTime.Add(wait).Sub(t.Now)
	}
	return left
}

// budget compares the attempts made with the policy. OnFailure without a number of retries has none.
func budget(policy v1beta2.RestartPolicyType, retries *int32, attempts int32) retry {
	switch policy {
	case v1beta2.RestartPolicyAlways:
		return retry{allowed: true, because: "restart policy Always"}
	case v1beta2.RestartPolicyOnFailure:
		if retries != nil && attempts <= *retries {
			return retry{allowed: true, because: fmt.Sprintf("retry %d of %d", attempts, *retries)}
		}
		return retry{because: fmt.Sprintf("no retry is left after attempt %d", attempts)}
	default:
		return retry{because: "restart policy Never"}
	}
}

func interval(seconds *int64) time.Duration {
	if seconds == nil {
		return defaultRetryInterval
	}
	return time.Duration(*seconds) * time.Second
}
