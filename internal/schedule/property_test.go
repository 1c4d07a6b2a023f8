// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package schedule

import (
	"flag"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
)

var (
	firstSeed = flag.Uint64("schedule.seed", 1, "the first seed of the random worlds")
	lines     = flag.Int("schedule.lines", 40, "the number of lines that a failure shows of what happened")
	worlds    = flag.Uint64("schedule.worlds", 25, "the number of random worlds")
)

// restDiff returns what a second decision on the same does; nothing where it is at rest.
func restDiff(first, second Decision) string {
	first.Events, first.Counts, first.Because, second.Because = nil, Counts{}, "", ""
	return cmp.Diff(first, second, cmpopts.EquateEmpty())
}

// Whatever happens, every slot is run, or counted as missed with a reason, exactly once; under Forbid and Replace never
// two at once; a decision that is stored leaves nothing to decide; and statuses only move forward.
func TestEverySlotIsRunOrMissedOnce(t *testing.T) {
	for seed := *firstSeed; seed < *firstSeed+*worlds; seed++ {
		w := newWorld(t, seed)
		for range 150 {
			w.step()
		}
		w.settle()
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

func (w *world) step() {
	defer func() {
		if w.t.Failed() {
			w.t.Logf("seed: UID %s", w.schedule.UID)
		}
	}()
	if w.chance(5) {
		w.down = true
		w.notef("down")
		w.pass(time.Duration(w.rng.Int64N(int64(min(200*w.unit, 10*24*time.Hour)))))
		w.down = false
		w.restart()
		w.notef("up")
	}
	if w.chance(15) {
		w.edit()
	}
	if w.chance(4) {
		w.skew = time.Duration(w.rng.Int64N(int64(4*time.Hour))) - 2*time.Hour
		w.notef("the clock is off by %s", w.skew)
	}
	if w.chance(70) {
		w.catchUp()
	}
	w.pass(time.Duration(w.rng.Int64N(int64(w.unit))))
	w.reconcile()
}

// settle leaves the world in peace, and says whether it comes to rest as it should.
func (w *world) settle() {
	w.faults, w.invalid, w.skew = false, "", 0
	w.notef("settles")
	w.version++
	w.schedule.Generation++
	w.schedule.Spec.Suspend, w.schedule.Spec.Schedule, w.schedule.Spec.MissedRunPolicy = nil, "@every 10m", v1beta2.MissedRunOnce
	w.pass(5 * time.Hour)
	w.restart()
	var last Decision
	for range 150 {
		w.catchUp()
		last = w.reconcile()
		w.pass(time.Minute)
	}
	w.catchUp()
	w.reconcile()
	status := &w.schedule.Status
	if _, asked := newTurn(w.observe(), Policy{}).pendingToken(); asked {
		w.failf("the run that was asked for is neither made nor refused: %+v", status.RunNow)
	}
	if b := w.schedule.Spec.Backfill; b != nil && status.Backfill == nil {
		w.failf("the backfill did not begin")
	}
	if age := w.now.Sub(timeOf(status.LastScheduledTime)); age > time.Hour {
		w.failf("the last decided slot is %s old: %s", age, last.Because)
	}
	for name, of := range w.created {
		due := of.Trigger == TriggerSchedule || of.Trigger == TriggerCatchUp
		if due && w.counted[name] == 0 && !w.excused[name] && !of.Slot.After(timeOf(status.LastScheduledTime)) {
			w.failf("%s was made and is not counted", name)
		}
	}
	kept := append(slices.Clone(status.PastSuccessfulRunNames), status.PastFailedRunNames...)
	for name, run := range w.live {
		// A run that a backfill made before the operator died is kept until the backfill comes to it.
		if run.Trigger == TriggerBackfill && status.Backfill != nil && run.Slot.After(backfillCursor(status.Backfill)) {
			continue
		}
		if run.State.Ended() && !run.Deleting && !slices.Contains(kept, name) {
			w.failf("%+v has ended, and the status says that %v are kept: %+v", run, kept, status.Backfill)
		}
	}
}
