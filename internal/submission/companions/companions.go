// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package companions

import (
	"context"
	"fmt"
	"maps"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/internal/identity"
	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/internal/submission"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// Client is what is needed of a client. Get must ask the API server and not a cache.
type Client interface {
	client.Reader
	Create(ctx context.Context, obj client.Object, opts ...client.CreateOption) error
	Delete(ctx context.Context, obj client.Object, opts ...client.DeleteOption) error
}

// +kubebuilder:rbac:groups="",resources=configmaps,verbs=get;create;delete

// Ensure makes the companions of a plan that are not there as the plan has them. It is idempotent. Its errors are those of
// submission.Submitter.
func Ensure(ctx context.Context, c Client, plan *planning.Plan) error {
	for _, object := range plan.Companions() {
		desired, isConfigMap := object.(*corev1.ConfigMap)
		if !isConfigMap {
			return fmt.Errorf("applications have no companion %T", object)
		}
		if err := ensure(ctx, c, desired); err != nil {
			return err
		}
	}
	return nil
}

// ensure creates, and replaces what is in the way and the application's own.
func ensure(ctx context.Context, c Client, desired *corev1.ConfigMap) error {
	err := create(ctx, c, desired)
	if !apierrors.IsAlreadyExists(err) {
		return err
	}
	existing := &corev1.ConfigMap{}
	key := client.ObjectKeyFromObject(desired)
	err = c.Get(ctx, key, existing)
	switch {
	case apierrors.IsNotFound(err):
	case err != nil:
		return fmt.Errorf("get ConfigMap %s, which is said to exist: %w", key, err)
	case !sameOwner(existing, desired):
		return &submission.ConflictError{Kind: "ConfigMap", Namespace: key.Namespace, Name: key.Name, Owner: submission.OwnerOf(existing)}
	case upToDate(existing, desired):
		return nil
	default:
		if err := c.Delete(ctx, existing, client.Preconditions{UID: &existing.UID}); client.IgnoreNotFound(err) != nil {
			return fmt.Errorf("delete ConfigMap %s, which is out of date: %w", key, err)
		}
	}
	if err := create(ctx, c, desired); !apierrors.IsAlreadyExists(err) {
		return err
	}
	// A finalizer keeps it, or somebody was quicker: the next try will tell.
	return &submission.RemnantError{Kind: "ConfigMap", Namespace: key.Namespace, Name: key.Name, UID: existing.UID,
		SubmissionID: existing.Labels[sparklabels.SubmissionID]}
}

// create creates a copy: the client may write the answer of a refused creation into what it was given.
func create(ctx context.Context, c Client, desired *corev1.ConfigMap) error {
	err := c.Create(ctx, desired.DeepCopy())
	switch {
	case err == nil:
		return nil
	case apierrors.IsInvalid(err):
		return &planning.InvalidError{Problems: []planning.Problem{{Field: "spec", Fix: err.Error()}}}
	}
	return fmt.Errorf("create ConfigMap %s: %w", client.ObjectKeyFromObject(desired), err)
}

func sameOwner(existing, desired *corev1.ConfigMap) bool {
	owner, wanted := metav1.GetControllerOf(existing), metav1.GetControllerOf(desired)
	return owner != nil && wanted != nil && owner.UID == wanted.UID
}

// upToDate reports whether a ConfigMap is the one of the attempt. What others added to its labels and annotations is theirs.
func upToDate(existing, desired *corev1.ConfigMap) bool {
	return existing.DeletionTimestamp == nil && existing.Labels[sparklabels.SubmissionID] == desired.Labels[sparklabels.SubmissionID] &&
		identity.SameSpec(existing.Annotations[sparklabels.SpecHash], desired.Annotations[sparklabels.SpecHash]) &&
		len(existing.BinaryData) == 0 && maps.Equal(existing.Data, desired.Data)
}
