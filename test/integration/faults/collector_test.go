// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package faults

import (
	"context"
	"fmt"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
)

// collector plays the garbage collector until ctx ends: when something was deleted, it deletes what has owners and none that lives.
func (t *trial) collector(ctx context.Context) {
	for ctx.Err() == nil {
		t.mu.Lock()
		litter, changed := t.litter, t.changed
		t.litter = false
		t.mu.Unlock()
		if litter {
			if err := t.collect(ctx); err != nil && ctx.Err() == nil {
				t.note("garbage collector: %v", err)
				time.AfterFunc(100*time.Millisecond, func() { t.update(func() { t.litter = true }) })
			}
			continue
		}
		select {
		case <-changed:
		case <-ctx.Done():
		}
	}
}

func (t *trial) collect(ctx context.Context) error {
	objects, err := t.objects(ctx)
	if err != nil {
		return err
	}
	alive := map[types.UID]bool{}
	for _, object := range objects {
		alive[object.GetUID()] = true
	}
	for _, object := range objects {
		if object.GetDeletionTimestamp() != nil || len(object.GetOwnerReferences()) == 0 || owned(object, alive) {
			continue
		}
		if lives, err := t.ownerLives(ctx, object); err != nil || lives {
			return err
		}
		uid := object.GetUID()
		if err := client.IgnoreNotFound(t.api.Delete(ctx, object, client.Preconditions{UID: &uid})); err != nil {
			return err
		}
	}
	return nil
}

// objects returns everything in the namespace that a controller makes or that owns such, pods and applications as last seen.
func (t *trial) objects(ctx context.Context) ([]client.Object, error) {
	var objects []client.Object
	for _, list := range []client.ObjectList{
		&corev1.ConfigMapList{}, &corev1.ServiceList{}, &networkingv1.IngressList{}, &policyv1.PodDisruptionBudgetList{},
	} {
		if err := t.api.List(ctx, list, client.InNamespace(t.namespace)); err != nil {
			return nil, err
		}
		items, err := meta.ExtractList(list)
		if err != nil {
			return nil, err
		}
		for _, item := range items {
			if object, isObject := item.(client.Object); isObject {
				objects = append(objects, object)
			}
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, pod := range t.pods {
		objects = append(objects, pod)
	}
	for _, app := range t.apps {
		objects = append(objects, app)
	}
	return objects, nil
}

// ownerLives asks the API server for the controller of an object: the watch of owners may be behind.
func (t *trial) ownerLives(ctx context.Context, object client.Object) (bool, error) {
	reference := metav1.GetControllerOf(object)
	if reference == nil {
		return false, nil
	}
	var owner client.Object = &v1beta2.SparkApplication{}
	if reference.Kind == "Pod" {
		owner = &corev1.Pod{}
	}
	err := t.api.Get(ctx, client.ObjectKey{Namespace: t.namespace, Name: reference.Name}, owner)
	return err == nil && owner.GetUID() == reference.UID, client.IgnoreNotFound(err)
}

func owned(object client.Object, alive map[types.UID]bool) bool {
	for _, owner := range object.GetOwnerReferences() {
		if alive[owner.UID] {
			return true
		}
	}
	return false
}

// emptied waits until the namespace holds nothing but what is to be kept.
func (t *trial) emptied(ctx context.Context, keep func(client.Object) bool) error {
	var left []string
	err := t.poll(ctx, "nothing to be left", func() bool {
		objects, err := t.objects(ctx)
		left = nil
		for _, object := range slices.DeleteFunc(objects, keep) {
			left = append(left, fmt.Sprintf("%T %s", object, object.GetName()))
		}
		return err == nil && len(left) == 0
	})
	if err != nil {
		return fmt.Errorf("%w: %v", err, left)
	}
	return nil
}
