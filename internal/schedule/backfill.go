// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package schedule

import (
	"time"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/events"
)

// maxBackfillSteps is how many slots of a backfill one decision passes whose run exists.
const maxBackfillSteps = 1000

// decideBackfill makes the runs of past slots, oldest first.
func (t *turn) decideBackfill() {
	if t.Unreadable != nil {
		return
	}
	spec := t.spec().Backfill
	if spec == nil {
		t.status.Backfill = nil
		return
	}
	if t.invalid != "" || t.unfinished {
		return
	}
	if b := t.status.Backfill; b == nil || !b.From.Equal(&spec.From) || !b.To.Equal(&spec.To) {
		t.status.Backfill = &v1beta2.BackfillStatus{From: spec.From, To: spec.To, StartTime: *seconds(t.now())}
		// Its runs are told from others by when it began, which is stored before the first is made.
		t.say("a backfill begins")
		t.wakeIn(immediately)
		return
	}
	if t.status.Backfill.CompletionTime != nil || t.isSuspended() || !t.backfillSlots() || t.backfilling() > 0 {
		return
	}
	b := t.status.Backfill
	b.CompletionTime = seconds(t.now())
	t.say("the backfill is complete")
	t.emit(events.Normalf(ReasonBackfillCompleted, events.Finish, "The backfill from %s to %s is complete: %d runs were made, of which %d succeeded and %d failed, and %d existed",
		b.From.UTC().Format(time.RFC3339), b.To.UTC().Format(time.RFC3339), b.Created, b.Succeeded, b.Failed, b.Existing))
}

// backfillSlots makes as many runs as there may be, and reports whether no slot is left.
func (t *turn) backfillSlots() (done bool) {
	b := t.status.Backfill
	cursor := backfillCursor(b)
	for range maxBackfillSteps {
		slot := t.table.Next(cursor)
		if slot.IsZero() || slot.After(upperBound(b)) {
			return true
		}
		if slot.After(timeOf(t.stored.LastScheduledTime)) {
			// The schedule decides it first, and stores that. It has not where the slots before wait, or the clock was
			// put back.
			if !slot.After(t.cursor()) {
				t.wakeIn(immediately)
			}
			return false
		}
		cursor = slot
		if run, exists := t.slotRun(slot); exists {
			t.passBackfilled(run, slot)
			continue
		}
		of := Occasion{Trigger: TriggerBackfill, Slot: slot, Backfill: b.StartTime.UTC()}
		name := RunName(t.Schedule, of)
		if why, refused := t.Refused[name]; refused {
			t.refuse(name, why)
			return false
		}
		if !t.mayBackfill() {
			return false
		}
		t.create(of)
	}
	t.wakeIn(immediately)
	return false
}

// passBackfilled notes that the run of a slot exists: it was made by the backfill, or before.
func (t *turn) passBackfilled(run Run, slot time.Time) {
	b := t.status.Backfill
	b.LastScheduledTime = seconds(slot)
	if !t.isBackfills(run) {
		b.Existing++
		return
	}
	b.Created++
	t.adopt(run)
}

// mayBackfill reports whether another run of the backfill may be made now. What is due goes before.
func (t *turn) mayBackfill() bool {
	if t.concurrency() != v1beta2.ConcurrencyAllow {
		_, asked := t.pendingToken()
		return len(t.underWay()) == 0 && t.status.WaitingTime == nil && !asked
	}
	limit := 1
	if most := t.spec().Backfill.MaxActive; most != nil {
		limit = int(*most)
	}
	return t.backfilling() < limit
}

// backfilling returns how many runs of backfills are under way or about to be made.
func (t *turn) backfilling() int {
	count := 0
	for _, run := range t.runs.all {
		if run.Trigger == TriggerBackfill && t.isUnderWay(run) {
			count++
		}
	}
	for _, create := range t.creates {
		if create.Trigger == TriggerBackfill {
			count++
		}
	}
	return count
}

// isBackfills reports whether a run was made by the backfill that there is.
func (t *turn) isBackfills(run Run) bool {
	b := t.status.Backfill
	return b != nil && run.Trigger == TriggerBackfill && run.Backfill.Equal(b.StartTime.Time)
}

// noteBackfilled counts how a run of the backfill ended.
func (t *turn) noteBackfilled(run Run) {
	b := t.status.Backfill
	if !t.isBackfills(run) || b.Succeeded+b.Failed >= b.Created {
		// One whose spec is changed after its end runs again, and is counted once.
		return
	}
	if run.State == v1beta2.ApplicationStateCompleted {
		b.Succeeded++
	} else {
		b.Failed++
	}
}

// upperBound is the last time that a backfill may come to: what is due later the schedule runs.
func upperBound(b *v1beta2.BackfillStatus) time.Time {
	if b.To.After(b.StartTime.Time) {
		return b.StartTime.UTC()
	}
	return b.To.UTC()
}

// backfillCursor is the last slot that a backfill has passed.
func backfillCursor(b *v1beta2.BackfillStatus) time.Time {
	if b.LastScheduledTime == nil {
		return b.From.UTC().Add(-time.Second)
	}
	return b.LastScheduledTime.UTC()
}
