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
	"github.com/alauda/spark-operator/pkg/podmutation"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// +kubebuilder:rbac:groups="",resources=pods,verbs=get;delete;patch
// +kubebuilder:rbac:groups="",resources=configmaps,verbs=get
// +kubebuilder:rbac:groups="",resources=services,verbs=list

// The process acts by the operator's own account.
//
// +kubebuilder:rbac:groups="",resources=pods,verbs=create
// +kubebuilder:rbac:groups="",resources=configmaps;services;persistentvolumeclaims,verbs=create;patch

// ownVolumes are the volumes of ConfigMaps that Spark's client makes after the driver pod. Others are the user's, and
// it is for the user to make them.
var ownVolumes = []string{"spark-conf-volume-driver", "pod-template-volume"}

// found is the driver pod of a plan that is there.
type found struct {
	*corev1.Pod
	// doubt says why it may be somebody else's nevertheless (see apply.Judge); mostly empty.
	doubt string
}

// driver returns the driver pod of a plan, or nil where there is no pod of the name. What else has the name is dealt
// with as package apply does.
func (s *Submitter) driver(ctx context.Context, plan *planning.Plan, confirm submission.Confirm) (*found, error) {
	pod, err := s.named(ctx, plan)
	if err != nil || pod == nil {
		return nil, err
	}
	judged, err := s.judge(ctx, plan, pod)
	if err != nil {
		return nil, err
	}
	if judged.Ours {
		if complete, err := s.complete(ctx, pod); err != nil || complete {
			return &found{pod, judged.Doubt}, err
		}
	}
	return nil, apply.Remove(ctx, s.client, pod, wanted(plan), confirm)
}

// made returns the driver pod that is there after a spark-submit, or nil and whether another pod has its name. A
// process that says that it has made a pod is believed: nobody else's can have been in its way.
func (s *Submitter) made(ctx context.Context, plan *planning.Plan, failed error) (driver *found, inTheWay bool, err error) {
	pod, err := s.named(ctx, plan)
	if err != nil || pod == nil {
		return nil, false, err
	}
	judged := apply.Judgement{Ours: isOf(plan, pod)}
	if judged.Ours && failed != nil {
		if judged, err = s.judge(ctx, plan, pod); err != nil {
			return nil, false, err
		}
	}
	if !judged.Ours {
		return nil, true, nil
	}
	complete, err := s.complete(ctx, pod)
	if err != nil {
		return nil, false, err
	}
	if complete {
		return &found{pod, judged.Doubt}, false, nil
	}
	return nil, true, s.deletePod(ctx, pod)
}

// wanted is of the driver pod what can be known before spark-submit makes it: name and owner.
func wanted(plan *planning.Plan) *corev1.Pod {
	return &corev1.Pod{ObjectMeta: metav1.ObjectMeta{
		Namespace: plan.Namespace(), Name: plan.Attempt().DriverPodName, OwnerReferences: []metav1.OwnerReference{podmutation.Owner(plan.App())},
	}}
}

// named returns the pod that has the name of the plan's driver, or nil.
func (s *Submitter) named(ctx context.Context, plan *planning.Plan) (*corev1.Pod, error) {
	pod, key := &corev1.Pod{}, types.NamespacedName{Namespace: plan.Namespace(), Name: plan.Attempt().DriverPodName}
	if err := s.client.Get(ctx, key, pod); err != nil {
		if apierrors.IsNotFound(err) {
			return nil, nil
		}
		return nil, fmt.Errorf("get driver pod %s: %w", key, err)
	}
	return pod, nil
}

// isOf reports whether a pod says that it is the driver of the plan.
func isOf(plan *planning.Plan, pod *corev1.Pod) bool {
	attempt, hash := plan.Attempt(), pod.Annotations[sparklabels.SpecHash]
	return apply.IsOurs(pod, wanted(plan)) && pod.Labels[sparklabels.SubmissionID] == attempt.SubmissionID &&
		hash != "" && identity.SameSpec(hash, attempt.SpecHash) && pod.DeletionTimestamp == nil
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

// resultOf returns the result of a driver that exists. Spark's client draws the application's id at random and lets
// nobody choose it, so the pod is the only one to know.
func resultOf(driver *found, adopted bool) submission.Result {
	result := submission.Result{
		Driver: v1beta2.DriverInfo{PodName: driver.Name}, SparkApplicationID: driver.Labels[sparklabels.SparkAppSelector], Adopted: adopted,
	}
	if driver.doubt != "" {
		result.Warnings = []string{driver.doubt}
	}
	return result
}
