// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkapplication

import (
	"context"
	"encoding/json"
	"fmt"

	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/tools/events"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	lifecycleevents "github.com/alauda/spark-operator/internal/events"
	"github.com/alauda/spark-operator/internal/identity"
	"github.com/alauda/spark-operator/internal/lifecycle"
	"github.com/alauda/spark-operator/internal/submission"
	"github.com/alauda/spark-operator/internal/submission/mode"
)

// maxRounds bounds how often one reconcile decides: a decision, what came of its actions, and the end of it.
const maxRounds = 6

// Submitter makes the objects of an attempt and removes them.
type Submitter interface {
	submission.Submitter
	// Choice says how the plan would be submitted.
	Choice(plan *submission.Plan) (mode.Choice, error)
	// Release deletes what the attempt made beside its pods; it is idempotent.
	Release(ctx context.Context, app *v1beta2.SparkApplication, attempt identity.Attempt) error
}

// Reconciler drives SparkApplications.
type Reconciler struct {
	// Client reads from the cache and writes to the API server.
	Client client.Client
	// APIReader asks the API server itself, where the cache may be behind and the answer matters.
	APIReader client.Reader
	// Submitter makes and removes the objects of an attempt.
	Submitter Submitter
	// Finished names applications whose spark-submit has ended; nil if there is none.
	Finished <-chan event.GenericEvent
	// Options are those of every submission.
	Options submission.Options
	// Policy is that of every decision.
	Policy lifecycle.Policy
	// Events takes the events about applications.
	Events events.EventRecorder
	// Clock tells the time.
	Clock clock.PassiveClock
}

// +kubebuilder:rbac:groups=sparkoperator.k8s.io,resources=sparkapplications,verbs=get;list;watch;delete
// +kubebuilder:rbac:groups=sparkoperator.k8s.io,resources=sparkapplications/status,verbs=patch
// +kubebuilder:rbac:groups=sparkoperator.k8s.io,resources=sparkapplications/finalizers,verbs=update
// +kubebuilder:rbac:groups=events.k8s.io,resources=events,verbs=create;patch

// Reconcile observes one application, decides, stores the new status and executes the actions, until there is
// nothing left to do but to wait.
func (r *Reconciler) Reconcile(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	obs, err := r.observe(ctx, req.NamespacedName)
	if obs == nil || err != nil {
		return ctrl.Result{}, err
	}
	for range maxRounds {
		decision := lifecycle.Decide(*obs, r.Policy)
		if err := r.record(ctx, obs, decision); err != nil {
			return ctrl.Result{}, ignoreLostRace(err)
		}
		if len(decision.Actions) == 0 {
			return ctrl.Result{RequeueAfter: decision.RequeueAfter}, nil
		}
		again, err := r.execute(ctx, obs, decision.Actions)
		if err != nil || !again {
			return ctrl.Result{}, ignoreLostRace(err)
		}
	}
	return ctrl.Result{}, fmt.Errorf("no rest after %d rounds", maxRounds)
}

// ignoreLostRace drops a conflict: the application that was decided on is not the newest. The newest is on its way into
// the cache, and its arrival starts another reconcile, which decides anew.
func ignoreLostRace(err error) error {
	if apierrors.IsConflict(err) {
		return nil
	}
	return err
}

// record stores the decided status if it differs, guarded by the version that was decided on, and then tells of it. obs is left with
// the stored application.
func (r *Reconciler) record(ctx context.Context, obs *lifecycle.Observation, decision lifecycle.Decision) error {
	old := obs.App
	if equality.Semantic.DeepEqual(old.Status, decision.Status) {
		return nil
	}
	stored := old.DeepCopy()
	stored.Status = decision.Status
	patch, err := statusPatch(old, stored)
	if err != nil {
		return err
	}
	if err := r.Client.Status().Patch(ctx, stored, patch); err != nil {
		return fmt.Errorf("store status: %w", err)
	}
	obs.App = stored
	if from, to := old.Status.AppState.State, stored.Status.AppState.State; from != to {
		ctrl.LoggerFrom(ctx).Info("Changed the state", "from", from, "to", to, "because", decision.Because, "attempt", stored.Status.Attempt)
	}
	r.tell(stored, decision.Events)
	return nil
}

// statusPatch carries what differs and the version that was decided on. A first status is sent whole: its empty
// driverInfo is no difference to none, and clients rely on its being there.
func statusPatch(old, next *v1beta2.SparkApplication) (client.Patch, error) {
	if !equality.Semantic.DeepEqual(old.Status, v1beta2.SparkApplicationStatus{}) {
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

func (r *Reconciler) tell(app *v1beta2.SparkApplication, told []lifecycleevents.Event) {
	for _, e := range told {
		r.Events.Eventf(app, nil, e.Type, string(e.Reason), string(e.Action), "%s", lifecycleevents.Truncate(e.Note))
	}
}
