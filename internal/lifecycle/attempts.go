// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
)

// maxAttempts is how many attempts the status remembers.
const maxAttempts = 10

// beginRecord adds the attempt that the status describes to the history.
func (t *turn) beginRecord() {
	t.status.Attempts = append(slices.Clone(t.status.Attempts), v1beta2.AttemptRecord{
		Attempt: t.status.Attempt, SubmissionTime: t.status.LastSubmissionAttemptTime.DeepCopy(),
	})
	if over := len(t.status.Attempts) - maxAttempts; over > 0 {
		t.status.Attempts = t.status.Attempts[over:]
	}
}

// currentRecord returns the record of the current attempt, or nil: an older operator kept none.
func (t *turn) currentRecord() *v1beta2.AttemptRecord {
	if n := len(t.status.Attempts); n > 0 && t.status.Attempts[n-1].Attempt == t.status.Attempt {
		return &t.status.Attempts[n-1]
	}
	return nil
}

// endRecord notes how the current attempt ended, unless it had ended before.
func (t *turn) endRecord(outcome v1beta2.AttemptOutcome, reason string, at metav1.Time) {
	record := t.currentRecord()
	if record == nil || record.Outcome != "" {
		return
	}
	if at.IsZero() {
		at = metav1.NewTime(t.Now)
	}
	record.Outcome, record.Reason, record.EndTime = outcome, reason, &at
}
