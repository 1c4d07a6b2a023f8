// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkconnect

import (
	"context"
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

	"github.com/alauda/spark-operator/apis/sparkoperator/v1alpha1"
	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/connect"
	"github.com/alauda/spark-operator/internal/decoding"
	ownevents "github.com/alauda/spark-operator/internal/events"
	"github.com/alauda/spark-operator/internal/identity"
	"github.com/alauda/spark-operator/internal/metrics"
	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/internal/scope"
	"github.com/alauda/spark-operator/internal/stored"
	"github.com/alauda/spark-operator/internal/submission"
	"github.com/alauda/spark-operator/internal/unreadable"
	"github.com/alauda/spark-operator/pkg/sparkconf"
)

const (
	// maxRounds bounds how often one reconcile decides: a decision, and what came of its actions.
	maxRounds = 4
	// raceDelay is when a conflict that no change follows is decided on again.
	raceDelay = time.Second
)

var serverKind = v1alpha1.GroupVersion.WithKind("SparkConnect")

// Submitter makes the objects of a start and removes them.
type Submitter interface {
	submission.Submitter
	// Release deletes what the attempt made beside its pods; it is idempotent.
	Release(ctx context.Context, app *v1beta2.SparkApplication, attempt identity.Attempt, confirm submission.Confirm) error
}

// Asker asks a server whether it serves.
type Asker interface {
	// Ask asks the server at host:port; the error is what is wrong with it.
	Ask(ctx context.Context, address, session string) error
}

// Reconciler keeps Connect servers up.
type Reconciler struct {
	// Client reads from the cache and writes to the API server.
	Client client.Client
	// APIReader asks the API server itself, where the cache may be stale and the answer matters.
	APIReader client.Reader
	// Cache has the Services of servers, for which Client asks the API server.
	Cache client.Reader
	// Submitter makes and removes the objects of a start.
	Submitter Submitter
	// Asker asks servers whether they serve.
	Asker Asker
	// Options are those of every start.
	Options planning.Options
	// Policy is that of every decision.
	Policy connect.Policy
	// Metrics counts what becomes of servers; nil counts nothing.
	Metrics *metrics.Recorder
	// Events takes the events about servers.
	Events events.EventRecorder
	// Clock gives the time.
	Clock clock.PassiveClock
	// Scope is what is served; the zero value is everything.
	Scope scope.Scope

	known      memories
	unreadable *unreadable.Reconciler[*stored.SparkConnect]
}

// +kubebuilder:rbac:groups=sparkoperator.k8s.io,resources=sparkconnects,verbs=get;list;watch
// +kubebuilder:rbac:groups=sparkoperator.k8s.io,resources=sparkconnects/status,verbs=patch
// +kubebuilder:rbac:groups=sparkoperator.k8s.io,resources=sparkconnects/finalizers,verbs=update
// +kubebuilder:rbac:groups="",resources=events,verbs=create

// Reconcile observes one server, decides, stores the new status and executes the actions, until there is nothing left
// to do but to wait.
func (r *Reconciler) Reconcile(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	obs, err := r.observe(ctx, req.NamespacedName)
	if _, isUnreadable := errors.AsType[*decoding.Problem](err); isUnreadable {
		return r.unreadable.Reconcile(ctx, req)
	}
	if apierrors.IsNotFound(err) {
		r.forget(req.NamespacedName)
		return ctrl.Result{}, nil
	}
	if err != nil {
		return r.afterRace(req.NamespacedName, err)
	}
	r.unreadable.Forget(req.NamespacedName)
	if obs.Connect.DeletionTimestamp.IsZero() {
		if obs.ServiceConflict, err = r.syncService(ctx, obs); err != nil {
			return r.afterRace(req.NamespacedName, err)
		}
	}
	return r.decideAndAct(ctx, req.NamespacedName, obs)
}

// RemoveFinalizers implements scope.Reconciler: there are none. Nothing is remembered of what is not served.
func (r *Reconciler) RemoveFinalizers(_ context.Context, req ctrl.Request) (ctrl.Result, error) {
	r.forget(req.NamespacedName)
	return ctrl.Result{}, nil
}

func (r *Reconciler) forget(key types.NamespacedName) {
	r.known.forget(key)
	r.unreadable.Forget(key)
}

// decideAndAct decides and acts until nothing is left to do but to wait.
func (r *Reconciler) decideAndAct(ctx context.Context, key types.NamespacedName, obs *connect.Observation) (ctrl.Result, error) {
	secrets := planning.SecretsOfServer(obs.Connect)
	for range maxRounds {
		decision := hideSecrets(secrets, connect.Decide(*obs, r.Policy))
		ctrl.LoggerFrom(ctx).V(levelOf(obs, decision)).Info("Decided", "from", obs.Connect.Status.State, "to", decision.Status.State,
			"because", decision.Because, "actions", decision.Actions, "attempt", decision.Status.Attempt)
		if err := r.record(ctx, obs, decision); err != nil {
			return r.afterRace(key, err)
		}
		again, err := r.execute(ctx, obs, decision.Actions)
		if err != nil {
			return r.afterRace(key, err)
		}
		if !again {
			return ctrl.Result{RequeueAfter: decision.RequeueAfter}, nil
		}
	}
	return ctrl.Result{}, fmt.Errorf("no rest after %d rounds", maxRounds)
}

// levelOf is that of the line about a decision: others than those that change the state are for who asks for more.
func levelOf(obs *connect.Observation, decision connect.Decision) int {
	if obs.Connect.Status.State == decision.Status.State {
		return 1
	}
	return 0
}

// afterRace waits where an error is a conflict: the server that was decided on is not the newest. The newest is on its
// way into the cache, and its arrival starts another reconcile.
func (r *Reconciler) afterRace(key types.NamespacedName, err error) (ctrl.Result, error) {
	if apierrors.IsConflict(err) {
		r.known.versions.Await(key)
		return ctrl.Result{RequeueAfter: raceDelay}, nil
	}
	return ctrl.Result{}, err
}

// record stores the decided status if it differs, guarded by the version that was decided on, and then emits its
// events. obs is left with the stored server.
func (r *Reconciler) record(ctx context.Context, obs *connect.Observation, decision connect.Decision) error {
	old := obs.Connect
	if equality.Semantic.DeepEqual(old.Status, decision.Status) {
		return nil
	}
	next := old.DeepCopy()
	next.Status = decision.Status
	answer := stored.OfConnect(next)
	err := r.Client.Status().Patch(ctx, answer, client.MergeFromWithOptions(old, client.MergeFromWithOptimisticLock{}))
	switch {
	case apierrors.IsNotFound(err):
		return notNewest(old)
	case err != nil:
		return fmt.Errorf("store status: %w", err)
	}
	next.ObjectMeta, next.Status = answer.ObjectMeta, answer.Status
	r.known.versions.Stored(next, r.Clock.Now())
	obs.Connect = next
	r.Metrics.RecordServer(old, next, r.Clock.Now())
	for _, e := range decision.Events {
		r.Events.Eventf(next, nil, e.Type, string(e.Reason), string(e.Action), "%s", ownevents.Truncate(e.Note))
	}
	return nil
}

// hideSecrets returns the decision without the secrets of the server in what people will read.
func hideSecrets(m *sparkconf.Masker, d connect.Decision) connect.Decision {
	if m.Empty() {
		return d
	}
	d.Because = m.Mask(d.Because)
	if failure := d.Status.LastFailure; failure != nil {
		failure.Message, failure.LogTail = m.Mask(failure.Message), m.Mask(failure.LogTail)
	}
	for i := range d.Status.Conditions {
		d.Status.Conditions[i].Message = m.Mask(d.Status.Conditions[i].Message)
	}
	for i := range d.Events {
		d.Events[i].Note = m.Mask(d.Events[i].Note)
	}
	return d
}
