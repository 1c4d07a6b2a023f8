// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkapplication

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/identity"
	"github.com/alauda/spark-operator/internal/index"
	"github.com/alauda/spark-operator/internal/lifecycle"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// +kubebuilder:rbac:groups="",resources=pods,verbs=get;list;watch

// observe gathers what a decision needs to know. It returns nil if the application is gone.
func (r *Reconciler) observe(ctx context.Context, key types.NamespacedName) (*lifecycle.Observation, error) {
	app := &v1beta2.SparkApplication{}
	if err := r.Client.Get(ctx, key, app); err != nil {
		return nil, client.IgnoreNotFound(err)
	}
	pods := &corev1.PodList{}
	if err := r.Client.List(ctx, pods, client.InNamespace(key.Namespace), client.MatchingFields{index.PodApplication: key.Name}); err != nil {
		return nil, fmt.Errorf("list pods: %w", err)
	}
	obs := &lifecycle.Observation{Now: r.Clock.Now(), App: app, Driver: driverOf(app, pods.Items), Executors: executorsOf(app, pods.Items)}
	if obs.Driver == nil && expectsDriver(app) {
		driver, err := r.askForDriver(ctx, app)
		if err != nil {
			return nil, err
		}
		obs.Driver = driver
	}
	return obs, nil
}

// driverOf returns the application's driver among pods, of whichever attempt.
func driverOf(app *v1beta2.SparkApplication, pods []corev1.Pod) *corev1.Pod {
	for i := range pods {
		if pod := &pods[i]; pod.Labels[sparklabels.SparkRole] == sparklabels.RoleDriver && metav1.IsControlledBy(pod, app) {
			return pod
		}
	}
	return nil
}

// executorsOf returns the executors of the application's current and next attempt among pods, by name: a label with a submission id that follows from the
// application's UID is the proof of origin that remains when the driver, their owner, is gone.
func executorsOf(app *v1beta2.SparkApplication, pods []corev1.Pod) []*corev1.Pod {
	ours := []string{
		identity.Of(app, app.Status.Attempt).SubmissionID,
		identity.Of(app, app.Status.Attempt+1).SubmissionID,
	}
	var executors []*corev1.Pod
	for i := range pods {
		pod := &pods[i]
		if pod.Labels[sparklabels.SparkRole] == sparklabels.RoleExecutor && slices.Contains(ours, pod.Labels[sparklabels.SubmissionID]) {
			executors = append(executors, pod)
		}
	}
	slices.SortFunc(executors, func(a, b *corev1.Pod) int { return cmp.Compare(a.Name, b.Name) })
	return executors
}

// expectsDriver reports whether a missing driver would mean that it is lost.
func expectsDriver(app *v1beta2.SparkApplication) bool {
	switch app.Status.AppState.State {
	case v1beta2.ApplicationStateSubmitted, v1beta2.ApplicationStateRunning, v1beta2.ApplicationStateUnknown:
		return true
	default:
		return false
	}
}

// askForDriver asks the API server for a driver that the cache does not have (yet).
func (r *Reconciler) askForDriver(ctx context.Context, app *v1beta2.SparkApplication) (*corev1.Pod, error) {
	pod := &corev1.Pod{}
	key := types.NamespacedName{Namespace: app.Namespace, Name: app.Status.DriverInfo.PodName}
	if err := r.APIReader.Get(ctx, key, pod); err != nil {
		if client.IgnoreNotFound(err) == nil {
			return nil, nil
		}
		return nil, fmt.Errorf("get driver pod: %w", err)
	}
	if !metav1.IsControlledBy(pod, app) {
		return nil, nil
	}
	return pod, nil
}
