// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparksubmit

import (
	"context"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/apply"
	"github.com/alauda/spark-operator/internal/identity"
	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/internal/submission"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// +kubebuilder:rbac:groups="",resources=pods,verbs=get;delete
// +kubebuilder:rbac:groups="",resources=configmaps,verbs=get
// +kubebuilder:rbac:groups="",resources=services,verbs=list

// The process acts by the operator's own account.
//
// +kubebuilder:rbac:groups="",resources=pods,verbs=create
// +kubebuilder:rbac:groups="",resources=configmaps;services;persistentvolumeclaims,verbs=create;patch

// ownVolumes are the volumes of ConfigMaps that Spark's client makes after the driver pod. Others are the user's, and it is
// for the user to make them.
var ownVolumes = []string{"spark-conf-volume-driver", "pod-template-volume"}

// driver looks for the driver pod of a plan. It returns nil where there is no pod of the name, and an error where it is not
// a driver that this plan has: a ConflictError, a RemnantError, or what kept it from looking.
func (s *Submitter) driver(ctx context.Context, plan *planning.Plan) (*corev1.Pod, error) {
	attempt := plan.Attempt()
	key := types.NamespacedName{Namespace: plan.Namespace(), Name: attempt.DriverPodName}
	pod := &corev1.Pod{}
	if err := s.client.Get(ctx, key, pod); err != nil {
		if apierrors.IsNotFound(err) {
			return nil, nil
		}
		return nil, fmt.Errorf("get driver pod %s: %w", key, err)
	}
	app := plan.App()
	if !metav1.IsControlledBy(pod, app) {
		return nil, &apply.ConflictError{Kind: "Pod", Namespace: key.Namespace, Name: key.Name, Owner: apply.OwnerOf(pod)}
	}
	id := pod.Labels[sparklabels.SubmissionID]
	sameSpec := identity.SameSpec(pod.Annotations[sparklabels.SpecHash], attempt.SpecHash)
	if id != attempt.SubmissionID || !sameSpec || pod.DeletionTimestamp != nil {
		return nil, remnant(pod)
	}
	complete, err := s.complete(ctx, pod)
	if err != nil || complete {
		return pod, err
	}
	if err := s.deletePod(ctx, pod); err != nil {
		return nil, err
	}
	return nil, remnant(pod)
}

// complete returns whether a driver pod has what it waits for. One that has started had it.
func (s *Submitter) complete(ctx context.Context, pod *corev1.Pod) (bool, error) {
	if phase := pod.Status.Phase; phase != corev1.PodPending && phase != "" {
		return true, nil
	}
	for i := range pod.Spec.Volumes {
		volume := &pod.Spec.Volumes[i]
		if volume.ConfigMap == nil || !slices.Contains(ownVolumes, volume.Name) {
			continue
		}
		key := types.NamespacedName{Namespace: pod.Namespace, Name: volume.ConfigMap.Name}
		if err := s.client.Get(ctx, key, &corev1.ConfigMap{}); err != nil {
			if apierrors.IsNotFound(err) {
				return false, nil
			}
			return false, fmt.Errorf("get ConfigMap %s of the driver: %w", key, err)
		}
	}
	services := &corev1.ServiceList{}
	selector := client.MatchingLabels{sparklabels.SparkAppSelector: pod.Labels[sparklabels.SparkAppSelector]}
	if err := s.client.List(ctx, services, client.InNamespace(pod.Namespace), selector); err != nil {
		return false, fmt.Errorf("list Services of the driver: %w", err)
	}
	return len(services.Items) > 0, nil
}

// deletePod deletes the pod. How it ends is of no interest.
func (s *Submitter) deletePod(ctx context.Context, pod *corev1.Pod) error {
	if pod.DeletionTimestamp == nil {
		if err := apply.Delete(ctx, s.client, pod); err != nil {
			return err
		}
	}
	return apply.RemoveFinalizer(ctx, s.client, pod)
}

func remnant(pod *corev1.Pod) error {
	return &apply.RemnantError{Kind: "Pod", Namespace: pod.Namespace, Name: pod.Name, UID: pod.UID,
		SubmissionID: pod.Labels[sparklabels.SubmissionID]}
}

// resultOf returns the result of a driver that exists. Spark's client draws the application's id at random and lets nobody
// choose it, so the pod is the only one to know.
func resultOf(pod *corev1.Pod, adopted bool) submission.Result {
	return submission.Result{Driver: v1beta2.DriverInfo{PodName: pod.Name}, SparkApplicationID: pod.Labels[sparklabels.SparkAppSelector], Adopted: adopted}
}
