// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package schedule

import (
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/events"
)

const (
	// immediately is after what time a decision goes on that was cut short.
	immediately = time.Millisecond
	// pollInterval is how often it is asked whether pods are gone, which nobody watches for schedules.
	pollInterval = 2 * time.Second
	// refusedInterval is after what time a run that was refused is tried again.
	refusedInterval = 30 * time.Second
)

// Decide returns what should happen next to the schedule. It is pure.
func Decide(o Observation, p Policy) Decision {
	if !o.Schedule.DeletionTimestamp.IsZero() {
		// Nothing is made any more, and nobody reads the status. What becomes of the runs the deletion says.
		return Decision{Status: *o.Schedule.Status.DeepCopy()}
	}
	t := newTurn(o, p)
	t.validate()
	t.followRuns()
	t.takeUp()
	t.decideSlots()
	t.decideRunNow()
	t.decideBackfill()
	t.prune()
	t.report()
	return t.decision()
}

// turn is one decision in the making.
type turn struct {
	Observation
	policy Policy
	// stored is the status that the decision begins with, and status the one that it ends with.
	stored *v1beta2.ScheduledSparkApplicationStatus
	status *v1beta2.ScheduledSparkApplicationStatus

	// table are the slots of the schedule, where its expression has any.
	table    Timetable
	hasTable bool
	// invalid says why nothing is run.
	invalid string

	runs runs
	// unfinished is whether more slots are to be counted than one decision does.
	unfinished bool
	// tooMany is whether missed slots were left out for their number.
	tooMany bool
	// refusal says which run is refused and why.
	refusal string

	creates []Create
	deletes []Delete
	events  []events.Event
	counts  Counts
	missed  missed
	wakeUp  time.Duration
	because []string
}

func newTurn(o Observation, p Policy) *turn {
	o.Now = o.Now.UTC()
	t := &turn{Observation: o, policy: p, stored: &o.Schedule.Status, status: o.Schedule.Status.DeepCopy()}
	t.status.WaitingTime = nil
	t.runs = readRuns(&o)
	return t
}

// now is the time of the decision as statuses have it: in seconds.
func (t *turn) now() time.Time { return t.Now.Truncate(time.Second) }

func (t *turn) spec() *v1beta2.ScheduledSparkApplicationSpec { return &t.Schedule.Spec }

// isRunning reports whether slots are made: the schedule is valid and not suspended.
func (t *turn) isRunning() bool { return t.invalid == "" && !t.isSuspended() }

func (t *turn) isSuspended() bool { return t.spec().Suspend != nil && *t.spec().Suspend }

// say adds why something is done.
func (t *turn) say(because string) { t.because = append(t.because, because) }

func (t *turn) emit(e events.Event) { t.events = append(t.events, e) }

// wakeIn asks to look again after d at the latest.
func (t *turn) wakeIn(d time.Duration) {
	d = max(d, immediately)
	if t.wakeUp == 0 || d < t.wakeUp {
		t.wakeUp = d
	}
}

// create adds a run to be made; it counts as under way.
func (t *turn) create(of Occasion) {
	create := Create{Name: RunName(t.Schedule, of), Occasion: of}
	t.creates = append(t.creates, create)
	t.say("the run " + create.Name + " is due")
}

func (t *turn) decision() Decision {
	if len(t.creates) > 0 {
		return Decision{Creates: t.creates, Status: *t.stored.DeepCopy(), Because: strings.Join(t.because, "; ")}
	}
	status := *t.status
	if equality.Semantic.DeepEqual(status, *t.stored) {
		status = *t.stored.DeepCopy()
	}
	return Decision{
		Status: status, Events: t.events, Counts: t.counts, Deletes: t.deletes,
		RequeueAfter: t.wakeUp, Because: strings.Join(t.because, "; "),
	}
}

// seconds returns a time as a status has it.
func seconds(at time.Time) *metav1.Time { return new(metav1.NewTime(at.UTC().Truncate(time.Second))) }

// timeOf returns a time of a status; zero where there is none.
func timeOf(at *metav1.Time) time.Time {
	if at == nil {
		return time.Time{}
	}
	return at.UTC()
}
