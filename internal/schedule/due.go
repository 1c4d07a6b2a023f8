// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package schedule

import "time"

const (
	// maxBatch is how many slots one decision counts. The rest is for the next.
	maxBatch = 10_000
	// maxCatchUp is how many missed runs are made at most.
	maxCatchUp = 100
)

// due are the slots after a time that are due.
type due struct {
	// older are those before slots.
	older span
	// slots are the newest, oldest first, maxCatchUp at most.
	slots []time.Time
	// more is whether there are others after older; then slots is empty.
	more bool
}

// span are all slots after from up to to.
type span struct {
	from, to time.Time
	count    int64
}

// due returns the slots after a time and not after now.
func (t Timetable) due(after, now time.Time) due {
	if t.expression.every > 0 {
		return t.dueEvery(after, now)
	}
	var recent []time.Time
	d := due{older: span{from: after, to: after}}
	for slot := range t.After(after) {
		if slot.After(now) {
			break
		}
		if d.older.count >= maxBatch {
			d.more = true
			return d
		}
		recent = append(recent, slot)
		if len(recent) > maxCatchUp {
			d.older.to, recent = recent[0], recent[1:]
			d.older.count++
		}
	}
	d.slots = recent
	return d
}

// dueEvery counts without looking at every slot: an interval may be a second, and the time years.
func (t Timetable) dueEvery(after, now time.Time) due {
	first, last := t.number(after)+1, t.number(now)
	d := due{older: span{from: after, to: after}}
	if skipped := last - first + 1 - maxCatchUp; skipped > 0 {
		d.older.count, d.older.to = skipped, t.nth(first+skipped-1)
		first += skipped
	}
	for n := first; n <= last; n++ {
		d.slots = append(d.slots, t.nth(n))
	}
	return d
}

// count returns how many slots there are after a time and not after another.
func (t Timetable) count(after, until time.Time) int64 {
	if !after.Before(until) {
		return 0
	}
	if t.expression.every > 0 {
		return t.number(until) - t.number(after)
	}
	var count int64
	for slot := range t.After(after) {
		if slot.After(until) {
			break
		}
		count++
	}
	return count
}
