// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package scheduledsparkapplication

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/alauda/spark-operator/internal/apply"
	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/internal/refusal"
	"github.com/alauda/spark-operator/internal/schedule"
	"github.com/alauda/spark-operator/internal/stored"
)

// lag is by how much a run was made after it was due.
type lag struct {
	name string
	by   time.Duration
}

// create makes runs, and notes in obs what came of each: it is there, or was refused. Any other error may pass.
func (r *Reconciler) create(ctx context.Context, obs *observation, creates []schedule.Create) error {
	for _, create := range creates {
		run := schedule.RunOf(obs.Schedule, create.Occasion)
		answer := stored.Of(run)
		err := r.Client.Create(ctx, answer)
		switch {
		case err == nil:
			obs.Runs = append(obs.Runs, schedule.ReadRun(&answer.SparkApplication))
			late := lag{create.Name, r.Clock.Since(create.Slot)}
			r.known.made.Change(obs.Schedule, func(made []lag) []lag { return append(slices.Clone(made), late) })
			ctrl.LoggerFrom(ctx).Info("Made a run", "run", create.Name, "trigger", create.Trigger, "slot", create.Slot)
		case apierrors.IsAlreadyExists(err):
			if err := r.adopt(ctx, obs, create.Name); err != nil {
				return err
			}
		case refusal.Of(err) != refusal.None:
			obs.refused(create.Name, planning.Secrets(run).Mask(err.Error()))
		default:
			// A conflict is no race for the schedule: nobody ends the wait, so waits grow.
			return errors.New(planning.Secrets(run).Mask(fmt.Sprintf("make run %s: %v", create.Name, err)))
		}
	}
	return nil
}

// adopt takes an object that has the name of a run for the run, if it is the schedule's.
func (r *Reconciler) adopt(ctx context.Context, obs *observation, name string) error {
	run, err := r.liveRun(ctx, obs.Schedule, name)
	switch {
	case err != nil:
		return err
	case run == nil:
		obs.refused(name, fmt.Sprintf("SparkApplication %s is there and not a run of this schedule: delete or rename it", name))
	default:
		obs.Runs = append(obs.Runs, *run)
	}
	return nil
}

func (o *observation) refused(name, why string) {
	if o.Refused == nil {
		o.Refused = map[string]string{}
	}
	o.Refused[name] = why
}

// delete deletes runs, each by its UID; what they own goes with them.
func (r *Reconciler) delete(ctx context.Context, obs *observation, deletes []schedule.Delete) error {
	var errs []error
	for _, d := range deletes {
		run := &stored.SparkApplication{}
		run.Namespace, run.Name, run.UID = obs.Schedule.Namespace, d.Name, d.UID
		err := apply.Delete(ctx, r.Client, run)
		if err == nil {
			ctrl.LoggerFrom(ctx).Info("Deleted a run", "run", d.Name, "because", d.Why)
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// wakeIn returns when to look again, given when that was decided. A clock that is put forward is noticed in time, too:
// no timer is.
func (r *Reconciler) wakeIn(obs *observation, after time.Duration) time.Duration {
	if after <= 0 {
		return 0
	}
	return min(max(after-r.Clock.Since(obs.Now), time.Millisecond), longestWait)
}

// longestWait is for how long nobody looks at a schedule of which nothing is due.
const longestWait = 5 * time.Minute
