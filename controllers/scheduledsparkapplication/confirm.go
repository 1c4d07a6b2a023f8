// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package scheduledsparkapplication

import (
	"context"
	"errors"
	"fmt"
	"slices"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/schedule"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// confirm asks the API server about what a decision depends on, and puts into the observation what it says: the cache
// may be stale, and what is done cannot be taken back. It returns a conflict where the schedule is not the newest.
func (r *Reconciler) confirm(ctx context.Context, obs *observation, d schedule.Decision) error {
	s := obs.Schedule
	if err := r.confirmNewest(ctx, s); err != nil {
		return err
	}
	var err error
	switch {
	case r.mayMissRuns(s, d):
		obs.Runs, err = r.liveRuns(ctx, s)
	default:
		err = r.refresh(ctx, obs, d)
	}
	if err != nil {
		return err
	}
	obs.Lingering, err = r.lingering(ctx, s, obs.Runs, r.livePods)
	obs.confirmed = true
	return err
}

// mayMissRuns reports whether there may be runs that neither the cache nor the status shows, and that a decision
// depends on: those that were made just before a crash. A run that may go beside others is found by its name, as is the
// one of the only slot that is due. Where more than one may have been made, all of them are asked for.
func (r *Reconciler) mayMissRuns(s *v1beta2.ScheduledSparkApplication, d schedule.Decision) bool {
	asked := s.Annotations[sparklabels.RunNow]
	isAsked := asked != "" && (s.Status.RunNow == nil || s.Status.RunNow.Token != asked)
	isBackfilled := s.Spec.Backfill != nil && (s.Status.Backfill == nil || s.Status.Backfill.CompletionTime == nil)
	return isBackfilled || isAlone(s) && (isAsked || r.severalAreDue(s, d))
}

// isAlone reports whether no two runs may be under way at the same time.
func isAlone(s *v1beta2.ScheduledSparkApplication) bool {
	return s.Spec.ConcurrencyPolicy == v1beta2.ConcurrencyForbid || s.Spec.ConcurrencyPolicy == v1beta2.ConcurrencyReplace
}

// severalAreDue reports whether a decision is about more than the slot after the last that was decided.
func (r *Reconciler) severalAreDue(s *v1beta2.ScheduledSparkApplication, d schedule.Decision) bool {
	due := len(d.Creates) + len(d.Counts.Made)
	for _, n := range d.Counts.Missed {
		due += int(min(n, 2))
	}
	if due > 1 || s.Status.LastScheduledTime == nil {
		return due > 1
	}
	table, err := schedule.TimetableOf(s, r.Policy.Local)
	return err != nil || slices.ContainsFunc(d.Creates, func(c schedule.Create) bool { return c.Slot.After(table.Next(s.Status.LastScheduledTime.Time)) })
}

// refresh asks the API server about the runs that a decision counts on: those under way, where they decide whether
// another may be made, and those that are deleted.
func (r *Reconciler) refresh(ctx context.Context, obs *observation, d schedule.Decision) error {
	alone, asked := isAlone(obs.Schedule), map[string]bool{}
	for _, deleted := range d.Deletes {
		asked[deleted.Name] = true
	}
	runs := make([]schedule.Run, 0, len(obs.Runs))
	for _, run := range obs.Runs {
		if !asked[run.Name] && (!alone || run.State.Ended()) {
			runs = append(runs, run)
			continue
		}
		now, err := r.liveRun(ctx, obs.Schedule, run.Name)
		if err != nil {
			return err
		}
		if now != nil {
			runs = append(runs, *now)
		}
	}
	obs.Runs = runs
	return nil
}

// confirmNewest asks the API server whether the decision was taken on the newest version of the schedule. A stale cache
// must not run a slot again of which the run has been pruned since.
func (r *Reconciler) confirmNewest(ctx context.Context, s *v1beta2.ScheduledSparkApplication) error {
	newest := &metav1.PartialObjectMetadata{}
	newest.SetGroupVersionKind(v1beta2.GroupVersion.WithKind(schedule.OwnerKind))
	err := r.APIReader.Get(ctx, client.ObjectKeyFromObject(s), newest)
	if apierrors.IsNotFound(err) {
		return notNewest(s) // It is gone, and the cache is to say so in a moment.
	}
	if err != nil {
		return fmt.Errorf("confirm that the schedule is the newest: %w", err)
	}
	if newest.UID != s.UID || newest.ResourceVersion != s.ResourceVersion {
		return notNewest(s)
	}
	return nil
}

// schedules are what notNewest is about.
var schedules = schema.GroupResource{Group: v1beta2.GroupVersion.Group, Resource: "scheduledsparkapplications"}

// notNewest is what the API server says of a write that is guarded by a version that is not the newest.
func notNewest(s *v1beta2.ScheduledSparkApplication) error {
	return apierrors.NewConflict(schedules, s.Name, errors.New("it was changed meanwhile"))
}
