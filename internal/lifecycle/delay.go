// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	"time"

	"k8s.io/apimachinery/pkg/api/meta"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/events"
)

const (
	// ReasonSubmissionDelayed is the reason of the event about a submission that has no answer.
	ReasonSubmissionDelayed events.Reason = "SparkApplicationSubmissionDelayed"
	// reasonDelayed is the reason that the status gives meanwhile.
	reasonDelayed = "SubmissionDelayed"
	// delayGrace is for how long a submission may have no answer before the status says so: most of what passes has
	// passed by then.
	delayGrace = 10 * time.Second
)

// SubmissionDelay is what keeps a submission from an answer: an API server or an admission webhook that fails, a full
// queue.
type SubmissionDelay struct {
	// Since is when it was met first.
	Since time.Time
	// Message is a sentence.
	Message string
}

const (
	// FailureSubmissionTimedOut is the reason of a submission that had no answer for too long.
	FailureSubmissionTimedOut = "SubmissionTimedOut"
	// minUnanswered is how many tries without an answer it takes, so that one that hung for long is not the last.
	minUnanswered = 5
)

// Unanswered are tries of a submission in a row that had no answer while the API server answered what else it was
// asked.
type Unanswered struct {
	// Tries is how many there were.
	Tries int
	// Since is when the first was made.
	Since time.Time
}

// GivesUp reports whether a submission without an answer is taken for refused. What of it arrives later is found and
// deleted.
func (p Policy) GivesUp(u Unanswered, now time.Time) bool {
	limit := p.Timeouts.Submission
	return limit > 0 && u.Tries >= minUnanswered && now.Sub(u.Since) >= limit
}

// delayed reports whether the status is to say that the attempt that is due has no answer. Pods that do not go are said
// first: without their end there is no attempt.
func (t *turn) delayed() bool {
	due := t.in(v1beta2.ApplicationStateNew, v1beta2.ApplicationStatePendingRerun, v1beta2.ApplicationStateResuming, v1beta2.ApplicationStateFailedSubmission)
	isFree := len(t.stuck) == 0 && !t.waits()
	return due && isFree && t.App.DeletionTimestamp.IsZero() && t.Delay != nil && t.Submission == nil && !t.Submitting && t.Now.Sub(t.Delay.Since) >= delayGrace
}

// claimDelayed says why the attempt that is due has no answer.
func (t *turn) claimDelayed() *claim {
	return unknown(reasonDelayed, "%s; tried again and again since %s", t.Delay.Message, t.Delay.Since.UTC().Format(time.RFC3339))
}

// delayUnstored reports whether there is a delay and the stored status does not say so as it is.
func (t *turn) delayUnstored() bool {
	if !t.delayed() {
		return false
	}
	stored := meta.FindStatusCondition(t.App.Status.Conditions, v1beta2.ConditionSucceeded)
	return stored == nil || stored.Reason != reasonDelayed || stored.Message != t.head(t.claimDelayed().message, maxConditionMessageBytes)
}

// reportDelay emits an event about a delay once: where the stored status knows of none.
func (t *turn) reportDelay() {
	if t.delayed() && !t.reported(v1beta2.ConditionSucceeded, reasonDelayed) {
		t.emit(events.Warningf(ReasonSubmissionDelayed, events.Submit, "%s; the submission is tried again and again", t.Delay.Message))
	}
}
