// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkapplication

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/tools/events"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/decoding"
	"github.com/alauda/spark-operator/internal/dryrun"
	lifecycleevents "github.com/alauda/spark-operator/internal/events"
	"github.com/alauda/spark-operator/internal/identity"
	"github.com/alauda/spark-operator/internal/lifecycle"
	"github.com/alauda/spark-operator/internal/metrics"
	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/internal/scope"
	"github.com/alauda/spark-operator/internal/stored"
	"github.com/alauda/spark-operator/internal/submission"
)

// maxRounds bounds how often one reconcile decides: a decision, what came of its actions, and the end of it.
const maxRounds = 6

// raceDelay is when a conflict that no change follows is decided on again.
const raceDelay = time.Second

// Submitter makes the objects of an attempt and removes them.
type Submitter interface {
	submission.Submitter
	// Release deletes what the attempt made beside its pods; it is idempotent.
	Release(ctx context.Context, app *v1beta2.SparkApplication, attempt identity.Attempt, confirm submission.Confirm) error
	// Forget ends what is under way for an application that is gone or going.
	Forget(app types.NamespacedName)
}

// ExecutorAsker asks the API server whether it would take executors.
type ExecutorAsker interface {
	// Executors returns why executors of a plan would be refused, as far as that is not known to be otherwise; nil
	// where it does not say.
	Executors(ctx context.Context, plan *planning.Plan) *dryrun.RefusedError
	// Anew does the same, whatever is known.
	Anew(ctx context.Context, plan *planning.Plan) *dryrun.RefusedError
}

// Reconciler drives SparkApplications.
type Reconciler struct {
	// Client reads from the cache and writes to the API server.
	Client client.Client
	// APIReader asks the API server itself, where the cache may be stale and the answer matters.
	APIReader client.Reader
	// Submitter makes and removes the objects of an attempt.
	Submitter Submitter
	// Executors asks whether the API server would take executors; nil asks nothing.
	Executors ExecutorAsker
	// Finished names applications whose spark-submit has ended; nil if there is none.
	Finished <-chan event.GenericEvent
	// Options are those of every submission.
	Options planning.Options
	// Policy is that of every decision.
	Policy lifecycle.Policy
	// Metrics counts what becomes of applications; nil counts nothing.
	Metrics *metrics.Recorder
	// Events takes the events about applications.
	Events events.EventRecorder
	// Clock gives the time.
	Clock clock.PassiveClock
	// Scope is what is served; the zero value is everything.
	Scope scope.Scope

	known memories
}

// +kubebuilder:rbac:groups=sparkoperator.k8s.io,resources=sparkapplications,verbs=get;list;watch;delete
// +kubebuilder:rbac:groups=sparkoperator.k8s.io,resources=sparkapplications/status,verbs=patch
// +kubebuilder:rbac:groups=sparkoperator.k8s.io,resources=sparkapplications/finalizers,verbs=update
// +kubebuilder:rbac:groups="",resources=events,verbs=create

// Reconcile observes one application, decides, stores the new status and executes the actions, until there is
// nothing left to do but to wait.
func (r *Reconciler) Reconcile(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	obs, orphans, err := r.observe(ctx, req.NamespacedName)
	if err != nil {
		return r.afterRace(req.NamespacedName, err)
	}
	if obs == nil || !obs.App.DeletionTimestamp.IsZero() {
		r.Submitter.Forget(req.NamespacedName)
	}
	if obs == nil {
		r.known.forget(req.NamespacedName)
		return ctrl.Result{}, r.removeOrphans(ctx, req.NamespacedName, orphans)
	}
	if err := r.removeOrphans(ctx, req.NamespacedName, orphans); err != nil {
		return r.afterRace(req.NamespacedName, err)
	}
	problem, isUnreadable := errors.AsType[*decoding.Problem](obs.Unreadable)
	r.report(obs.App, problem)
	if isUnreadable && stored.OfStatus(problem) && obs.App.DeletionTimestamp.IsZero() {
		// What is not known is not overwritten.
		return ctrl.Result{}, nil
	}
	if err := r.releaseUnrecorded(ctx, obs.App); err != nil {
		return r.afterRace(req.NamespacedName, err)
	}
	return r.decideAndAct(ctx, req.NamespacedName, obs)
}

// decideAndAct decides and acts until nothing is left to do but to wait.
func (r *Reconciler) decideAndAct(ctx context.Context, key types.NamespacedName, obs *lifecycle.Observation) (ctrl.Result, error) {
	for range maxRounds {
		decision := hideSecrets(obs.Secrets, lifecycle.Decide(*obs, r.Policy))
		logDecision(ctx, obs.App, decision)
		switch err := r.record(ctx, obs, decision); {
		case err == nil:
		case obs.Unreadable == nil || !isRefusal(err):
			return r.afterRace(key, err)
		default:
			// An API server that looks at all of the object takes no status of one that is against the schema. The
			// event and the metric have said it.
			ctrl.LoggerFrom(ctx).Info("Stored no status of an unreadable application", "because", err.Error())
			if obs.App.DeletionTimestamp.IsZero() {
				return ctrl.Result{}, nil
			}
			// No status is of interest any more, and its driver must not keep the application, nor the namespace.
		}
		if len(decision.Actions) == 0 {
			return ctrl.Result{RequeueAfter: r.known.events.wakeIn(obs.App, decision.RequeueAfter, obs.Now)}, nil
		}
		again, err := r.execute(ctx, obs, decision.Actions)
		if err != nil {
			return r.afterRace(key, err)
		}
		if !again {
			return ctrl.Result{RequeueAfter: r.known.events.wakeIn(obs.App, decision.RequeueAfter, obs.Now)}, nil
		}
	}
	return ctrl.Result{}, fmt.Errorf("no rest after %d rounds", maxRounds)
}

// logDecision writes one line about a decision that changes the state; about others only where more is asked for.
func logDecision(ctx context.Context, app *v1beta2.SparkApplication, d lifecycle.Decision) {
	level, from, to := 0, app.Status.AppState.State, d.Status.AppState.State
	if from == to {
		level = 1
	}
	ctrl.LoggerFrom(ctx).V(level).Info("Decided", "from", from, "to", to, "because", d.Because, "actions", d.Actions, "attempt", d.Status.Attempt)
}

// afterRace waits where an error is a conflict: the application that was decided on is not the newest. The newest is on
// its way into the cache, and its arrival starts another reconcile, which decides anew. Other conflicts have nobody to
// end the wait (a quota that many creations race for is one), so it has a limit.
func (r *Reconciler) afterRace(key types.NamespacedName, err error) (ctrl.Result, error) {
	if apierrors.IsConflict(err) {
		r.known.versions.Await(key)
		return ctrl.Result{RequeueAfter: raceDelay}, nil
	}
	return ctrl.Result{}, err
}

// record stores the decided status if it differs, guarded by the version that was decided on, and then emits its
// events. obs is left with the stored application.
func (r *Reconciler) record(ctx context.Context, obs *lifecycle.Observation, decision lifecycle.Decision) error {
	old := obs.App
	if equality.Semantic.DeepEqual(old.Status, decision.Status) {
		return nil
	}
	next := old.DeepCopy()
	next.Status = decision.Status
	patch, err := statusPatch(old, next)
	if err != nil {
		return err
	}
	answer := stored.Of(next)
	if err := r.Client.Status().Patch(ctx, answer, patch); err != nil {
		if apierrors.IsNotFound(err) {
			return notNewest(old) // It was being deleted, or has been since.
		}
		return fmt.Errorf("store status: %w", err)
	}
	// The spec is that of the version that was patched; it need not be decoded again.
	next.ObjectMeta, next.Status = answer.ObjectMeta, answer.Status
	r.known.versions.Stored(next, r.Clock.Now())
	if obs.Submission != nil {
		r.known.unrecorded.Forget(client.ObjectKeyFromObject(next))
	}
	obs.App = next
	r.Metrics.Record(old, next, r.Clock.Now())
	r.emit(next, decision.Events)
	return nil
}

// statusPatch carries what differs and the version that was decided on. Before there is a state it is sent whole: an
// empty applicationState and driverInfo are no difference to none, and clients rely on their being there.
func statusPatch(old, next *v1beta2.SparkApplication) (client.Patch, error) {
	if old.Status.AppState.State != v1beta2.ApplicationStateNew {
		return client.MergeFromWithOptions(old, client.MergeFromWithOptimisticLock{}), nil
	}
	whole, err := json.Marshal(map[string]any{
		"metadata": map[string]any{"resourceVersion": old.ResourceVersion},
		"status":   next.Status,
	})
	if err != nil {
		return nil, fmt.Errorf("encode status: %w", err)
	}
	return client.RawPatch(types.MergePatchType, whole), nil
}

func (r *Reconciler) emit(app *v1beta2.SparkApplication, queued []lifecycleevents.Event) {
	for _, e := range queued {
		r.Events.Eventf(app, nil, e.Type, string(e.Reason), string(e.Action), "%s", lifecycleevents.Truncate(e.Note))
	}
}
