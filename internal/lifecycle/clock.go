// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	"math"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
)

const (
	// longest is the longest time that is waited: a hundred years. Twice as long still fits into a time.Duration.
	longest = 100 * 365 * 24 * time.Hour
	// clockSlack is how far the clocks of the operator's replicas may be apart. A stored time that is
	// further in the future is of a clock that is wrong.
	clockSlack = 10 * time.Second
)

// Seconds returns a number of seconds that somebody has written as a duration between zero and longest.
func Seconds(n int64) time.Duration {
	return time.Duration(min(max(n, 0), int64(longest/time.Second))) * time.Second
}

// more counts one more. A counter that is full stays so.
func more(n int32) int32 {
	if n == math.MaxInt32 {
		return n
	}
	return n + 1
}

// correctTimes sets times of the status that lie in the future to now: a clock that is ahead wrote them, and waits
// begin at them.
func (t *turn) correctTimes() {
	times := []*metav1.Time{&t.status.TerminationTime, &t.status.LastSubmissionAttemptTime}
	if record := t.currentRecord(); record != nil {
		times = append(times, record.StartTime, record.UngatedTime)
	}
	if t.status.Executors != nil {
		times = append(times, t.status.Executors.WaitingSince)
	}
	for _, at := range times {
		if at != nil && at.Sub(t.Now) > clockSlack {
			*at = metav1.NewTime(t.Now)
		}
	}
}

// plausible reports whether the driver can have been at work at that time: neither before its submission nor later than
// now. The node that says so has a clock of its own.
func (t *turn) plausible(at metav1.Time) bool {
	return !at.IsZero() && !at.After(t.Now) && !at.Before(&t.status.LastSubmissionAttemptTime)
}

// endOfRun returns when the driver ended. Its node says how long it ran; when it ran only if its clock is right.
func (t *turn) endOfRun(seen assessment) metav1.Time {
	end := seen.finishedAt
	record := t.currentRecord()
	if record != nil && record.StartTime != nil && !seen.startedAt.IsZero() && !seen.finishedAt.IsZero() {
		end = metav1.NewTime(record.StartTime.Add(max(seen.finishedAt.Sub(seen.startedAt.Time), 0)))
	}
	if seenRunning := meta.FindStatusCondition(t.App.Status.Conditions, v1beta2.ConditionDriverReady); seenRunning != nil &&
		seenRunning.Status == metav1.ConditionTrue && end.Before(&seenRunning.LastTransitionTime) {
		end = metav1.Time{}
	}
	if !t.plausible(end) {
		return metav1.NewTime(t.Now)
	}
	return end
}
