// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package native

import (
	"context"
	"errors"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/apply"
	"github.com/alauda/spark-operator/internal/identity"
	"github.com/alauda/spark-operator/internal/submission"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// +kubebuilder:rbac:groups="",resources=configmaps,verbs=list;delete
// +kubebuilder:rbac:groups="",resources=services,verbs=list;delete
// +kubebuilder:rbac:groups="",resources=persistentvolumeclaims,verbs=list;delete
// +kubebuilder:rbac:groups=networking.k8s.io,resources=networkpolicies,verbs=list;delete
// +kubebuilder:rbac:groups=networking.k8s.io,resources=ingresses,verbs=list;delete
// +kubebuilder:rbac:groups=policy,resources=poddisruptionbudgets,verbs=list;delete

// Release deletes what an attempt made beside its pods. It is idempotent, and deletes nothing that the application does
// not control, whatever its labels say, nor anything that was made after the decision to delete (see
// submission.Confirm).
func (s *Submitter) Release(ctx context.Context, app *v1beta2.SparkApplication, attempt identity.Attempt, confirm submission.Confirm) error {
	found, err := s.gangs(ctx, app, attempt)
	if err != nil {
		return err
	}
	for _, list := range []client.ObjectList{
		&corev1.ServiceList{}, &corev1.ConfigMapList{}, &corev1.PersistentVolumeClaimList{}, &networkingv1.NetworkPolicyList{},
		&networkingv1.IngressList{}, &policyv1.PodDisruptionBudgetList{},
	} {
		objects, err := s.madeFor(ctx, app, attempt, list)
		if err != nil {
			return err
		}
		found = append(found, objects...)
	}
	if len(found) == 0 {
		return nil
	}
	if err := confirm(ctx); err != nil {
		return err
	}
	var errs []error
	for _, object := range found {
		errs = append(errs, apply.Delete(ctx, s.client, object))
	}
	return errors.Join(errs...)
}

// gangs returns the objects that the attempt has made for batch schedulers. Where the cluster does not know a kind
// there are none, and who may not list them has not made any.
func (s *Submitter) gangs(ctx context.Context, app *v1beta2.SparkApplication, attempt identity.Attempt) (found []client.Object, err error) {
	for _, group := range s.schedulers.Groups(app.Name) {
		list := &metav1.PartialObjectMetadataList{}
		list.SetGroupVersionKind(group.Kind.GroupVersion().WithKind(group.Kind.Kind + "List"))
		objects, err := s.madeFor(ctx, app, attempt, list)
		if err != nil && !apply.IsNotServed(err) && !apierrors.IsForbidden(err) {
			return nil, err
		}
		found = append(found, objects...)
	}
	return found, nil
}

// madeFor returns the objects of a kind that the attempt has made and that nobody has deleted.
func (s *Submitter) madeFor(ctx context.Context, app *v1beta2.SparkApplication, attempt identity.Attempt, list client.ObjectList) (found []client.Object, err error) {
	selector := client.MatchingLabels{sparklabels.SubmissionID: attempt.SubmissionID}
	if err := s.client.List(ctx, list, client.InNamespace(app.Namespace), selector); err != nil {
		return nil, fmt.Errorf("list objects of attempt %d: %w", attempt.Number, err)
	}
	err = meta.EachListItem(list, func(item runtime.Object) error {
		if object, isObject := item.(client.Object); isObject && metav1.IsControlledBy(object, app) && object.GetDeletionTimestamp() == nil {
			found = append(found, object)
		}
		return nil
	})
	return found, err
}
