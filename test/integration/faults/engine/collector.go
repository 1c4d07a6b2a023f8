// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"context"
	"fmt"
	"slices"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// CollectGarbage has the garbage collector look, as it does by itself when something was deleted.
func (t *Trial) CollectGarbage() { t.Update(func() { t.litter = true }) }

// collectGarbage deletes, until ctx ends, what has owners and none that lives, whenever something was deleted.
func (t *Trial) collectGarbage(ctx context.Context) {
	for ctx.Err() == nil {
		t.mu.Lock()
		litter, changed := t.litter && !t.Uncollected, t.changed
		t.litter = t.litter && !litter
		t.mu.Unlock()
		if litter {
			if err := t.collect(ctx); err != nil && ctx.Err() == nil {
				t.Note("garbage collector: %v", err)
				time.AfterFunc(100*time.Millisecond, t.CollectGarbage)
			}
			continue
		}
		select {
		case <-changed:
		case <-ctx.Done():
		}
	}
}

// collectTheRest has the garbage collector look once more, when the script is over.
func (t *Trial) collectTheRest(ctx context.Context) error {
	waited := t.Uncollected
	t.Update(func() { t.Uncollected, t.litter = false, true })
	if !waited {
		return nil
	}
	return t.Await(ctx, "the garbage to be collected", func() bool {
		alive := t.alive()
		return !slices.ContainsFunc(t.everything(), func(o client.Object) bool { return len(o.GetOwnerReferences()) > 0 && !ownedByAny(o, alive) })
	})
}

// alive are the objects as last seen. The caller holds the lock.
func (t *Trial) alive() map[types.UID]bool {
	alive := map[types.UID]bool{}
	for _, object := range t.everything() {
		alive[object.GetUID()] = true
	}
	return alive
}

func (t *Trial) collect(ctx context.Context) error {
	var objects []client.Object
	var alive map[types.UID]bool
	t.Locked(func() { objects, alive = t.everything(), t.alive() })
	for _, object := range objects {
		if object.GetDeletionTimestamp() != nil || len(object.GetOwnerReferences()) == 0 || ownedByAny(object, alive) {
			continue
		}
		if lives, err := t.ownerLives(ctx, object); err != nil || lives {
			return err
		}
		uid := object.GetUID()
		copied, _ := object.DeepCopyObject().(client.Object)
		if err := client.IgnoreNotFound(t.API.Delete(ctx, copied, client.Preconditions{UID: &uid})); err != nil {
			return err
		}
	}
	return nil
}

func ownedByAny(object client.Object, alive map[types.UID]bool) bool {
	return slices.ContainsFunc(object.GetOwnerReferences(), func(o metav1.OwnerReference) bool { return alive[o.UID] })
}

// ownerLives asks the API server for the controller of an object: the watch of owners may be stale.
func (t *Trial) ownerLives(ctx context.Context, object client.Object) (bool, error) {
	reference := metav1.GetControllerOf(object)
	if reference == nil {
		return false, nil
	}
	owner := &metav1.PartialObjectMetadata{}
	owner.SetGroupVersionKind(schema.FromAPIVersionAndKind(reference.APIVersion, reference.Kind))
	err := t.API.Get(ctx, client.ObjectKey{Namespace: t.Namespace, Name: reference.Name}, owner)
	return err == nil && owner.GetUID() == reference.UID, client.IgnoreNotFound(err)
}

// Left lists everything in the namespace that the controller or a user makes.
func (t *Trial) Left(ctx context.Context) ([]client.Object, error) {
	var left []client.Object
	for _, kind := range slices.Concat(t.subject.Watched, t.subject.Made) {
		list, _ := kind.DeepCopyObject().(client.ObjectList)
		if err := t.API.List(ctx, list, client.InNamespace(t.Namespace)); err != nil {
			return nil, err
		}
		objects, err := objectsIn(list)
		if err != nil {
			return nil, err
		}
		left = append(left, objects...)
	}
	return left, nil
}

// Emptied waits until the namespace holds nothing but what is to be kept.
func (t *Trial) Emptied(ctx context.Context, keep func(client.Object) bool) error {
	var left []string
	err := t.Await(ctx, "nothing to be left", func() bool {
		left = nil
		for _, object := range slices.DeleteFunc(t.everything(), keep) {
			left = append(left, fmt.Sprintf("%T %s", object, object.GetName()))
		}
		return len(left) == 0
	})
	if err != nil {
		return fmt.Errorf("%w: %v", err, left)
	}
	return nil
}
