// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package scheduledsparkapplication

import (
	"context"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/metrics"
	"github.com/alauda/spark-operator/internal/testing/builder"
	"github.com/alauda/spark-operator/pkg/sparklabels"
	"github.com/alauda/spark-operator/test/integration/faults/engine"
)

const (
	scheduleName  = "hourly"
	scheduledTime = sparklabels.ScheduledTime
)

// world is what there is in a trial: a user of schedules, who also says what becomes of runs, a clock, and a judge.
type world struct {
	*engine.Trial
	scenario scenario
	// metrics are what all controllers of the trial have counted.
	metrics    *metrics.Recorder
	clock      wound
	expression string
	first      time.Time
	judge      judge
	// released is whether the pods of runs that are deleted may go.
	released bool
	// touched is how often the user has touched the schedule.
	touched int
}

// newTrial returns a trial of the scenario that no fault meets.
func newTrial(c *engine.Cluster, s scenario) *engine.Trial {
	trial := engine.Scenario{Name: s.name, FromStart: s.fromStart, Want: s.want, World: func(t *engine.Trial) engine.World {
		w := &world{Trial: t, scenario: s, metrics: metrics.New(metrics.Options{}), judge: newJudge()}
		w.expression, w.first = hourly(time.Now())
		return engine.World{
			Control: w.control, Script: func(ctx context.Context) error { return w.steps(ctx, s.script(w)...) },
			Settled: w.pruned, Saw: w.saw, Stop: w.stop, Outcome: w.outcome,
		}
	}}
	return c.NewTrial(trial)
}

// newSchedule returns the schedule of the scenario.
func (t *world) newSchedule() *v1beta2.ScheduledSparkApplication {
	schedule := &v1beta2.ScheduledSparkApplication{Spec: v1beta2.ScheduledSparkApplicationSpec{
		Schedule: t.expression, TimeZone: "Etc/UTC", Template: builder.SparkApplication("", "").Spec,
	}}
	schedule.Namespace, schedule.Name = t.Namespace, scheduleName
	if t.scenario.change != nil {
		t.scenario.change(t, &schedule.Spec)
	}
	return schedule
}

// stop has the pods of deleted runs go when the script says so.
func (t *world) stop(_ context.Context, _ *corev1.Pod) (gone bool, err error) {
	t.Locked(func() { gone = t.released })
	return gone, nil
}

// pruned reports whether every run that is left is one that the status names: what is deleted is deleted after the
// status was stored. The caller holds the lock.
func (t *world) pruned() bool {
	schedule := t.schedule()
	return schedule == nil || !slices.ContainsFunc(t.runs(), func(run *v1beta2.SparkApplication) bool {
		s := &schedule.Status
		return !slices.Contains(slices.Concat(s.PastSuccessfulRunNames, s.PastFailedRunNames, s.ActiveRunNames), run.Name)
	})
}

// schedule returns the schedule as last seen, or nil. The caller holds the lock.
func (t *world) schedule() *v1beta2.ScheduledSparkApplication {
	for _, schedule := range engine.Seen[*v1beta2.ScheduledSparkApplication](t.Trial) {
		return schedule
	}
	return nil
}

// runs returns the applications that schedules have made, as last seen, by their names. The caller holds the lock.
func (t *world) runs() []*v1beta2.SparkApplication {
	runs := engine.Seen[*v1beta2.SparkApplication](t.Trial)
	slices.SortFunc(runs, func(a, b *v1beta2.SparkApplication) int { return a.CreationTimestamp.Compare(b.CreationTimestamp.Time) })
	return runs
}

// runOf returns the run of a slot as last seen, or nil. The caller holds the lock.
func (t *world) runOf(slot int) *v1beta2.SparkApplication {
	for _, run := range t.runs() {
		if t.slotOf(run) == slot && run.Labels[sparklabels.TriggeredBy] != sparklabels.TriggeredByRunNow {
			return run
		}
	}
	return nil
}

// asked returns the runs that were asked for by annotation. The caller holds the lock.
func (t *world) asked() []*v1beta2.SparkApplication {
	return slices.DeleteFunc(t.runs(), func(run *v1beta2.SparkApplication) bool {
		return run.Labels[sparklabels.TriggeredBy] != sparklabels.TriggeredByRunNow
	})
}
