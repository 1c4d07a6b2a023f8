// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package unreadable

import (
	"context"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/tools/events"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/handler"

	"github.com/alauda/spark-operator/internal/decoding"
	ownevents "github.com/alauda/spark-operator/internal/events"
	"github.com/alauda/spark-operator/internal/memory"
	"github.com/alauda/spark-operator/internal/refusal"
	"github.com/alauda/spark-operator/internal/scope"
	"github.com/alauda/spark-operator/internal/stored"
)

// raceDelay is when a status is written again that lost a race, should the version that won not arrive.
const raceDelay = time.Second

// Kind is what a kind has of its own.
type Kind[O stored.Object] struct {
	// Noun is what messages call an object of the kind.
	Noun string
	// New returns an empty object.
	New func() O
	// SetStatus changes the status of an object to what it is to be: with a problem, or, where that is nil, without
	// what was written of an earlier one.
	SetStatus func(object O, problem *decoding.Problem, now time.Time)
}

// Reconciler reports the objects of a kind.
type Reconciler[O stored.Object] struct {
	Kind Kind[O]
	// Client reads from the cache and writes to the API server; APIReader asks for what the cache does not keep.
	Client    client.Client
	APIReader client.Reader
	Events    events.EventRecorder
	Clock     clock.PassiveClock

	// reported is the problem that was reported last of each object.
	reported memory.Of[string]
}

// Transform leaves of an object what is read of it: metadata, status, and whether it can be decoded.
func Transform[O stored.Object](object O) {
	object.SetManagedFields(nil)
	annotations := object.GetAnnotations()
	delete(annotations, corev1.LastAppliedConfigAnnotation)
	object.SetAnnotations(annotations)
	stored.Decode(object)
	stored.Drop(object)
}

// Setup adds the reconciler to mgr as a controller of the name, for the namespaces within. list is of the kind.
func (r *Reconciler[O]) Setup(mgr ctrl.Manager, name string, within scope.Scope, list client.ObjectList) error {
	builder := ctrl.NewControllerManagedBy(mgr).Named(name).Watches(r.Kind.New(), &handler.EnqueueRequestForObject{})
	if err := within.Complete(builder, list, r); err != nil {
		return fmt.Errorf("set up the controller %s: %w", name, err)
	}
	return nil
}

// Reconcile reports one object where it cannot be decoded.
func (r *Reconciler[O]) Reconcile(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	object, err := r.fetch(ctx, req.NamespacedName)
	if apierrors.IsNotFound(err) {
		r.reported.Forget(req.NamespacedName)
		return ctrl.Result{}, nil
	}
	if err != nil {
		return ctrl.Result{}, fmt.Errorf("get %s: %w", r.Kind.Noun, err)
	}
	problem := object.Problem()
	r.report(object, problem)
	if stored.OfStatus(problem) || !object.GetDeletionTimestamp().IsZero() {
		// What is not known is not overwritten, and of what is going nobody reads the status.
		return ctrl.Result{}, nil
	}
	return r.writeStatus(ctx, object, problem)
}

// RemoveFinalizers implements scope.Reconciler: there are none.
func (r *Reconciler[O]) RemoveFinalizers(_ context.Context, req ctrl.Request) (ctrl.Result, error) {
	r.reported.Forget(req.NamespacedName)
	return ctrl.Result{}, nil
}

// Forget drops what is remembered of the object of the name: it can be read, or is gone.
func (r *Reconciler[O]) Forget(key types.NamespacedName) { r.reported.Forget(key) }

// fetch reads an object from the cache, or from the API server where its namespace was not served when the cache came
// to know of it.
func (r *Reconciler[O]) fetch(ctx context.Context, key types.NamespacedName) (O, error) {
	object := r.Kind.New()
	if err := r.Client.Get(ctx, key, object); err != nil || !object.Forgotten() {
		return object, err
	}
	object = r.Kind.New()
	err := r.APIReader.Get(ctx, key, object)
	stored.Decode(object)
	return object, err
}

// report emits an event about an object that cannot be decoded, once for each problem.
func (r *Reconciler[O]) report(object O, problem *decoding.Problem) {
	key := client.ObjectKeyFromObject(object)
	if problem == nil {
		r.reported.Forget(key)
		return
	}
	if r.reported.Get(object) == problem.Error() {
		return
	}
	r.reported.Set(object, problem.Error())
	e := ownevents.Unreadable(r.Kind.Noun, problem.Error())
	r.Events.Eventf(object.Plain(), nil, e.Type, string(e.Reason), string(e.Action), "%s", ownevents.Truncate(e.Note))
}

// writeStatus stores the status that an object is to have, guarded by the version that was read.
func (r *Reconciler[O]) writeStatus(ctx context.Context, object O, problem *decoding.Problem) (ctrl.Result, error) {
	before, isKind := object.DeepCopyObject().(O)
	if !isKind {
		return ctrl.Result{}, fmt.Errorf("copy of %T is none", object)
	}
	r.Kind.SetStatus(object, problem, r.Clock.Now())
	if equality.Semantic.DeepEqual(before.Plain(), object.Plain()) {
		return ctrl.Result{}, nil
	}
	err := r.Client.Status().Patch(ctx, object, client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{}))
	switch {
	case err == nil || apierrors.IsNotFound(err):
		return ctrl.Result{}, nil
	case apierrors.IsConflict(err):
		return ctrl.Result{RequeueAfter: raceDelay}, nil
	case refusal.Of(err) != refusal.None:
		// An API server that looks at all of the object takes no status of one that is against the schema. The event
		// and the metric have said it.
		ctrl.LoggerFrom(ctx).Info("Stored no status of an unreadable object", "because", err.Error())
		return ctrl.Result{}, nil
	default:
		return ctrl.Result{}, fmt.Errorf("store status: %w", err)
	}
}
