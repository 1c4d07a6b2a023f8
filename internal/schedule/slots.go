// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package schedule

import (
	"slices"
	"time"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
)

// onTime is how late a run may be and count as made when it was due: an operator that is replaced by another takes
// less.
const onTime = time.Minute

// decideSlots decides the slots that are due, the oldest first, up to the first that waits.
func (t *turn) decideSlots() {
	if t.Unreadable != nil || !t.hasTable || t.unfinished {
		return
	}
	// A run may have been made just before the schedule was suspended or the clock was put back, and may be replaced
	// before it is heard of again.
	if made := t.lastMade(t.table); !made.IsZero() && (!t.isRunning() || made.After(t.Now)) && !t.settle(t.table, made, t.whyMissed) {
		return
	}
	if !t.isRunning() {
		return
	}
	d := t.table.due(t.cursor(), t.Now)
	if d.older.count > 0 {
		t.miss(t.table, d.older, t.whyMissed)
		t.moveCursor(d.older.to)
	}
	if d.more {
		t.unfinished = true
		return
	}
	for i, slot := range d.slots {
		decided := t.decideSlot(slot, i == len(d.slots)-1)
		if !decided {
			return
		}
		t.moveCursor(slot)
	}
}

// decideSlot returns whether a slot is decided: it was run, is about to be, or is missed. One that waits is not.
func (t *turn) decideSlot(slot time.Time, newest bool) (decided bool) {
	if run, exists := t.slotRun(slot); exists {
		t.adopt(run)
		return true
	}
	if !t.isToRun(slot, newest) {
		t.missed.add(t.whyMissed(slot), 1, slot, slot)
		return true
	}
	of := Occasion{Trigger: t.triggerOf(slot), Slot: slot}
	name := RunName(t.Schedule, of)
	if why, refused := t.Refused[name]; refused {
		t.wait(slot)
		t.refuse(name, why)
		return false
	}
	busy := t.underWay()
	switch {
	case len(busy) == 0 || t.concurrency() == v1beta2.ConcurrencyAllow:
		t.create(of)
		return true
	case t.concurrency() == v1beta2.ConcurrencyReplace:
		t.wait(slot)
		t.replace("the slot " + slot.Format(time.RFC3339))
		return false
	case t.runsAll():
		t.wait(slot)
		return false
	default:
		t.missed.add(MissedForbidden, 1, slot, slot)
		return true
	}
}

// isToRun reports whether the policies have a slot run that was not run.
func (t *turn) isToRun(slot time.Time, newest bool) bool {
	switch {
	case t.isPastDeadline(slot):
		return false
	case t.runsAll():
		return true
	case !newest:
		return false
	case t.spec().MissedRunPolicy == v1beta2.MissedRunSkip && t.spec().StartingDeadlineSeconds == nil:
		return t.isOnTime(slot)
	}
	return true
}

func (t *turn) isPastDeadline(slot time.Time) bool {
	deadline, limited := t.deadline()
	return limited && t.Now.Sub(slot) > deadline
}

// deadline returns how late a run may be started, if that is limited.
func (t *turn) deadline() (deadline time.Duration, limited bool) {
	limit := t.spec().StartingDeadlineSeconds
	if limit == nil {
		return 0, false
	}
	return time.Duration(min(max(*limit, 0), int64(maxDeadline/time.Second))) * time.Second, true
}

// maxDeadline bounds deadlines to what can be calculated with.
const maxDeadline = 100 * 365 * 24 * time.Hour

// isOnTime reports whether a slot is run when it is due. One that waits for what it replaces is not late.
func (t *turn) isOnTime(slot time.Time) bool {
	return t.Now.Sub(slot) <= onTime || slot.Equal(timeOf(t.stored.WaitingTime))
}

func (t *turn) triggerOf(slot time.Time) Trigger {
	if t.isOnTime(slot) {
		return TriggerSchedule
	}
	return TriggerCatchUp
}

// runsAll reports whether every missed slot is to be run. One that replaces all before it leaves nothing of that.
func (t *turn) runsAll() bool {
	return t.spec().MissedRunPolicy == v1beta2.MissedRunAll && t.concurrency() != v1beta2.ConcurrencyReplace
}

func (t *turn) concurrency() v1beta2.ConcurrencyPolicy {
	if t.spec().ConcurrencyPolicy == "" {
		return v1beta2.ConcurrencyAllow
	}
	return t.spec().ConcurrencyPolicy
}

// wait has a slot wait. Where several do it is the first.
func (t *turn) wait(slot time.Time) {
	t.status.WaitingTime = seconds(slot)
	t.say("the slot " + slot.Format(time.RFC3339) + " waits")
}

// replace deletes the runs that are under way. Those of a backfill are waited for.
func (t *turn) replace(by string) {
	for _, run := range t.runs.all {
		doomed := slices.ContainsFunc(t.deletes, func(d Delete) bool { return d.Name == run.Name })
		if !t.isUnderWay(run) || run.Deleting || run.Trigger == TriggerBackfill || doomed {
			continue
		}
		t.deletes = append(t.deletes, Delete{Name: run.Name, UID: run.UID, Why: DeleteReplaced})
		t.say("the run " + run.Name + " is replaced by " + by)
	}
	t.wakeIn(pollInterval)
}

// refuse notes that a run is refused and tried again. Of several the first is reported.
func (t *turn) refuse(name, why string) {
	t.wakeIn(refusedInterval)
	t.say("the run " + name + " is refused")
	if t.refusal == "" {
		t.refusal = name + ": " + head(why, maxMessageBytes)
	}
}
