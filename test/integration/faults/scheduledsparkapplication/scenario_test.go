// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package scheduledsparkapplication

import (
	"context"
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
)

// scenario is what a user does to a schedule, what time it is, and what becomes of runs.
type scenario struct {
	name string
	// central scenarios are run with more faults by default.
	central bool
	// change the spec before the schedule is created.
	change func(*world, *v1beta2.ScheduledSparkApplicationSpec)
	// alone is whether no two runs may be under way at the same time.
	alone bool
	// script is the user's part. The calls from the trial's mark on meet faults.
	script func(*world) []step
	// fromStart is whether the controller's start is marked.
	fromStart bool
	// want is what has become of the slots in the end.
	want counters
}

const (
	completed = v1beta2.ApplicationStateCompleted
	failed    = v1beta2.ApplicationStateFailed
	scheduled = v1beta2.ScheduleStateScheduled
)

var scenarios = []scenario{
	{
		name: "first run", central: true,
		script: func(t *world) []step {
			return []step{t.create, t.at(1), t.made(1), t.ends(1, completed)}
		},
		fromStart: true,
		want:      counters{State: scheduled, Runs: []string{"slot 1"}, Succeeded: 1},
	},
	{
		name: "history", // The second success and the second failure push the first out.
		script: func(t *world) []step {
			return []step{
				t.create, t.at(1), t.made(1), t.ends(1, completed), t.at(2), t.made(2), t.ends(2, failed), t.at(3), t.made(3), t.Mark,
				t.ends(3, completed), t.goes(1), t.at(4), t.made(4), t.ends(4, failed), t.goes(2),
			}
		},
		want: counters{State: scheduled, Runs: []string{"slot 1", "slot 2", "slot 3", "slot 4"}, Succeeded: 1, Failed: 1},
	},
	{
		name: "Forbid", central: true, alone: true, change: policy(v1beta2.ConcurrencyForbid),
		script: func(t *world) []step {
			return []step{t.create, t.at(1), t.made(1), t.driven(1), t.Mark, t.at(2), t.decided(2), t.ends(1, completed), t.at(3), t.made(3)}
		},
		want: counters{State: scheduled, Runs: []string{"slot 1", "slot 3"}, Missed: map[string]int64{"Forbidden": 1}, Succeeded: 1, Active: 1},
	},
	{
		name: "Replace", central: true, alone: true, change: policy(v1beta2.ConcurrencyReplace),
		script: func(t *world) []step {
			return []step{t.create, t.at(1), t.made(1), t.driven(1), t.Mark, t.at(2), t.replacing(1), t.made(2), t.ends(2, completed)}
		},
		want: counters{State: scheduled, Runs: []string{"slot 1", "slot 2"}, Succeeded: 1},
	},
	{
		name: "catch up with the last run",
		script: func(t *world) []step {
			return []step{t.create, t.at(1), t.made(1), t.ends(1, completed), t.Mark, t.at(4), t.made(4)}
		},
		want: counters{State: scheduled, Runs: []string{"slot 1", "slot 4"}, Missed: map[string]int64{"OperatorDown": 2}, Succeeded: 1, Active: 1},
	},
	{
		name: "catch up with all runs, one after the other", central: true, alone: true,
		change: func(_ *world, spec *v1beta2.ScheduledSparkApplicationSpec) {
			spec.ConcurrencyPolicy, spec.MissedRunPolicy = v1beta2.ConcurrencyForbid, v1beta2.MissedRunAll
		},
		script: func(t *world) []step {
			return []step{t.create, t.Mark, t.at(3), t.made(1), t.ends(1, completed), t.made(2), t.ends(2, failed), t.made(3)}
		},
		want: counters{State: scheduled, Runs: []string{"slot 1", "slot 2", "slot 3"}, Succeeded: 1, Failed: 1, Active: 1},
	},
	{
		name: "skip what was missed",
		change: func(_ *world, spec *v1beta2.ScheduledSparkApplicationSpec) {
			spec.MissedRunPolicy = v1beta2.MissedRunSkip
		},
		script: func(t *world) []step {
			late := func(ctx context.Context) error { return t.forward(ctx, t.slot(2).Add(10*time.Minute)) }
			return []step{t.create, t.Mark, late, t.decided(2), t.at(3), t.made(3)}
		},
		want: counters{State: scheduled, Runs: []string{"slot 3"}, Missed: map[string]int64{"OperatorDown": 2}, Active: 1},
	},
	{
		name: "suspend and resume",
		script: func(t *world) []step {
			return []step{
				t.create, t.Mark, t.patch(`{"spec":{"suspend":true}}`), t.suspended(true), t.at(2), t.Rest,
				t.patch(`{"spec":{"suspend":false}}`), t.made(2),
			}
		},
		want: counters{State: scheduled, Runs: []string{"slot 2"}, Missed: map[string]int64{"Suspended": 1}, Active: 1},
	},
	{
		name: "run now", alone: true, change: policy(v1beta2.ConcurrencyForbid),
		script: func(t *world) []step {
			first := func() *v1beta2.SparkApplication {
				if asked := t.asked(); len(asked) > 0 {
					return asked[0]
				}
				return nil
			}
			return []step{t.create, t.Mark, t.runNow("one"), t.runNow("two"), t.end("the first run", first, completed), t.runNow("three")}
		},
		want: counters{State: scheduled, Runs: []string{"token one", "token three"}, Succeeded: 1, Active: 1},
	},
	{
		name: "backfill", central: true, alone: true,
		script: func(t *world) []step {
			backfill := fmt.Sprintf(`{"spec":{"backfill":{"from":%q,"to":%q}}}`, t.slot(-1).Format(time.RFC3339), t.slot(0).Format(time.RFC3339))
			return []step{
				t.create, t.Mark, t.patch(backfill), t.backfilled(1, 0), t.end("the run of slot -1", func() *v1beta2.SparkApplication { return t.runOf(-1) }, completed),
				t.backfilled(2, 1), t.end("the run of slot 0", func() *v1beta2.SparkApplication { return t.runOf(0) }, completed), t.backfilled(2, 2),
			}
		},
		want: counters{State: scheduled, Runs: []string{"slot -1", "slot 0"}, Succeeded: 1},
	},
	{
		name: "edit",
		script: func(t *world) []step {
			later := t.first.Add(10 * time.Minute)
			edit := fmt.Sprintf(`{"spec":{"schedule":"%d * * * *"}}`, later.Minute())
			broken := func(ctx context.Context) error {
				if err := t.patch(`{"spec":{"timeZone":"Nowhere/At_All"}}`)(ctx); err != nil {
					return err
				}
				return t.until("the schedule to fail", func(s *v1beta2.ScheduledSparkApplication) bool {
					return s.Status.ScheduleState == v1beta2.ScheduleStateFailedValidation
				})(ctx)
			}
			mended := func(ctx context.Context) error {
				if err := t.patch(`{"spec":{"timeZone":"Etc/UTC"}}`)(ctx); err != nil {
					return err
				}
				return t.next(later)(ctx)
			}
			moved := func(context.Context) error {
				t.Update(func() { t.first = later })
				return nil
			}
			return []step{t.create, t.Mark, t.patch(edit), t.next(later), broken, mended, moved, t.at(1), t.made(1)}
		},
		want: counters{State: scheduled, Runs: []string{"slot 1"}, Active: 1},
	},
	{
		name: "delete",
		script: func(t *world) []step {
			free := func(context.Context) error { t.Update(func() { t.released = true }); return nil }
			return []step{t.create, t.at(1), t.made(1), t.driven(1), t.Mark, t.at(2), t.made(2), free, t.destroy, t.swept}
		},
		want: counters{Runs: []string{"slot 1", "slot 2"}},
	},
}

// policy sets how runs go together.
func policy(p v1beta2.ConcurrencyPolicy) func(*world, *v1beta2.ScheduledSparkApplicationSpec) {
	return func(_ *world, spec *v1beta2.ScheduledSparkApplicationSpec) { spec.ConcurrencyPolicy = p }
}

// suspended waits until the status says whether the schedule is suspended.
func (t *world) suspended(want bool) step {
	return t.until(fmt.Sprintf("the schedule to be suspended: %t", want), func(s *v1beta2.ScheduledSparkApplication) bool {
		for _, c := range s.Status.Conditions {
			if c.Type == v1beta2.ConditionScheduleSuspended {
				return (c.Status == metav1.ConditionTrue) == want
			}
		}
		return false
	})
}

// next waits until the status says when the next run is due.
func (t *world) next(at time.Time) step {
	return t.until("the next run to be due at "+at.Format(time.RFC3339), func(s *v1beta2.ScheduledSparkApplication) bool {
		return s.Status.NextRun.Equal(&metav1.Time{Time: at})
	})
}

// backfilled waits until the backfill has made and seen the end of so many runs.
func (t *world) backfilled(created, succeeded int64) step {
	return t.until(fmt.Sprintf("the backfill to have made %d runs, %d of them at their end", created, succeeded), func(s *v1beta2.ScheduledSparkApplication) bool {
		return s.Status.Backfill != nil && s.Status.Backfill.Created == created && s.Status.Backfill.Succeeded == succeeded
	})
}
