// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package native

import (
	"context"
	"errors"
	"fmt"
	"maps"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/internal/apply"
	"github.com/alauda/spark-operator/internal/identity"
	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/internal/submission"
	"github.com/alauda/spark-operator/internal/submission/companions"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// Client is what the submitter needs of a client. Get and List must ask the API server and not a cache: they are only asked
// about objects that were just made, or said to exist.
type Client interface {
	client.Reader
	Create(ctx context.Context, obj client.Object, opts ...client.CreateOption) error
	Delete(ctx context.Context, obj client.Object, opts ...client.DeleteOption) error
}

// Submitter starts drivers by writing their objects.
type Submitter struct {
	client Client
}

var _ submission.Submitter = (*Submitter)(nil)

// New returns a submitter that writes by the client.
func New(c Client) *Submitter { return &Submitter{client: c} }

//+kubebuilder:rbac:groups="",resources=configmaps,verbs=get;create
//+kubebuilder:rbac:groups="",resources=services,verbs=get;create
//+kubebuilder:rbac:groups="",resources=persistentvolumeclaims,verbs=get;create
//+kubebuilder:rbac:groups=networking.k8s.io,resources=networkpolicies,verbs=get;create
//+kubebuilder:rbac:groups="",resources=pods,verbs=get;create

// Submit implements submission.Submitter.
func (s *Submitter) Submit(ctx context.Context, plan *planning.Plan, confirm submission.Confirm) (submission.Result, error) {
	objects, err := plan.Render()
	if err != nil {
		return submission.Result{}, err
	}
	made, err := companions.Ensure(ctx, s.client, plan, confirm)
	if err != nil {
		return submission.Result{}, err
	}
	adopted, attempt := false, plan.Attempt()
	for _, object := range objects.InOrder() {
		stamp(object, attempt.SpecHash)
		// The driver is the last of them.
		if adopted, err = s.ensure(ctx, object); err != nil {
			return submission.Result{}, err
		}
	}
	return submission.Result{Driver: made.Driver, Warnings: made.Warnings, SparkApplicationID: attempt.ApplicationID, Adopted: adopted}, nil
}

// stamp notes in an object from which spec it was made. A crash may come between it and the driver, and a change of the spec after that: the number of
// the attempt, and so the object's name, would be the same.
func stamp(object client.Object, specHash string) {
	annotations := maps.Clone(object.GetAnnotations())
	if annotations == nil {
		annotations = map[string]string{}
	}
	annotations[sparklabels.SpecHash] = specHash
	object.SetAnnotations(annotations)
}

// errGone says that what was in the way of a creation went away before it could be looked at.
var errGone = errors.New("it was in the way and is gone")

// ensure creates an object, or finds it there already as an earlier call for the same attempt made it. It returns whether
// it was there. What goes away between creation and look-up is created after all.
func (s *Submitter) ensure(ctx context.Context, desired client.Object) (bool, error) {
	existed, err := s.createOrRecognise(ctx, desired)
	if errors.Is(err, errGone) {
		return s.createOrRecognise(ctx, desired)
	}
	return existed, err
}

func (s *Submitter) createOrRecognise(ctx context.Context, desired client.Object) (bool, error) {
	kind := desired.GetObjectKind().GroupVersionKind().Kind
	// The client may write the answer of a refused creation into what it was given.
	created, ok := desired.DeepCopyObject().(client.Object)
	if !ok {
		return false, fmt.Errorf("create %s %s: not an object", kind, client.ObjectKeyFromObject(desired))
	}
	err := s.client.Create(ctx, created)
	switch {
	case err == nil:
		return false, nil
	case apierrors.IsInvalid(err):
		return false, &planning.InvalidError{Problems: []planning.Problem{{Field: "spec", Fix: err.Error()}}}
	case !apierrors.IsAlreadyExists(err):
		return false, fmt.Errorf("create %s %s: %w", kind, client.ObjectKeyFromObject(desired), err)
	}
	return true, s.recognise(ctx, kind, desired)
}

// recognise looks at an object that is in the way. It is this attempt's if it has the same owner and submission id, and was made from the same
// spec.
func (s *Submitter) recognise(ctx context.Context, kind string, desired client.Object) error {
	existing, err := empty(kind)
	if err != nil {
		return err
	}
	key := client.ObjectKeyFromObject(desired)
	switch err := s.client.Get(ctx, key, existing); {
	case apierrors.IsNotFound(err):
		return fmt.Errorf("create %s %s: %w", kind, key, errGone)
	case err != nil:
		return fmt.Errorf("get %s %s, which is said to exist: %w", kind, key, err)
	}
	if owner := ownerOf(existing); owner != ownerOf(desired) {
		return &apply.ConflictError{Kind: kind, Namespace: key.Namespace, Name: key.Name, Owner: apply.OwnerOf(existing)}
	}
	id := existing.GetLabels()[sparklabels.SubmissionID]
	sameSpec := identity.SameSpec(existing.GetAnnotations()[sparklabels.SpecHash], desired.GetAnnotations()[sparklabels.SpecHash])
	if id != desired.GetLabels()[sparklabels.SubmissionID] || !sameSpec || existing.GetDeletionTimestamp() != nil {
		return &apply.RemnantError{Kind: kind, Namespace: key.Namespace, Name: key.Name, UID: existing.GetUID(), SubmissionID: id}
	}
	return nil
}

func empty(kind string) (client.Object, error) {
	switch kind {
	case "ConfigMap":
		return &corev1.ConfigMap{}, nil
	case "PersistentVolumeClaim":
		return &corev1.PersistentVolumeClaim{}, nil
	case "Service":
		return &corev1.Service{}, nil
	case "NetworkPolicy":
		return &networkingv1.NetworkPolicy{}, nil
	case "Pod":
		return &corev1.Pod{}, nil
	}
	return nil, fmt.Errorf("drivers have no %s", kind)
}

// ownerOf returns the UID of an object's controller.
func ownerOf(object client.Object) types.UID {
	for _, reference := range object.GetOwnerReferences() {
		if reference.Controller != nil && *reference.Controller {
			return reference.UID
		}
	}
	return ""
}
