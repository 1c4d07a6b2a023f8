// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package schedule

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/alauda/spark-operator/internal/events"
)

// The reasons of the events about a schedule.
const (
	ReasonRunCreated        events.Reason = "ScheduledRunCreated"
	ReasonRunMissed         events.Reason = "ScheduledRunMissed"
	ReasonRunReplaced       events.Reason = "ScheduledRunReplaced"
	ReasonRunRefused        events.Reason = "ScheduledRunRefused"
	ReasonRunsPruned        events.Reason = "ScheduledRunsPruned"
	ReasonBackfillCompleted events.Reason = "ScheduleBackfillCompleted"
	ReasonInvalid           events.Reason = "ScheduleInvalid"
	ReasonClockStepped      events.Reason = "ScheduleClockStepped"
)

// unreadablePrefix begins the reason of a schedule that cannot be decoded.
const unreadablePrefix = "It cannot be read: "

// maxMessageBytes bounds what a status holds of foreign words.
const maxMessageBytes = 4096

// head returns the beginning of a text in one line: foreign words may have control characters.
func head(text string, limit int) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, text)
	if len(text) <= limit {
		return text
	}
	end := limit
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end]
}
