// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkapplication

import (
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/lifecycle"
	"github.com/alauda/spark-operator/internal/memory"
)

// delayAge is for how long the message about a delayed submission stays the same. Storing the message starts a retry
// immediately: messages that differ each time would leave no backoff.
const delayAge = time.Minute

// holdups are what keeps the submissions of attempts: from an answer, or waiting, which is an answer of its own.
type holdups struct{ memory.Of[holdup] }

// holdup is that of the submission with the id: a delay or a block, never both.
type holdup struct {
	submissionID string
	delay        *lifecycle.SubmissionDelay
	delayedAt    time.Time
	unanswered   lifecycle.Unanswered
	block        *lifecycle.Blocked
}

// of returns what keeps the submission of an attempt; nothing, if that is not known.
func (h *holdups) of(app *v1beta2.SparkApplication, submissionID string) holdup {
	if known := h.Get(app); known.submissionID == submissionID {
		return known
	}
	return holdup{submissionID: submissionID}
}

// delayed notes that the submission of an attempt had no answer, and why.
func (h *holdups) delayed(app *v1beta2.SparkApplication, submissionID string, err error, now time.Time) {
	known := h.of(app, submissionID)
	known.block = nil
	since := now
	if known.delay != nil {
		since = known.delay.Since
	}
	if known.delay == nil || now.Sub(known.delayedAt) >= delayAge {
		known.delay, known.delayedAt = &lifecycle.SubmissionDelay{Since: since, Message: err.Error()}, now
	}
	h.Set(app, known)
}

// unanswered notes a retry of a delayed submission that had no answer although the API server answered other requests.
// It returns how many there were in a row.
func (h *holdups) unanswered(app *v1beta2.SparkApplication, now time.Time) lifecycle.Unanswered {
	known := h.Get(app)
	if known.unanswered.Tries == 0 {
		known.unanswered.Since = now
	}
	known.unanswered.Tries++
	h.Set(app, known)
	return known.unanswered
}

// answered ends the row of tries without an answer: there was one, or the API server answers nothing at all.
func (h *holdups) answered(app *v1beta2.SparkApplication) {
	if known := h.Get(app); known.unanswered.Tries > 0 {
		known.unanswered = lifecycle.Unanswered{}
		h.Set(app, known)
	}
}

// ended notes that a submission had an answer.
func (h *holdups) ended(app *v1beta2.SparkApplication) { h.Forget(client.ObjectKeyFromObject(app)) }

// blocked notes that the submission of an attempt waits, and for what.
func (h *holdups) blocked(app *v1beta2.SparkApplication, submissionID string, by *lifecycle.Blocked) {
	h.Set(app, holdup{submissionID: submissionID, block: by})
}
