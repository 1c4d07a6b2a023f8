// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package schedule

import (
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/events"
)

// maxAhead is how far the last decided slot may be ahead of the clock. One that is further ahead was decided while the
// clock was wrong, and nothing would be run until then.
const maxAhead = 24 * time.Hour

// cursor is the last slot that is decided; all before it are, too.
func (t *turn) cursor() time.Time { return timeOf(t.status.LastScheduledTime) }

func (t *turn) moveCursor(to time.Time) { t.status.LastScheduledTime = seconds(to) }

// validate finds out whether the schedule can be run, and when.
func (t *turn) validate() {
	if t.Unreadable != nil {
		t.invalid = unreadablePrefix + t.Unreadable.Error()
		return
	}
	table, err := TimetableOf(t.Schedule, t.policy.Local)
	if err != nil {
		t.invalid = err.Error()
	}
	if t.Invalid != "" {
		t.invalid = t.Invalid
	}
	t.table, t.hasTable = table, err == nil
}

// takeUp sees to it that the cursor is one of the slots of the schedule as it is now.
func (t *turn) takeUp() {
	if t.Unreadable != nil {
		return
	}
	if t.status.LastScheduledTime == nil {
		t.begin()
	}
	if created := t.Schedule.CreationTimestamp; t.cursor().Before(created.Time) && !created.After(t.now()) {
		// Somebody wrote it by hand: nothing was due before.
		t.moveCursor(created.Time)
	}
	if t.cursor().Sub(t.now()) > maxAhead {
		t.emit(events.Warningf(ReasonClockStepped, events.Observe, "The last slot was %s, and now it is %s: the clock was wrong, and slots are counted from now on",
			t.cursor().Format(time.RFC3339), t.now().Format(time.RFC3339)))
		t.moveCursor(t.now())
	}
	expression := ""
	if t.hasTable {
		expression = t.table.String()
	}
	if t.status.Schedule != expression {
		t.change(expression)
	}
}

// begin sets the cursor of a schedule that has none: nothing was due before its creation, and nothing is due any more
// that another operator has run.
func (t *turn) begin() {
	begin := t.Schedule.CreationTimestamp.Time
	if t.status.LastRun.After(begin) {
		begin = t.status.LastRun.Time
	}
	t.moveCursor(begin)
	if t.hasTable {
		t.status.Schedule = t.table.String()
	}
	t.say("it is new")
}

// change goes over to another expression, or to none. What was due by the one before and is not decided is missed; the
// new one counts from now on.
func (t *turn) change(expression string) {
	before, err := newTimetable(t.status.Schedule, "", t.Schedule.CreationTimestamp.Time, t.policy.Local)
	if err == nil && t.status.Schedule != "" {
		until := t.Now
		if made := t.lastMade(before); made.After(until) {
			until = made
		}
		if !t.settle(before, until, func(time.Time) MissedReason { return MissedScheduleChanged }) {
			return
		}
	}
	if t.now().After(t.cursor()) {
		t.moveCursor(t.now())
	}
	t.status.Schedule = expression
	t.say("the schedule was changed")
}

// settle decides all slots up to a time: those that were run are made, and the others missed. It reports whether that
// was not too many for one decision.
func (t *turn) settle(table Timetable, until time.Time, why func(time.Time) MissedReason) (done bool) {
	d := table.due(t.cursor(), until)
	t.miss(table, d.older, why)
	if d.more {
		t.moveCursor(d.older.to)
		t.unfinished = true
		return false
	}
	for _, slot := range d.slots {
		if run, exists := t.slotRun(slot); exists {
			t.adopt(run)
		} else {
			t.missed.add(why(slot), 1, slot, slot)
		}
		t.moveCursor(slot)
	}
	return true
}

// lastMade returns the newest slot that was run and is not decided yet; zero where there is none.
func (t *turn) lastMade(table Timetable) time.Time {
	var last time.Time
	for _, run := range t.runs.all {
		due := run.Trigger == TriggerSchedule || run.Trigger == TriggerCatchUp
		if due && !t.runs.known[run.Name] && run.Slot.After(t.cursor()) && run.Slot.After(last) && t.isRunOf(run, table) {
			last = run.Slot
		}
	}
	return last
}

// since returns since when a condition has the status that is stored; zero if it has another.
func (t *turn) since(condition string, status metav1.ConditionStatus) time.Time {
	for i := range t.stored.Conditions {
		if c := &t.stored.Conditions[i]; c.Type == condition && c.Status == status {
			return c.LastTransitionTime.UTC()
		}
	}
	return time.Time{}
}

// suspendedSince and invalidSince are as the stored status knows it: it was so until this decision.
func (t *turn) suspendedSince() time.Time {
	return t.since(v1beta2.ConditionScheduleSuspended, metav1.ConditionTrue)
}

func (t *turn) invalidSince() time.Time {
	return t.since(v1beta2.ConditionValid, metav1.ConditionFalse)
}
