// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	"unicode/utf8"

	"github.com/alauda/spark-operator/internal/events"
)

// The reasons of the events about a SparkApplication. Clients filter on them.
const (
	ReasonSubmitted         events.Reason = "SparkApplicationSubmitted"
	ReasonSubmissionFailed  events.Reason = "SparkApplicationSubmissionFailed"
	ReasonSubmissionWarning events.Reason = "SparkApplicationSubmissionWarning"
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
	ReasonExecutorPending   events.Reason = "SparkExecutorPending"
	ReasonExecutorRunning   events.Reason = "SparkExecutorRunning"
	ReasonExecutorCompleted events.Reason = "SparkExecutorCompleted"
	ReasonExecutorFailed    events.Reason = "SparkExecutorFailed"
	ReasonExecutorUnknown   events.Reason = "SparkExecutorUnknown"
)

// maxMessageBytes bounds the messages in a status, so that no container's last words make it too large to store.
const maxMessageBytes = 4096

// bounded returns message, cut between characters if it is too long.
func bounded(message string) string {
	if len(message) <= maxMessageBytes {
		return message
	}
	end := maxMessageBytes
	for end > 0 && !utf8.RuneStart(message[end]) {
		end--
	}
	return message[:end]
}
