// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package events describes Kubernetes Events as values, so that pure code can decide them and the controllers emit them
// once the status that they are about is stored.
package events

import (
	"fmt"
	"unicode/utf8"

	corev1 "k8s.io/api/core/v1"
)

// maxNoteBytes is the API server's limit for the note of an event.
const maxNoteBytes = 1024

// Reason is the machine-readable cause of an event; clients filter on it.
type Reason string

// Action is what the operator did or saw, as the API asks for it.
type Action string

// The actions of the operator's events.
const (
	Submit  Action = "Submit"
	Observe Action = "Observe"
	Retry   Action = "Retry"
	Suspend Action = "Suspend"
	Resume  Action = "Resume"
	Finish  Action = "Finish"
)

// Event is one event about an object. Its type is corev1.EventTypeNormal or corev1.EventTypeWarning.
type Event struct {
	Type   string
	Reason Reason
	Action Action
	Note   string
}

// Normalf returns an event of type Normal.
func Normalf(reason Reason, action Action, format string, args ...any) Event {
	return Event{Type: corev1.EventTypeNormal, Reason: reason, Action: action, Note: fmt.Sprintf(format, args...)}
}

// Warningf returns an event of type Warning.
func Warningf(reason Reason, action Action, format string, args ...any) Event {
	return Event{Type: corev1.EventTypeWarning, Reason: reason, Action: action, Note: fmt.Sprintf(format, args...)}
}

// ReasonUnreadable is the reason of an event about an object that cannot be decoded, whatever its kind.
const ReasonUnreadable Reason = "SparkApplicationUnreadable"

// Unreadable returns the event about an object that cannot be decoded, which the noun names. It is emitted also where
// no status can be written.
func Unreadable(noun, problem string) Event {
	return Warningf(ReasonUnreadable, Observe, "The %s cannot be read: %s", noun, problem)
}

// Truncate returns the longest prefix of note that the API accepts, cut between characters and marked as cut.
func Truncate(note string) string {
	return Head(note, maxNoteBytes)
}

// Head returns the longest prefix of a text that is not longer than limit bytes, cut and marked as Truncate does.
func Head(note string, limit int) string {
	const mark = "..."
	if len(note) <= limit {
		return note
	}
	end := limit - len(mark)
	for end > 0 && !utf8.RuneStart(note[end]) {
		end--
	}
	return note[:end] + mark
}
