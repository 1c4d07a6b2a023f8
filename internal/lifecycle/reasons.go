// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/alauda/spark-operator/internal/events"
)

// The reasons of the events about a SparkApplication. Clients filter on them. The established operator's
// SparkApplicationAdded is left out: it meant only a first submission that failed, for which there is
// SparkApplicationSubmissionFailed.
const (
	ReasonSubmitted          events.Reason = "SparkApplicationSubmitted"
	ReasonSubmissionFailed   events.Reason = "SparkApplicationSubmissionFailed"
	ReasonSubmissionWarning  events.Reason = "SparkApplicationSubmissionWarning"
	ReasonSubmissionFallback events.Reason = "SparkApplicationSubmissionFallback"
	// ReasonSchedulerNotInstalled is that of the event that says that the cluster lacks what a batch scheduler is told
	// of gangs by.
	ReasonSchedulerNotInstalled events.Reason = "SparkApplicationSchedulerNotInstalled"
	// ReasonSubmissionWaiting is that of the event that says what a submission waits for.
	ReasonSubmissionWaiting events.Reason = "SparkApplicationSubmissionWaiting"
	ReasonCompleted         events.Reason = "SparkApplicationCompleted"
	ReasonFailed            events.Reason = "SparkApplicationFailed"
	ReasonPendingRerun      events.Reason = "SparkApplicationPendingRerun"
	ReasonSuspending        events.Reason = "SparkApplicationSuspending"
	ReasonSuspended         events.Reason = "SparkApplicationSuspended"
	ReasonResuming          events.Reason = "SparkApplicationResuming"
	ReasonDriverNotFound    events.Reason = "SparkDriverNotFound"
	ReasonDriverPending     events.Reason = "SparkDriverPending"
	ReasonDriverRunning     events.Reason = "SparkDriverRunning"
	ReasonDriverCompleted   events.Reason = "SparkDriverCompleted"
	ReasonDriverFailed      events.Reason = "SparkDriverFailed"
	ReasonDriverUnknown     events.Reason = "SparkDriverUnknown"
	ReasonUnknownState      events.Reason = "SparkApplicationUnknownState"
	ReasonExecutorPending   events.Reason = "SparkExecutorPending"
	ReasonExecutorRunning   events.Reason = "SparkExecutorRunning"
	ReasonExecutorCompleted events.Reason = "SparkExecutorCompleted"
	ReasonExecutorFailed    events.Reason = "SparkExecutorFailed"
	ReasonExecutorsRefused  events.Reason = "SparkExecutorsRefused"
	ReasonExecutorUnknown   events.Reason = "SparkExecutorUnknown"
	ReasonSpecChangePending events.Reason = "SparkApplicationSpecChangePending"
	ReasonTimedOut          events.Reason = "SparkApplicationTimedOut"
	ReasonCleanupStuck      events.Reason = "SparkApplicationCleanupStuck"
)

// What a status holds of foreign words is bounded, so that no container's last words make it too large to store: the
// API server takes 1.5 MB in all, and 32 kB in the message of a condition.
const (
	maxMessageBytes          = 4096
	maxConditionMessageBytes = 1024
	maxReasonBytes           = 128
)

// bounded returns message without secrets, cut between characters if it is too long.
func (t *turn) bounded(message string) string { return t.head(message, maxMessageBytes) }

func (t *turn) head(message string, limit int) string {
	if t.Secrets != nil {
		message = t.Secrets.Mask(message)
	}
	return head(message, limit)
}

// tail returns the end of a log without secrets. It is the end of a longer one already, which may begin within a
// secret.
func (t *turn) tail(log string) string {
	if t.Secrets != nil {
		log = t.Secrets.MaskEnd(log)
	}
	return tail(log)
}

// head returns the beginning of message, in one line: foreign words may have control characters.
func head(message string, limit int) string {
	message = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, message)
	if len(message) <= limit {
		return message
	}
	end := limit
	for end > 0 && !utf8.RuneStart(message[end]) {
		end--
	}
	return message[:end]
}

// tail returns the end of message, from the beginning of a character.
func tail(message string) string {
	if len(message) <= maxMessageBytes {
		return message
	}
	begin := len(message) - maxMessageBytes
	for begin < len(message) && !utf8.RuneStart(message[begin]) {
		begin++
	}
	return message[begin:]
}

// word returns a foreign reason as one that conditions take: letters, digits and underscores, beginning with a letter.
// Where nothing of it is left, it returns the other word.
func word(reason, otherwise string) string {
	kept := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' {
			return r
		}
		return -1
	}, reason)
	kept = strings.TrimLeft(kept, "0123456789_")
	if kept == "" {
		return otherwise
	}
	return head(kept, maxReasonBytes)
}
