// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkconnect

import (
	"context"
	"errors"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/internal/apply"
	"github.com/alauda/spark-operator/internal/connect"
	"github.com/alauda/spark-operator/internal/refusal"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// +kubebuilder:rbac:groups="",resources=services,verbs=get;list;watch;create;delete;patch

// fieldOwner owns the fields of Services that the operator applies.
const fieldOwner = "spark-operator"

// syncService makes the Service of a server as it is to be, and deletes those that it had by other names. It writes
// nothing where nothing differs. It says why there is none that leads to the server, which is nothing that a retry
// mends.
func (r *Reconciler) syncService(ctx context.Context, obs *connect.Observation) (conflict string, err error) {
	desired := connect.Service(obs.Connect, obs.Server)
	found := &corev1.ServiceList{}
	if err := r.Cache.List(ctx, found, client.InNamespace(desired.Namespace), client.MatchingLabels{sparklabels.ConnectName: obs.Connect.Name}); err != nil {
		return "", fmt.Errorf("list Services: %w", err)
	}
	isThere := false
	for i := range found.Items {
		service := &found.Items[i]
		switch {
		case !metav1.IsControlledBy(service, obs.Connect) || service.Labels[sparklabels.SubmissionID] != "" || service.DeletionTimestamp != nil:
		case service.Name == desired.Name:
			isThere = apply.Same(desired, service)
		default:
			if err := r.deleteService(ctx, obs, service); err != nil {
				return "", err
			}
		}
	}
	if isThere {
		return "", nil
	}
	err = r.applyService(ctx, obs, desired)
	if taken, isConflict := errors.AsType[*apply.ConflictError](err); isConflict {
		return taken.Error(), nil
	}
	if refusal.Of(err) != refusal.None {
		return fmt.Sprintf("Service %s is refused: %s", desired.Name, err), nil
	}
	return "", err
}

// deleteService deletes a Service that the server had by another name.
func (r *Reconciler) deleteService(ctx context.Context, obs *connect.Observation, service *corev1.Service) error {
	if err := r.confirmNewest(ctx, obs.Connect); err != nil {
		return err
	}
	return apply.Delete(ctx, r.Client, service)
}

// applyService changes a Service of the server's in place, or makes it. What is somebody else's is left alone. It is
// made with what it can never be without, and the rest is applied: only what is applied goes when it is taken out of
// the spec.
func (r *Reconciler) applyService(ctx context.Context, obs *connect.Observation, desired *corev1.Service) error {
	existing := &corev1.Service{}
	err := r.APIReader.Get(ctx, client.ObjectKeyFromObject(desired), existing)
	switch {
	case apierrors.IsNotFound(err):
		if err := r.confirmNewest(ctx, obs.Connect); err != nil {
			return err
		}
		existing = bare(desired)
		if err := r.Client.Create(ctx, existing); err != nil {
			return fmt.Errorf("create Service %s: %w", desired.Name, err)
		}
	case err != nil:
		return fmt.Errorf("get Service %s: %w", desired.Name, err)
	case !metav1.IsControlledBy(existing, obs.Connect):
		return apply.Conflict(existing)
	case apply.Same(desired, existing):
		return nil
	}
	return r.patchService(ctx, existing, desired)
}

// bare is a Service without labels and annotations of the author's.
func bare(desired *corev1.Service) *corev1.Service {
	made := desired.DeepCopy()
	made.Annotations = nil
	made.Labels = map[string]string{
		sparklabels.CreatedByOperator: desired.Labels[sparklabels.CreatedByOperator], sparklabels.ConnectName: desired.Labels[sparklabels.ConnectName],
	}
	return made
}

// patchService applies the desired Service to this very one.
func (r *Reconciler) patchService(ctx context.Context, existing, desired *corev1.Service) error {
	applied := desired.DeepCopy()
	applied.UID = existing.UID
	content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(applied)
	if err != nil {
		return fmt.Errorf("encode Service %s: %w", desired.Name, err)
	}
	delete(content, "status")
	configuration := client.ApplyConfigurationFromUnstructured(&unstructured.Unstructured{Object: content})
	if err := r.Client.Apply(ctx, configuration, client.FieldOwner(fieldOwner), client.ForceOwnership); err != nil {
		return fmt.Errorf("apply Service %s: %w", desired.Name, err)
	}
	return nil
}
