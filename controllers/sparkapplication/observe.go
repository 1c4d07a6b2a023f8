// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkapplication

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/caching"
	"github.com/alauda/spark-operator/internal/decoding"
	"github.com/alauda/spark-operator/internal/identity"
	"github.com/alauda/spark-operator/internal/lifecycle"
	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/internal/stored"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// +kubebuilder:rbac:groups="",resources=pods,verbs=get;list;watch

// observe gathers what a decision needs to know. It returns nil if the application is gone, and a conflict if the cache is behind what was stored here. The pods are the cache's own and not
// to be changed.
func (r *Reconciler) observe(ctx context.Context, key types.NamespacedName) (*lifecycle.Observation, error) {
	pods := &corev1.PodList{}
	ofApplication := client.MatchingFields{caching.PodApplication: key.Name}
	if err := r.Client.List(ctx, pods, client.InNamespace(key.Namespace), ofApplication, client.UnsafeDisableDeepCopy); err != nil {
		return nil, fmt.Errorf("list pods: %w", err)
	}
	app, err := stored.Get(ctx, r.Client, r.APIReader, key)
	problem, isUnreadable := errors.AsType[*decoding.Problem](err)
	switch {
	case apierrors.IsNotFound(err):
		r.known.forget(key)
		return nil, r.removeOrphans(ctx, key, orphansOf(&v1beta2.SparkApplication{}, key.Name, pods.Items))
	case err != nil && !isUnreadable:
		return nil, fmt.Errorf("get application: %w", err)
	}
	if r.known.outdated(app) {
		// Any decision on it would end in a conflict.
		return nil, notNewest(app)
	}
	if err := r.removeOrphans(ctx, key, orphansOf(app, key.Name, pods.Items)); err != nil {
		return nil, err
	}
	obs := &lifecycle.Observation{Now: r.Clock.Now(), App: app, Driver: driverOf(app, pods.Items), Executors: executorsOf(app, pods.Items)}
	obs.Gone = departedExecutors(app, pods.Items, r.known.departedOf(key, !expectsDriver(app), obs.Now))
	obs.Secrets = planning.Secrets(app)
	if isUnreadable {
		obs.Unreadable = problem
		return obs, nil
	}
	if expectsDriver(app) && !isCurrent(app, obs.Driver) {
		driver, err := r.askForDriver(ctx, app)
		if err != nil {
			return nil, err
		}
		obs.Driver = driver
	}
	obs.Driver = r.known.withoutReleased(key, obs.Driver)
	obs.EndSeen = r.known.seenSince(key, lifecycle.Unexplained(*obs), obs.Now)
	obs.SpecHash = r.known.specHash(app)
	obs.Delay = r.known.delayOf(key, identity.SubmissionID(app, app.Status.Attempt+1))
	obs.Blocked = r.blocked(app, pods.Items, obs.Now)
	obs.Refusal = r.refusalOfExecutors(ctx, key, obs)
	obs.Trouble = r.trouble(ctx, key, obs.Driver, obs.Now)
	return obs, nil
}

// RemoveFinalizers removes the finalizers of the drivers of an application in a namespace that is not served, or the namespace could not be deleted. Where the application is gone,
// it does not matter whether another operator serves it: nobody is interested in their end any more.
func (r *Reconciler) RemoveFinalizers(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	app := &stored.SparkApplication{}
	if err := r.Client.Get(ctx, req.NamespacedName, app); !apierrors.IsNotFound(err) {
		if err != nil {
			return ctrl.Result{}, fmt.Errorf("get application: %w", err)
		}
		return r.releaseAbandoned(ctx, req.NamespacedName, !app.GetDeletionTimestamp().IsZero())
	}
	_, err := r.observe(ctx, req.NamespacedName)
	return ctrl.Result{}, err
}

// driverOf returns the application's driver among pods: that of the current attempt if it is there, else one of whichever attempt.
func driverOf(app *v1beta2.SparkApplication, pods []corev1.Pod) *corev1.Pod {
	var driver *corev1.Pod
	for i := range pods {
		pod := &pods[i]
		if pod.Labels[sparklabels.SparkRole] != sparklabels.RoleDriver || !metav1.IsControlledBy(pod, app) {
			continue
		}
		if isCurrent(app, pod) {
			return pod
		}
		driver = cmp.Or(driver, pod)
	}
	return driver
}

// isCurrent reports whether the driver is that of the attempt that the status tells of. Anybody can read the submission id and give a pod its label; of the name there is
// one, and what had it before was looked at.
func isCurrent(app *v1beta2.SparkApplication, driver *corev1.Pod) bool {
	if driver == nil || driver.Labels[sparklabels.SubmissionID] != app.Status.SubmissionID {
		return false
	}
	name := app.Status.DriverInfo.PodName
	return name == "" || name == driver.Name
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

// askForDriver asks the API server for a driver that the cache does not have (yet). What the cache has instead, of an earlier attempt, is what it was
// told at the start by a server that is behind.
func (r *Reconciler) askForDriver(ctx context.Context, app *v1beta2.SparkApplication) (*corev1.Pod, error) {
	pod := &corev1.Pod{}
	key := types.NamespacedName{Namespace: app.Namespace, Name: identity.CurrentDriverPodName(app)}
	if !identity.IsName(key.Name) {
		return nil, nil
	}
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
