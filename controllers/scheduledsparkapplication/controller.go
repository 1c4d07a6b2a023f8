// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package scheduledsparkapplication

import (
	"context"
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/tools/events"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	ownevents "github.com/alauda/spark-operator/internal/events"
	"github.com/alauda/spark-operator/internal/metrics"
	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/internal/refusal"
	"github.com/alauda/spark-operator/internal/schedule"
	"github.com/alauda/spark-operator/internal/scope"
	"github.com/alauda/spark-operator/internal/stored"
)

// maxRounds bounds how often one reconcile decides: on what the cache has, on what the API server says, and on what
// came of the runs that were made, which may let others be made.
const maxRounds = 8

// raceDelay is when a conflict that no change follows is decided on again.
const raceDelay = time.Second

// Reconciler runs the schedules.
type Reconciler struct {
	// Client reads from the cache and writes to the API server.
	Client client.Client
	// APIReader asks the API server itself, where the cache may be stale and the answer matters.
	APIReader client.Reader
	// Options are those of the runs' submissions: what they refuse is said before a run is due.
	Options planning.Options
	// Policy is that of every decision.
	Policy schedule.Policy
	// Metrics counts what becomes of runs; nil counts nothing.
	Metrics *metrics.Recorder
	// Events takes the events about schedules.
	Events events.EventRecorder
	// Clock gives the time.
	Clock clock.PassiveClock
	// Scope is what is served; the zero value is everything.
	Scope scope.Scope

	known memories
}

// Runs name their schedule as an owner that they block, which takes the right to update its finalizers where that is
// enforced.
//
// +kubebuilder:rbac:groups=sparkoperator.k8s.io,resources=scheduledsparkapplications,verbs=get;list;watch
// +kubebuilder:rbac:groups=sparkoperator.k8s.io,resources=scheduledsparkapplications/status,verbs=patch
// +kubebuilder:rbac:groups=sparkoperator.k8s.io,resources=scheduledsparkapplications/finalizers,verbs=update
// +kubebuilder:rbac:groups=sparkoperator.k8s.io,resources=sparkapplications,verbs=get;list;watch;create;delete
// +kubebuilder:rbac:groups="",resources=pods,verbs=list;watch
// +kubebuilder:rbac:groups="",resources=events,verbs=create

// Reconcile observes one schedule, decides, makes runs until no more are to be made, stores the status and deletes
// runs.
func (r *Reconciler) Reconcile(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	obs, err := r.observe(ctx, req.NamespacedName)
	if err != nil {
		return r.afterRace(req.NamespacedName, err)
	}
	if obs == nil {
		r.known.forget(req.NamespacedName)
		return ctrl.Result{}, nil
	}
	r.reportUnreadable(obs)
	if !obs.Schedule.DeletionTimestamp.IsZero() || obs.statusUnreadable {
		// Its runs go with it, or are orphaned; and what is not known is not overwritten.
		return ctrl.Result{}, nil
	}
	wake, err := r.decideAndAct(ctx, obs)
	if err != nil {
		return r.afterRace(req.NamespacedName, err)
	}
	return ctrl.Result{RequeueAfter: wake}, nil
}

// decideAndAct decides and makes runs until there is nothing more to make, and then does the rest. It returns when to
// look again; zero is when something changes.
func (r *Reconciler) decideAndAct(ctx context.Context, obs *observation) (wake time.Duration, err error) {
	for range maxRounds {
		decision := schedule.Decide(obs.Observation, r.Policy)
		if acts(decision) && !obs.confirmed {
			if err := r.confirm(ctx, obs, decision); err != nil {
				return 0, err
			}
			continue
		}
		if len(decision.Creates) > 0 {
			if err := r.create(ctx, obs, decision.Creates); err != nil {
				return 0, err
			}
			continue
		}
		logDecision(ctx, decision)
		if err := r.record(ctx, obs, decision); err != nil {
			return 0, err
		}
		err := r.delete(ctx, obs, decision.Deletes)
		return r.wakeIn(obs, decision.RequeueAfter), err
	}
	return 0, fmt.Errorf("no rest after %d rounds", maxRounds)
}

// acts reports whether a decision does more than describe what there is: it is taken on what the API server says.
func acts(d schedule.Decision) bool {
	return len(d.Creates)+len(d.Deletes)+len(d.Counts.Missed)+len(d.Counts.Made) > 0
}

// logDecision writes one line about a decision that changes something.
func logDecision(ctx context.Context, d schedule.Decision) {
	if d.Because == "" {
		return
	}
	level := 0
	if !acts(d) {
		level = 1
	}
	ctrl.LoggerFrom(ctx).V(level).Info("Decided", "because", d.Because, "deletes", d.Deletes, "state", d.Status.ScheduleState)
}

// afterRace waits where an error is a conflict: the schedule that was decided on is not the newest, which is on its way
// into the cache and starts another reconcile.
func (r *Reconciler) afterRace(key types.NamespacedName, err error) (ctrl.Result, error) {
	if apierrors.IsConflict(err) {
		r.known.versions.Await(key)
		return ctrl.Result{RequeueAfter: raceDelay}, nil
	}
	return ctrl.Result{}, err
}

// record stores the decided status if it differs, guarded by the version that was decided on, and then emits the events
// and counts. obs is left with the stored schedule.
func (r *Reconciler) record(ctx context.Context, obs *observation, decision schedule.Decision) error {
	old := obs.Schedule
	if equality.Semantic.DeepEqual(old.Status, decision.Status) {
		return nil
	}
	next := old.DeepCopy()
	next.Status = decision.Status
	answer := stored.OfSchedule(next)
	err := r.Client.Status().Patch(ctx, answer, client.MergeFromWithOptions(old, client.MergeFromWithOptimisticLock{}))
	switch {
	case apierrors.IsNotFound(err):
		return notNewest(old) // It was being deleted, or has been since.
	case obs.Unreadable != nil && refusal.Of(err) != refusal.None:
		// An API server that looks at all of the object takes no status of one that is against the schema. The event
		// and the metric have said it.
		ctrl.LoggerFrom(ctx).Info("Stored no status of an unreadable schedule", "because", err.Error())
		return nil
	case err != nil:
		return fmt.Errorf("store status: %w", err)
	}
	// The spec is that of the version that was patched; it need not be decoded again.
	next.ObjectMeta, next.Status = answer.ObjectMeta, answer.Status
	r.known.versions.Stored(next, r.Clock.Now())
	obs.Schedule = next
	r.Metrics.RecordSchedule(next.Namespace, movedBy(decision.Counts, r.known.made.Get(next)))
	r.known.made.Forget(client.ObjectKeyFromObject(next))
	for _, e := range decision.Events {
		if obs.Unreadable == nil || e.Reason != schedule.ReasonInvalid { // That has an event of its own, stored or not.
			r.emit(next, e)
		}
	}
	return nil
}

// movedBy returns what metrics count of a decision, and of how late its runs were made.
func movedBy(counts schedule.Counts, made []lag) metrics.ScheduleChange {
	change := metrics.ScheduleChange{Missed: counts.Missed, Ended: counts.Ended, Made: map[schedule.Trigger]int64{}}
	for _, run := range counts.Made {
		change.Made[run.Trigger]++
		for _, late := range made {
			if late.name == run.Name && run.Trigger == schedule.TriggerSchedule {
				change.Lags = append(change.Lags, late.by)
			}
		}
	}
	return change
}

// reportUnreadable emits an event about a schedule that cannot be read, once for each problem. One that is mended is
// forgotten: the same problem is news again.
func (r *Reconciler) reportUnreadable(obs *observation) {
	if obs.Unreadable == nil {
		r.known.unreadable.Forget(client.ObjectKeyFromObject(obs.Schedule))
		return
	}
	note := obs.Unreadable.Error()
	if r.known.unreadable.Get(obs.Schedule) == note {
		return
	}
	r.known.unreadable.Set(obs.Schedule, note)
	r.emit(obs.Schedule, ownevents.Unreadable("schedule", note))
}

func (r *Reconciler) emit(about client.Object, e ownevents.Event) {
	r.Events.Eventf(about, nil, e.Type, string(e.Reason), string(e.Action), "%s", ownevents.Truncate(e.Note))
}

// RemoveFinalizers implements scope.Reconciler: there are none. Nothing is remembered of what is not served.
func (r *Reconciler) RemoveFinalizers(_ context.Context, req ctrl.Request) (ctrl.Result, error) {
	r.known.forget(req.NamespacedName)
	return ctrl.Result{}, nil
}
