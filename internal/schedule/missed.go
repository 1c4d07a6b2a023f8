// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package schedule

import (
	"slices"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/events"
)

// missed are slots that are not run, by reason.
type missed map[MissedReason]*tally

type tally struct {
	count       int64
	first, last time.Time
}

func (m *missed) add(reason MissedReason, count int64, first, last time.Time) {
	if count == 0 {
		return
	}
	if *m == nil {
		*m = missed{}
	}
	counted := (*m)[reason]
	if counted == nil {
		counted = &tally{first: first}
		(*m)[reason] = counted
	}
	counted.count += count
	counted.last = last
}

// miss counts the slots of a span as missed, but for those that were run.
func (t *turn) miss(table Timetable, s span, why func(time.Time) MissedReason) {
	if s.count == 0 {
		return
	}
	for _, part := range t.parts(s) {
		reason := why(part.to)
		count := table.count(part.from, part.to)
		for _, run := range t.runs.all {
			if run.Slot.After(part.from) && !run.Slot.After(part.to) && t.isRunOf(run, table) {
				t.adopt(run)
				count--
			}
		}
		t.missed.add(reason, max(count, 0), table.Next(part.from), part.to)
		t.tooMany = t.tooMany || reason == MissedTooMany && count > 0
	}
}

// isRunOf reports whether a run is that of a slot.
func (t *turn) isRunOf(run Run, table Timetable) bool {
	return run.Name == RunName(t.Schedule, Occasion{Slot: run.Slot}) && table.Next(run.Slot.Add(-time.Second)).Equal(run.Slot)
}

// parts cuts a span where the reason may change why slots are missed; each part has one.
func (t *turn) parts(s span) []span {
	var cuts []time.Time
	for _, since := range []time.Time{t.suspendedSince(), t.invalidSince()} {
		if !since.IsZero() {
			// The slot of the very second is in the part that begins with it.
			cuts = append(cuts, since.Add(-time.Second))
		}
	}
	if deadline, limited := t.deadline(); limited {
		// What is exactly as late as it may be is not missed, so the part before ends a moment earlier.
		cuts = append(cuts, t.Now.Add(-deadline-time.Nanosecond))
	}
	slices.SortFunc(cuts, time.Time.Compare)
	var parts []span
	from := s.from
	for _, cut := range append(cuts, s.to) {
		if cut.After(from) && !cut.After(s.to) {
			parts = append(parts, span{from: from, to: cut})
			from = cut
		}
	}
	return parts
}

// whyMissed returns why a slot that is not run is not.
func (t *turn) whyMissed(slot time.Time) MissedReason {
	within := func(since time.Time) bool { return !since.IsZero() && !slot.Before(since) }
	switch {
	case within(t.suspendedSince()):
		return MissedSuspended
	case within(t.invalidSince()):
		return MissedInvalid
	case slot.Equal(timeOf(t.stored.WaitingTime)) && !t.since(v1beta2.ConditionRunRefused, metav1.ConditionTrue).IsZero():
		return MissedRefused
	case t.isPastDeadline(slot):
		return MissedDeadline
	case slot.Equal(timeOf(t.stored.WaitingTime)) && t.concurrency() == v1beta2.ConcurrencyReplace:
		return MissedReplaced
	case t.runsAll():
		return MissedTooMany
	default:
		return MissedOperatorDown
	}
}

// explanations say of each reason what it means, for people.
var explanations = map[MissedReason]string{
	MissedDeadline:        "later than startingDeadlineSeconds",
	MissedForbidden:       "a run is under way and concurrencyPolicy is Forbid",
	MissedSuspended:       "the schedule was suspended",
	MissedOperatorDown:    "the operator did not come to it in time",
	MissedReplaced:        "the next one was due before the run that it replaces was gone",
	MissedScheduleChanged: "the schedule was changed",
	MissedInvalid:         "the schedule was invalid",
	MissedRefused:         "its run was refused",
	MissedTooMany:         "more were missed than are caught up with",
}

// noteMissed stores how many slots are missed.
func (t *turn) noteMissed() {
	for _, reason := range MissedReasons() {
		counted := t.missed[reason]
		if counted == nil {
			continue
		}
		if t.status.MissedRuns == nil {
			t.status.MissedRuns = map[string]int64{}
		}
		if t.counts.Missed == nil {
			t.counts.Missed = map[MissedReason]int64{}
		}
		t.status.MissedRuns[string(reason)] += counted.count
		t.counts.Missed[reason] += counted.count
		t.say("slots are missed: " + explanations[reason])
		t.emit(missedEvent(reason, counted))
	}
}

func missedEvent(reason MissedReason, counted *tally) events.Event {
	first, last := counted.first.UTC().Format(time.RFC3339), counted.last.UTC().Format(time.RFC3339)
	if counted.count == 1 {
		return events.Warningf(ReasonRunMissed, events.Observe, "The run due %s is not made: %s (%s)", first, explanations[reason], reason)
	}
	return events.Warningf(ReasonRunMissed, events.Observe, "%d runs due from %s to %s are not made: %s (%s)", counted.count, first, last, explanations[reason], reason)
}
