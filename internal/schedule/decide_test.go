// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package schedule

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// hourly returns an observation at a time of a schedule that is due every hour, was made at midnight, and has decided
// everything up to 01:00.
func hourly(now string, change ...func(*Observation)) Observation {
	s := &v1beta2.ScheduledSparkApplication{ObjectMeta: metav1.ObjectMeta{
		Name: "report", Namespace: "team", UID: "uid", CreationTimestamp: *seconds(at("2026-05-01T00:00:00Z")), Annotations: map[string]string{},
	}}
	s.Spec.Schedule, s.Spec.TimeZone = "@hourly", "UTC"
	s.Status = v1beta2.ScheduledSparkApplicationStatus{
		Schedule: "CRON_TZ=UTC @hourly", LastScheduledTime: seconds(at("2026-05-01T01:00:00Z")), ScheduleState: v1beta2.ScheduleStateScheduled,
	}
	o := Observation{Now: at(now), Schedule: s, Refused: map[string]string{}, Lingering: map[string]bool{}}
	for _, c := range change {
		c(&o)
	}
	return o
}

func spec(change func(*v1beta2.ScheduledSparkApplicationSpec)) func(*Observation) {
	return func(o *Observation) { change(&o.Schedule.Spec) }
}

func concurrency(policy v1beta2.ConcurrencyPolicy) func(*Observation) {
	return spec(func(s *v1beta2.ScheduledSparkApplicationSpec) { s.ConcurrencyPolicy = policy })
}

func missedPolicy(policy v1beta2.MissedRunPolicy) func(*Observation) {
	return spec(func(s *v1beta2.ScheduledSparkApplicationSpec) { s.MissedRunPolicy = policy })
}

func deadline(seconds int64) func(*Observation) {
	return spec(func(s *v1beta2.ScheduledSparkApplicationSpec) { s.StartingDeadlineSeconds = &seconds })
}

// has adds the run of a slot, in a state, of which the status knows that it was under way.
func has(slot string, state v1beta2.ApplicationStateType) func(*Observation) {
	return func(o *Observation) {
		run := ReadRun(RunOf(o.Schedule, Occasion{Trigger: TriggerSchedule, Slot: at(slot)}))
		run.State, run.UID, run.Created = state, "run-uid", at(slot)
		o.Runs = append(o.Runs, run)
		o.Schedule.Status.ActiveRunNames = append(o.Schedule.Status.ActiveRunNames, run.Name)
	}
}

func asksForRun(token string) func(*Observation) {
	return func(o *Observation) { o.Schedule.Annotations[sparklabels.RunNow] = token }
}

func slotName(slot string) string {
	return RunName(hourly(slot).Schedule, Occasion{Slot: at(slot)})
}

// outcome is what of a decision the cases below look at.
type outcome struct {
	Creates []Occasion
	Deletes []Delete
	Missed  map[MissedReason]int64
	Ended   map[Outcome]int64
	Cursor  string
	Waiting string
}

func outcomeOf(d Decision) outcome {
	var got outcome
	for _, create := range d.Creates {
		got.Creates = append(got.Creates, create.Occasion)
	}
	if len(d.Creates) > 0 {
		return got
	}
	got.Deletes, got.Missed, got.Ended = d.Deletes, d.Counts.Missed, d.Counts.Ended
	if cursor := timeOf(d.Status.LastScheduledTime); !cursor.IsZero() {
		got.Cursor = cursor.Format("15:04:05")
	}
	if waiting := timeOf(d.Status.WaitingTime); !waiting.IsZero() {
		got.Waiting = waiting.Format("15:04:05")
	}
	return got
}

func made(trigger Trigger, slots ...string) outcome {
	var o outcome
	for _, slot := range slots {
		o.Creates = append(o.Creates, Occasion{Trigger: trigger, Slot: at(slot)})
	}
	return o
}

func TestSlotsAreDecided(t *testing.T) {
	const two, three, four = "2026-05-01T02:00:00Z", "2026-05-01T03:00:00Z", "2026-05-01T04:00:00Z"
	replaced := []Delete{{Name: slotName("2026-05-01T01:00:00Z"), UID: "run-uid", Why: DeleteReplaced}}
	running, one := v1beta2.ApplicationStateRunning, "2026-05-01T01:00:00Z"
	waits := func(o *Observation) { o.Schedule.Status.WaitingTime = seconds(at(two)) }
	for name, tc := range map[string]struct {
		given Observation
		want  outcome
	}{
		"nothing is due":                      {hourly("2026-05-01T01:59:59Z"), outcome{Cursor: "01:00:00"}},
		"a slot is due":                       {hourly(two), made(TriggerSchedule, two)},
		"Allow runs beside another":           {hourly(two, has(one, running)), made(TriggerSchedule, two)},
		"Forbid leaves out the new one":       {hourly(two, concurrency("Forbid"), has(one, running)), outcome{Cursor: "02:00:00", Missed: map[MissedReason]int64{MissedForbidden: 1}}},
		"Forbid runs after one that ended":    {hourly(two, concurrency("Forbid"), has(one, "FAILED")), made(TriggerSchedule, two)},
		"Forbid: suspended is under way":      {hourly(two, concurrency("Forbid"), has(one, "SUSPENDED")), outcome{Cursor: "02:00:00", Missed: map[MissedReason]int64{MissedForbidden: 1}}},
		"Replace stops the old one and waits": {hourly(two, concurrency("Replace"), has(one, running)), outcome{Cursor: "01:00:00", Waiting: "02:00:00", Deletes: replaced}},
		"Replace waits for the object to go":  {hourly(two, concurrency("Replace"), has(one, running), waits, func(o *Observation) { o.Runs[0].Deleting = true }), outcome{Cursor: "01:00:00", Waiting: "02:00:00"}},
		"Replace waits for pods to go": {
			hourly(two, concurrency("Replace"), has(one, running), waits, func(o *Observation) {
				o.Lingering[o.Runs[0].Name], o.Runs = true, nil
			}), outcome{Cursor: "01:00:00", Waiting: "02:00:00"},
		},
		"Replace runs when they are gone": {
			hourly("2026-05-01T02:20:00Z", concurrency("Replace"), missedPolicy("Skip"), has(one, running), waits, func(o *Observation) { o.Runs = nil }),
			made(TriggerSchedule, two),
		},
		"Replace: a newer slot takes the place of one that waits": {
			hourly(three, concurrency("Replace"), has(one, running), waits),
			outcome{Cursor: "02:00:00", Waiting: "03:00:00", Deletes: replaced, Missed: map[MissedReason]int64{MissedReplaced: 1}},
		},
		"after downtime RunOnce runs the last": {hourly("2026-05-01T04:30:00Z"), made(TriggerCatchUp, four)},
		"after downtime Skip runs none": {
			hourly("2026-05-01T04:30:00Z", missedPolicy("Skip")), outcome{Cursor: "04:00:00", Missed: map[MissedReason]int64{MissedOperatorDown: 3}},
		},
		"Skip runs what is on time":             {hourly("2026-05-01T04:01:00Z", missedPolicy("Skip")), made(TriggerSchedule, four)},
		"Skip runs what is within its deadline": {hourly("2026-05-01T04:30:00Z", missedPolicy("Skip"), deadline(3600)), made(TriggerCatchUp, four)},
		"after downtime RunAll runs all":        {hourly("2026-05-01T04:30:00Z", missedPolicy("RunAll")), made(TriggerCatchUp, two, three, four)},
		"RunAll and Forbid: one by one":         {hourly("2026-05-01T04:30:00Z", missedPolicy("RunAll"), concurrency("Forbid")), made(TriggerCatchUp, two)},
		"RunAll and Forbid: the next waits": {
			hourly("2026-05-01T04:30:00Z", missedPolicy("RunAll"), concurrency("Forbid"), has(two, running)),
			outcome{Cursor: "02:00:00", Waiting: "03:00:00"},
		},
		"RunAll and Replace: the last": {hourly("2026-05-01T04:30:00Z", missedPolicy("RunAll"), concurrency("Replace")), made(TriggerCatchUp, four)},
		"RunAll runs a hundred": {
			hourly("2026-05-06T05:30:00Z", missedPolicy("RunAll"), concurrency("Forbid"), has(one, running)),
			outcome{Cursor: "01:00:00", Waiting: "02:00:00", Missed: map[MissedReason]int64{MissedTooMany: 24}},
		},
		"past the deadline": {
			hourly("2026-05-01T04:30:00Z", deadline(1799)), outcome{Cursor: "04:00:00", Missed: map[MissedReason]int64{MissedDeadline: 3}},
		},
		"just within the deadline": {hourly("2026-05-01T04:30:00Z", deadline(1800)), made(TriggerCatchUp, four)},
		"a run that was made before a crash is found": {
			hourly("2026-05-01T04:30:00Z", has(three, "COMPLETED"), func(o *Observation) { o.Schedule.Status.ActiveRunNames = nil }),
			made(TriggerCatchUp, four),
		},
		"a refused run waits": {
			hourly(two, func(o *Observation) { o.Refused[slotName(two)] = "exceeded quota" }), outcome{Cursor: "01:00:00", Waiting: "02:00:00"},
		},
		"suspended, nothing is made": {
			hourly(two, spec(func(s *v1beta2.ScheduledSparkApplicationSpec) { s.Suspend = new(true) })), outcome{Cursor: "01:00:00"},
		},
		"invalid, nothing is made": {hourly(two, func(o *Observation) { o.Invalid = "spec.template: no" }), outcome{Cursor: "01:00:00"}},
		"the expression is changed": {
			hourly("2026-05-01T03:30:00Z", spec(func(s *v1beta2.ScheduledSparkApplicationSpec) { s.Schedule = "*/10 * * * *" })),
			outcome{Cursor: "03:30:00", Missed: map[MissedReason]int64{MissedScheduleChanged: 2}},
		},
		"the clock is put back": {hourly("2026-05-01T00:30:00Z"), outcome{Cursor: "01:00:00"}},
		"the clock was far ahead": {
			hourly("2026-05-01T00:30:00Z", func(o *Observation) { o.Schedule.Status.LastScheduledTime = seconds(at("2027-05-01T00:00:00Z")) }),
			outcome{Cursor: "00:30:00"},
		},
		"a schedule that another operator ran goes on": {
			hourly("2026-05-01T02:30:00Z", func(o *Observation) {
				o.Schedule.Status = v1beta2.ScheduledSparkApplicationStatus{LastRun: *seconds(at("2026-05-01T02:00:01Z")), ScheduleState: "Scheduled"}
			}), outcome{Cursor: "02:00:01"},
		},
		"a new schedule begins with its creation": {
			hourly("2026-05-01T02:30:00Z", func(o *Observation) { o.Schedule.Status = v1beta2.ScheduledSparkApplicationStatus{} }), made(TriggerCatchUp, two),
		},
		"a run that somebody deleted": {
			hourly("2026-05-01T01:30:00Z", has(one, running), func(o *Observation) { o.Runs = nil }), outcome{Cursor: "01:00:00", Ended: map[Outcome]int64{OutcomeDeleted: 1}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := outcomeOf(Decide(tc.given, Policy{}))
			if tc.want.Ended == nil {
				got.Ended = nil
			}
			if diff := cmp.Diff(tc.want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("decision (-want +got):\n%s", diff)
			}
		})
	}
}
