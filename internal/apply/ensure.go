// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package apply

import (
	"context"
	"errors"
	"fmt"
	"reflect"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/internal/refusal"
	"github.com/alauda/spark-operator/internal/submission"
)

// Getter is what reading needs of a client. It must ask the API server and not a cache.
type Getter interface {
	Get(ctx context.Context, key client.ObjectKey, obj client.Object, opts ...client.GetOption) error
}

// Client is what Ensure needs of a client.
type Client interface {
	Getter
	Deleter
	Patcher
	Creator
}

// Ensured is an object that is there as it should be.
type Ensured struct {
	// Object is the object as it is stored.
	Object client.Object
	// Existed is whether it was there already, left by an earlier call for the same attempt.
	Existed bool
	// Doubt says why what existed may be somebody else's nevertheless (see Judge); mostly empty.
	Doubt string
}

// maxCreations is how often one Ensure creates: immediately, and again after each of two objects that were in the way.
const maxCreations = 3

// Ensure creates an object, unless it is there as it would be created (see Same), or as admission rewrites what would
// be created (see Judge). What else has its name
//
//   - is replaced where it is the same application's, or that of an application that no longer exists: it is deleted by
//     its UID, after the decision was confirmed. As long as it does not go, or its application is being deleted, the
//     error is a WaitError;
//   - is left alone where it is anybody else's, or names this application as its owner and comes back when it was
//     deleted: a ConflictError.
//
// Ensure is idempotent: whatever call failed before, the same call finds what is there and goes on. An object that the
// API server finds invalid is an InvalidError of package planning.
func Ensure(ctx context.Context, c Client, desired client.Object, confirm submission.Confirm) (Ensured, error) {
	var removed client.Object
	for range maxCreations {
		created, err := create(ctx, c, desired)
		isTaken := apierrors.IsAlreadyExists(err)
		if err == nil || !isTaken && !isRefusal(err) {
			return Ensured{Object: created}, err
		}
		existing, lookErr := get(ctx, c, desired)
		switch {
		case lookErr != nil:
			return Ensured{}, lookErr
		case existing == nil && isTaken:
			continue // It went away between creation and look-up.
		case existing == nil:
			return Ensured{}, err
		}
		ensured, askErr := adopt(ctx, c, desired, existing)
		switch {
		case askErr != nil || ensured.Existed:
			return ensured, askErr
		case !isTaken:
			return Ensured{}, err
		}
		if err := afterRemoval(removed, existing, desired); err != nil {
			return Ensured{}, err
		}
		if err := remove(ctx, c, existing, desired, confirm); err != nil {
			return Ensured{}, err
		}
		removed = existing
	}
	return Ensured{}, fmt.Errorf("create %s %s: %w", kindOf(desired), client.ObjectKeyFromObject(desired), errComesAndGoes)
}

// afterRemoval returns why what is in the way is not removed again: it is what was removed and still goes, or somebody
// makes it anew.
func afterRemoval(removed, existing, desired client.Object) error {
	switch {
	case removed == nil:
		return nil
	case existing.GetUID() == removed.GetUID():
		return waitFor(existing, desired)
	case IsOurs(existing, desired) && existing.GetDeletionTimestamp() == nil:
		return &ConflictError{Kind: kindOf(existing), Namespace: existing.GetNamespace(), Name: existing.GetName(), Forged: true}
	}
	return nil
}

// isRefusal reports whether a creation was refused by a rule. Quotas, policies and webhooks are asked before it is seen
// that the name is taken: what a quota refuses may be there, and use the quota up itself.
func isRefusal(err error) bool {
	_, isInvalid := errors.AsType[*planning.InvalidError](err)
	return isInvalid || refusal.Of(err) != refusal.None
}

// adopt returns what existed if it is what was desired, or that as admission has rewritten it; nothing otherwise.
func adopt(ctx context.Context, c Creator, desired, existing client.Object) (Ensured, error) {
	if Same(desired, existing) {
		return Ensured{Object: existing, Existed: true}, nil
	}
	judged, err := Judge(ctx, c, desired, existing, func(admitted client.Object) bool { return Same(rewritten(desired, admitted), existing) })
	if err != nil || !judged.Ours {
		return Ensured{}, err
	}
	return Ensured{Object: existing, Existed: true, Doubt: judged.Doubt}, nil
}

// errComesAndGoes says that others make and delete objects of the name. The same call may succeed later.
var errComesAndGoes = errors.New("what has its name comes and goes")

// Remove makes room for a desired object that somebody else is to create: it does with what has its name what Ensure
// does with what is in the way, and returns the same errors; nil where the name is free.
func Remove(ctx context.Context, c Client, existing, desired client.Object, confirm submission.Confirm) error {
	if err := remove(ctx, c, existing, desired, confirm); err != nil {
		return err
	}
	left, err := get(ctx, c, desired)
	if err != nil || left == nil {
		return err
	}
	return waitFor(left, desired)
}

// create creates a copy: the client may write the answer of a refused creation into what it was given.
func create(ctx context.Context, c Client, desired client.Object) (client.Object, error) {
	created, isObject := desired.DeepCopyObject().(client.Object)
	if !isObject {
		return nil, fmt.Errorf("create %s %s: %T is no object", kindOf(desired), client.ObjectKeyFromObject(desired), desired)
	}
	err := c.Create(ctx, created)
	switch {
	case err == nil:
		return created, nil
	case refusal.Of(err) == refusal.Invalid:
		return nil, planning.Invalid(field.NewPath("spec"), "", err.Error())
	case IsNotServed(err):
		gvk := desired.GetObjectKind().GroupVersionKind()
		return nil, &NotServedError{APIVersion: gvk.GroupVersion().String(), Kind: kindOf(desired)}
	}
	return nil, fmt.Errorf("create %s %s: %w", kindOf(desired), client.ObjectKeyFromObject(desired), err)
}

// get returns the object that has the name of another of its kind, or nil.
func get(ctx context.Context, c Getter, named client.Object) (client.Object, error) {
	existing, isObject := reflect.TypeAssert[client.Object](reflect.New(reflect.TypeOf(named).Elem()))
	if !isObject {
		return nil, fmt.Errorf("get %s: %T is no object", client.ObjectKeyFromObject(named), named)
	}
	key := client.ObjectKeyFromObject(named)
	if err := c.Get(ctx, key, existing); err != nil {
		if apierrors.IsNotFound(err) {
			return nil, nil
		}
		return nil, fmt.Errorf("get %s %s: %w", kindOf(named), key, err)
	}
	return existing, nil
}

// remove deletes what is in the way, if it is ours to delete. One that is being deleted and has no finalizer of ours
// needs nothing but time.
func remove(ctx context.Context, c Client, existing, desired client.Object, confirm submission.Confirm) error {
	if !IsOurs(existing, desired) {
		if err := ownerGone(ctx, c, existing, desired); err != nil {
			return err
		}
	}
	pod, isPod := existing.(*corev1.Pod)
	isHeld := isPod && Held(pod)
	if existing.GetDeletionTimestamp() != nil && !isHeld {
		return waitFor(existing, desired)
	}
	if err := confirm(ctx); err != nil {
		return &UnconfirmedError{err}
	}
	if existing.GetDeletionTimestamp() == nil {
		if err := Delete(ctx, c, existing); err != nil {
			return fmt.Errorf("make room for another: %w", err)
		}
	}
	if isHeld {
		return RemoveFinalizer(ctx, c, pod)
	}
	return nil
}

// IsOurs reports whether both objects have the same controller.
func IsOurs(existing, desired client.Object) bool {
	owner, wanted := metav1.GetControllerOfNoCopy(existing), metav1.GetControllerOfNoCopy(desired)
	return owner != nil && wanted != nil && owner.UID == wanted.UID
}

// ownerGone returns nil where the owner of an object is of the same kind as that of the desired one and no longer
// exists, so that the garbage collector would delete the object as well. The API server is asked: a name can be that of
// a new owner by now.
func ownerGone(ctx context.Context, c Getter, existing, desired client.Object) error {
	owner, wanted := metav1.GetControllerOfNoCopy(existing), metav1.GetControllerOfNoCopy(desired)
	conflict := Conflict(existing)
	isAlike := owner != nil && wanted != nil && owner.Kind == wanted.Kind && owner.APIVersion == wanted.APIVersion
	if !isAlike || len(existing.GetOwnerReferences()) > 1 { // The garbage collector keeps what has another owner.
		return conflict
	}
	current := &metav1.PartialObjectMetadata{TypeMeta: metav1.TypeMeta{APIVersion: owner.APIVersion, Kind: owner.Kind}}
	key := client.ObjectKey{Namespace: existing.GetNamespace(), Name: owner.Name}
	err := c.Get(ctx, key, current)
	switch {
	case apierrors.IsNotFound(err), err == nil && current.UID != owner.UID:
		return nil
	case err != nil:
		return fmt.Errorf("get %s %s, which owns %s %s: %w", owner.Kind, key, kindOf(existing), existing.GetName(), err)
	case current.DeletionTimestamp != nil:
		wait := waitFor(existing, desired)
		wait.Owner, wait.Due = wait.Owner+", which is being deleted", current.DeletionTimestamp.Time
		return wait
	}
	return conflict
}

// kindOf returns the kind of an object, also where a client has left it out.
func kindOf(object client.Object) string {
	if kind := object.GetObjectKind().GroupVersionKind().Kind; kind != "" {
		return kind
	}
	return reflect.TypeOf(object).Elem().Name()
}
