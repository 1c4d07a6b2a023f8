// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package native

import (
	"context"
	"errors"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/identity"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// +kubebuilder:rbac:groups="",resources=configmaps,verbs=list;delete
// +kubebuilder:rbac:groups="",resources=services,verbs=list;delete
// +kubebuilder:rbac:groups="",resources=persistentvolumeclaims,verbs=list;delete
// +kubebuilder:rbac:groups=networking.k8s.io,resources=networkpolicies,verbs=list;delete

// Release deletes what an attempt made beside its pods. It is idempotent, and deletes nothing that the application does not
// control, whatever its labels say.
func (s *Submitter) Release(ctx context.Context, app *v1beta2.SparkApplication, attempt identity.Attempt) error {
	var errs []error
	for _, list := range []client.ObjectList{
		&corev1.ServiceList{}, &corev1.ConfigMapList{}, &corev1.PersistentVolumeClaimList{}, &networkingv1.NetworkPolicyList{},
	} {
		errs = append(errs, s.releaseAll(ctx, app, attempt, list))
	}
	return errors.Join(errs...)
}

func (s *Submitter) releaseAll(ctx context.Context, app *v1beta2.SparkApplication, attempt identity.Attempt, list client.ObjectList) error {
	selector := client.MatchingLabels{sparklabels.SubmissionID: attempt.SubmissionID}
	if err := s.client.List(ctx, list, client.InNamespace(app.Namespace), selector); err != nil {
		return fmt.Errorf("list objects of attempt %d: %w", attempt.Number, err)
	}
	return meta.EachListItem(list, func(item runtime.Object) error {
		object, isObject := item.(client.Object)
		if !isObject || !metav1.IsControlledBy(object, app) || object.GetDeletionTimestamp() != nil {
			return nil
		}
		uid := object.GetUID()
		err := s.client.Delete(ctx, object, client.Preconditions{UID: &uid})
		if client.IgnoreNotFound(err) == nil || apierrors.IsConflict(err) {
			return nil
		}
		return fmt.Errorf("delete %T %s: %w", object, object.GetName(), err)
	})
}
