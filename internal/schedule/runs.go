// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package schedule

import (
	"cmp"
	"slices"
	"time"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/events"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// runs are the runs of a schedule.
type runs struct {
	// all are those that there are, the oldest first.
	all []Run
	// named finds them by name.
	named map[string]Run
	// known are the names that the stored status has: what became of these runs so far is counted.
	known map[string]bool
	// adopted are the names of those that this decision has found made.
	adopted map[string]bool
}

func readRuns(o *Observation) runs {
	r := runs{all: slices.Clone(o.Runs), named: map[string]Run{}, known: map[string]bool{}, adopted: map[string]bool{}}
	slices.SortFunc(r.all, func(a, b Run) int {
		return cmp.Or(a.Created.Compare(b.Created), a.Slot.Compare(b.Slot), cmp.Compare(a.Name, b.Name))
	})
	for _, run := range r.all {
		r.named[run.Name] = run
	}
	status := &o.Schedule.Status
	for _, names := range [][]string{status.ActiveRunNames, status.PastSuccessfulRunNames, status.PastFailedRunNames} {
		for _, name := range names {
			r.known[name] = true
		}
	}
	return r
}

// isUnderWay reports whether a run has not ended, as far as it is known.
func (t *turn) isUnderWay(run Run) bool { return !run.State.Ended() }

// underWay returns the names of the runs that have not ended, or have left pods, or are about to be made.
func (t *turn) underWay() []string {
	var names []string
	for _, run := range t.runs.all {
		if t.isUnderWay(run) {
			names = append(names, run.Name)
		}
	}
	names = append(names, t.leftPods()...)
	for _, create := range t.creates {
		names = append(names, create.Name)
	}
	return names
}

// leftPods returns the names of runs that are gone, or ended and deleted, and have pods.
func (t *turn) leftPods() []string {
	var names []string
	for name, lingers := range t.Lingering {
		if run, exists := t.runs.named[name]; lingers && (!exists || !t.isUnderWay(run)) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// followRuns notes which runs are under way, and how others ended.
func (t *turn) followRuns() {
	lingering := t.leftPods()
	for _, name := range t.stored.ActiveRunNames {
		run, exists := t.runs.named[name]
		switch {
		case slices.Contains(lingering, name) || exists && t.isUnderWay(run):
		case exists:
			t.countEnd(run)
		default:
			t.countGone(name)
		}
	}
}

// noteRuns stores which runs are under way. Those of slots that are not decided yet are not among them: what they are
// comes with the decision.
func (t *turn) noteRuns() {
	var names []string
	for _, run := range t.runs.all {
		if t.isUnderWay(run) && t.isDecided(run) {
			names = append(names, run.Name)
		}
	}
	t.status.ActiveRunNames = append(names, t.leftPods()...)
	if len(t.leftPods()) > 0 || slices.ContainsFunc(t.runs.all, func(run Run) bool { return run.Deleting && t.isUnderWay(run) }) {
		t.wakeIn(pollInterval)
	}
}

// isDecided reports whether the status speaks of what a run was made for, or does so after this decision. Until then a
// run is not pruned: the slot would be run again.
func (t *turn) isDecided(run Run) bool {
	if t.runs.known[run.Name] || t.runs.adopted[run.Name] {
		return true
	}
	switch run.Trigger {
	case TriggerSchedule, TriggerCatchUp:
		return !run.Slot.After(t.cursor())
	case TriggerRunNow:
		token, asked := t.pendingToken()
		return !asked || run.Name != RunName(t.Schedule, Occasion{Trigger: TriggerRunNow, Token: token})
	case TriggerBackfill:
		return !t.isBackfills(run) || !run.Slot.After(backfillCursor(t.status.Backfill))
	default:
		return true
	}
}

// adopt notes that a run was made.
func (t *turn) adopt(run Run) {
	if t.runs.known[run.Name] || t.runs.adopted[run.Name] {
		return
	}
	t.runs.adopted[run.Name] = true
	t.status.LastRun, t.status.LastRunName = *seconds(run.Created), run.Name
	t.counts.Made = append(t.counts.Made, Made{Name: run.Name, Occasion: Occasion{Trigger: run.Trigger, Slot: run.Slot}})
	t.say("the run " + run.Name + " is made")
	t.emit(events.Normalf(ReasonRunCreated, events.Submit, "Created the run %s, due %s (%s)", run.Name, run.Slot.UTC().Format(time.RFC3339), run.Trigger))
	if run.Trigger == TriggerSchedule {
		t.dropCondition(v1beta2.ConditionTooManyMissed)
	}
	if run.State.Ended() {
		t.countEnd(run)
	}
}

// countEnd counts how a run ended.
func (t *turn) countEnd(run Run) {
	if run.State == v1beta2.ApplicationStateCompleted {
		t.countOutcome(OutcomeSucceeded)
	} else {
		t.countOutcome(OutcomeFailed)
	}
	t.say("the run " + run.Name + " has ended")
	t.noteBackfilled(run)
}

// countGone counts a run that is gone before its end was seen.
func (t *turn) countGone(name string) {
	if t.isReplacing() {
		t.countOutcome(OutcomeReplaced)
		t.emit(events.Normalf(ReasonRunReplaced, events.Finish, "Deleted the run %s: the next is due, and concurrencyPolicy is Replace", name))
	} else {
		t.countOutcome(OutcomeDeleted)
	}
	t.say("the run " + name + " is gone")
}

// isReplacing reports whether a run waits for others to go, which are deleted for it.
func (t *turn) isReplacing() bool {
	_, asked := t.pendingToken()
	return t.spec().ConcurrencyPolicy == v1beta2.ConcurrencyReplace && (t.stored.WaitingTime != nil || asked)
}

func (t *turn) countOutcome(outcome Outcome) {
	if t.counts.Ended == nil {
		t.counts.Ended = map[Outcome]int64{}
	}
	t.counts.Ended[outcome]++
}

// slotRun returns the run of a slot, if it is there.
func (t *turn) slotRun(slot time.Time) (Run, bool) {
	run, exists := t.runs.named[RunName(t.Schedule, Occasion{Trigger: TriggerSchedule, Slot: slot})]
	return run, exists
}

// pendingToken returns the token by which a run is asked for that is not recorded yet.
func (t *turn) pendingToken() (token string, asked bool) {
	token = head(t.Schedule.Annotations[sparklabels.RunNow], MaxTokenBytes)
	return token, token != "" && (t.status.RunNow == nil || t.status.RunNow.Token != token)
}
