// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package schedule

import (
	"fmt"
	"maps"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
)

// play decides, makes every run that is to be made, and stores the status, until nothing is to be made. It returns the
// last decision and the names of the runs that were made.
func play(t *testing.T, o *Observation) (last Decision, made []string) {
	t.Helper()
	for range 10 {
		d := Decide(*o, Policy{})
		for _, create := range d.Creates {
			run := ReadRun(RunOf(o.Schedule, create.Occasion))
			run.Created = o.Now
			o.Runs, made = append(o.Runs, run), append(made, run.Name)
		}
		if len(d.Creates) == 0 {
			o.Schedule.Status = d.Status
			if d.RequeueAfter != immediately {
				return d, made
			}
		}
	}
	t.Fatal("no rest after ten decisions")
	return Decision{}, nil
}

func setState(o *Observation, state v1beta2.ApplicationStateType) {
	for i := range o.Runs {
		o.Runs[i].State = state
	}
}

func TestRunNow(t *testing.T) {
	const half, one = "2026-05-01T01:30:00Z", "2026-05-01T01:00:00Z"
	name := RunName(hourly(half).Schedule, Occasion{Trigger: TriggerRunNow, Token: "a"})
	made := v1beta2.RunNowStatus{Token: "a", Time: *seconds(at(half)), RunName: name}
	for title, tc := range map[string]struct {
		given Observation
		want  *v1beta2.RunNowStatus
	}{
		"a token":               {hourly(half, asksForRun("a")), &made},
		"while it is suspended": {hourly(half, asksForRun("a"), spec(func(s *v1beta2.ScheduledSparkApplicationSpec) { s.Suspend = new(true) })), &made},
		"beside another run":    {hourly(half, asksForRun("a"), has(one, "RUNNING")), &made},
		"Forbid and another run": {hourly(half, asksForRun("a"), has(one, "RUNNING"), concurrency("Forbid")), &v1beta2.RunNowStatus{
			Token: "a", Time: *seconds(at(half)), Refused: "the run " + slotName(one) + " is under way and concurrencyPolicy is Forbid",
		}},
		"Replace waits":             {hourly(half, asksForRun("a"), has(one, "RUNNING"), concurrency("Replace")), nil},
		"an invalid schedule waits": {hourly(half, asksForRun("a"), func(o *Observation) { o.Invalid = "no" }), nil},
		"one that is refused": {hourly(half, asksForRun("a"), func(o *Observation) { o.Refused[name] = "exceeded quota" }), &v1beta2.RunNowStatus{
			Token: "a", Time: *seconds(at(half)), Refused: "exceeded quota",
		}},
		"no token": {hourly(half), nil},
	} {
		t.Run(title, func(t *testing.T) {
			o := tc.given
			play(t, &o)
			if diff := cmp.Diff(tc.want, o.Schedule.Status.RunNow); diff != "" {
				t.Errorf("status (-want +got):\n%s", diff)
			}
		})
	}
}

// A token runs once, and another token again; Replace makes the run when the one before is gone.
func TestTokenRunsOnce(t *testing.T) {
	o := hourly("2026-05-01T01:30:00Z", asksForRun("a"), has("2026-05-01T01:00:00Z", "RUNNING"), concurrency("Replace"))
	d, _ := play(t, &o)
	if want := []Delete{{Name: o.Runs[0].Name, UID: "run-uid", Why: DeleteReplaced}}; cmp.Diff(want, d.Deletes) != "" {
		t.Fatalf("deletes %v, want %v", d.Deletes, want)
	}
	o.Runs = nil
	d, made := play(t, &o)
	if len(made) != 1 || d.Counts.Ended[OutcomeReplaced] != 1 {
		t.Fatalf("made %v, ended %v", made, d.Counts.Ended)
	}
	setState(&o, v1beta2.ApplicationStateCompleted)
	if _, made := play(t, &o); made != nil {
		t.Errorf("the token runs again: %v", made)
	}
	o.Schedule.Annotations = map[string]string{}
	play(t, &o)
	o.Schedule.Annotations = maps.Clone(hourly("2026-05-01T01:30:00Z", asksForRun("b")).Schedule.Annotations)
	if _, made := play(t, &o); len(made) != 1 {
		t.Errorf("another token makes %v", made)
	}
}

func TestBackfill(t *testing.T) {
	o := hourly("2026-05-01T01:30:00Z", spec(func(s *v1beta2.ScheduledSparkApplicationSpec) {
		s.Backfill = &v1beta2.Backfill{From: *seconds(at("2026-04-30T20:00:00Z")), To: *seconds(at("2026-05-01T09:00:00Z")), MaxActive: new(int32(2))}
		s.SuccessfulRunHistoryLimit = new(int32(100))
	}), has("2026-04-30T22:00:00Z", "COMPLETED"))
	var all []string
	for range 5 {
		_, made := play(t, &o)
		if len(made) > 2 {
			t.Fatalf("%v are made at a time", made)
		}
		all = append(all, made...)
		setState(&o, v1beta2.ApplicationStateCompleted)
	}
	want := []string{slotName("2026-04-30T20:00:00Z"), slotName("2026-04-30T21:00:00Z"), slotName("2026-04-30T23:00:00Z"), slotName("2026-05-01T00:00:00Z"), slotName("2026-05-01T01:00:00Z")}
	if diff := cmp.Diff(want, all); diff != "" {
		t.Errorf("runs (-want +got):\n%s", diff)
	}
	status := o.Schedule.Status.Backfill
	wantStatus := &v1beta2.BackfillStatus{
		From: o.Schedule.Spec.Backfill.From, To: o.Schedule.Spec.Backfill.To, StartTime: *seconds(o.Now), CompletionTime: seconds(o.Now),
		LastScheduledTime: seconds(at("2026-05-01T01:00:00Z")), Created: 5, Existing: 1, Succeeded: 5,
	}
	if diff := cmp.Diff(wantStatus, status); diff != "" {
		t.Errorf("status (-want +got):\n%s", diff)
	}
}

// Under Forbid and Replace a backfill has one run at a time, beside no other; nothing replaces it, and what is due goes
// before its next run.
func TestBackfillBesidePolicies(t *testing.T) {
	for _, policy := range []v1beta2.ConcurrencyPolicy{v1beta2.ConcurrencyForbid, v1beta2.ConcurrencyReplace} {
		t.Run(string(policy), func(t *testing.T) {
			o := hourly("2026-05-01T01:30:00Z", concurrency(policy), spec(func(s *v1beta2.ScheduledSparkApplicationSpec) {
				s.Backfill = &v1beta2.Backfill{From: *seconds(at("2026-04-30T20:00:00Z")), To: *seconds(at("2026-05-01T00:00:00Z")), MaxActive: new(int32(3))}
			}))
			_, made := play(t, &o)
			if diff := cmp.Diff([]string{slotName("2026-04-30T20:00:00Z")}, made); diff != "" {
				t.Fatalf("runs (-want +got):\n%s", diff)
			}
			o.Now = at("2026-05-01T02:00:00Z")
			d, made := play(t, &o)
			if len(made) > 0 || len(d.Deletes) > 0 {
				t.Fatalf("made %v and deleted %v while the backfill runs", made, d.Deletes)
			}
			setState(&o, v1beta2.ApplicationStateCompleted)
			_, made = play(t, &o)
			want := map[v1beta2.ConcurrencyPolicy]string{v1beta2.ConcurrencyForbid: "2026-04-30T21:00:00Z", v1beta2.ConcurrencyReplace: "2026-05-01T02:00:00Z"}
			if diff := cmp.Diff([]string{slotName(want[policy])}, made); diff != "" {
				t.Errorf("runs after it (-want +got):\n%s", diff)
			}
		})
	}
}

// Runs that ended are kept up to the limits, the latest ones; those under way are never pruned.
func TestHistory(t *testing.T) {
	o := hourly("2026-05-01T01:30:00Z", spec(func(s *v1beta2.ScheduledSparkApplicationSpec) {
		s.SuccessfulRunHistoryLimit, s.FailedRunHistoryLimit = new(int32(2)), new(int32(0))
	}))
	for hour, state := range []v1beta2.ApplicationStateType{"COMPLETED", "FAILED", "RUNNING", "COMPLETED", "COMPLETED"} {
		has(fmt.Sprintf("2026-04-30T0%d:00:00Z", hour), state)(&o)
		o.Runs[hour].UID = ""
	}
	d := Decide(o, Policy{})
	want := []Delete{{Name: slotName("2026-04-30T00:00:00Z"), Why: DeletePruned}, {Name: slotName("2026-04-30T01:00:00Z"), Why: DeletePruned}}
	if diff := cmp.Diff(want, d.Deletes); diff != "" {
		t.Errorf("deletes (-want +got):\n%s", diff)
	}
	names := [][]string{d.Status.ActiveRunNames, d.Status.PastSuccessfulRunNames, d.Status.PastFailedRunNames}
	wantNames := [][]string{{slotName("2026-04-30T02:00:00Z")}, {slotName("2026-04-30T04:00:00Z"), slotName("2026-04-30T03:00:00Z")}, nil}
	if diff := cmp.Diff(wantNames, names, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("under way, successful, failed (-want +got):\n%s", diff)
	}
	if want := (map[Outcome]int64{OutcomeSucceeded: 3, OutcomeFailed: 1}); cmp.Diff(want, d.Counts.Ended) != "" {
		t.Errorf("ended: %v, want %v", d.Counts.Ended, want)
	}
}
