// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkapplication

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

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
	"github.com/alauda/spark-operator/internal/staleness"
	"github.com/alauda/spark-operator/internal/stored"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// +kubebuilder:rbac:groups="",resources=pods,verbs=get;list;watch

// observe gathers what a decision needs to know, and the drivers that are left of applications of the name that are
// gone (see orphansOf). It writes nothing. It returns no observation if the application is gone, and a conflict if the
// cache has not caught up with what was stored here. The pods are the cache's own and not to be changed.
func (r *Reconciler) observe(ctx context.Context, key types.NamespacedName) (obs *lifecycle.Observation, orphans []*corev1.Pod, err error) {
	pods := &corev1.PodList{}
	ofApplication := client.MatchingFields{caching.PodApplication: key.Name}
	if err := r.Client.List(ctx, pods, client.InNamespace(key.Namespace), ofApplication, client.UnsafeDisableDeepCopy); err != nil {
		return nil, nil, fmt.Errorf("list pods: %w", err)
	}
	r.known.podWrites.asStored(key, pods.Items, r.Clock.Now())
	app, err := r.application(ctx, key)
	problem, isUnreadable := errors.AsType[*decoding.Problem](err)
	switch {
	case apierrors.IsNotFound(err):
		return nil, orphansOf(&v1beta2.SparkApplication{}, key.Name, pods.Items), nil
	case err != nil && !isUnreadable:
		return nil, nil, err
	}
	orphans = orphansOf(app, key.Name, pods.Items)
	obs = &lifecycle.Observation{Now: r.Clock.Now(), App: app, Driver: driverOf(app, pods.Items), Executors: executorsOf(app, pods.Items)}
	obs.Gone = r.gone(app, pods.Items, obs.Now)
	obs.Secrets = planning.Secrets(app)
	if isUnreadable {
		obs.Unreadable = problem
		return obs, orphans, nil
	}
	if name := doubtfulDriver(app, obs.Driver, obs.Now); name != "" {
		if obs.Driver, err = r.askForDriver(ctx, app, name); err != nil {
			return nil, nil, err
		}
	}
	obs.EndSeen = r.known.ends.seenSince(app, lifecycle.Unexplained(*obs), obs.Now)
	obs.SpecHash = r.known.specs.hash(app)
	obs.Delay, obs.Blocked = r.holdup(app, pods.Items, obs.Now)
	obs.Refusal = r.refusalOfExecutors(ctx, obs)
	obs.Trouble = r.trouble(ctx, app, obs.Driver, obs.Now)
	return obs, orphans, nil
}

// application reads the application from the cache, or from the API server where the cache has not caught up for too
// long. It returns a conflict where it has not caught up yet: any decision would end in one.
func (r *Reconciler) application(ctx context.Context, key types.NamespacedName) (*v1beta2.SparkApplication, error) {
	app, err := stored.Get(ctx, r.Client, r.APIReader, key)
	if _, isUnreadable := errors.AsType[*decoding.Problem](err); err != nil && !isUnreadable {
		return nil, fmt.Errorf("get application: %w", err)
	}
	switch r.known.versions.Judge(app, r.Clock.Now()) {
	case staleness.Stale:
		return nil, notNewest(app)
	case staleness.Overdue:
		app, err = stored.Get(ctx, r.APIReader, r.APIReader, key)
		if _, isUnreadable := errors.AsType[*decoding.Problem](err); err != nil && !isUnreadable {
			return nil, fmt.Errorf("get application of which the cache has an old version: %w", err)
		}
		r.known.versions.Confirmed(app, r.Clock.Now())
	case staleness.Current:
	}
	return app, err
}

// gone returns the executors of the application that have gone lately; those of a run that is over are of no interest
// any more.
func (r *Reconciler) gone(app *v1beta2.SparkApplication, pods []corev1.Pod, now time.Time) []*corev1.Pod {
	key := client.ObjectKeyFromObject(app)
	if !expectsDriver(app) {
		r.known.departed.Forget(key)
		return nil
	}
	return departedExecutors(app, pods, r.known.departed.lately(key, now))
}

// RemoveFinalizers removes the finalizers of the drivers of an application in a namespace that is not served, or the
// namespace could not be deleted. Where the application is gone, it does not matter whether another operator serves it:
// nobody is interested in their end any more. Nothing is remembered of what is not served.
func (r *Reconciler) RemoveFinalizers(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	r.known.forget(req.NamespacedName)
	app := &stored.SparkApplication{}
	if err := r.Client.Get(ctx, req.NamespacedName, app); !apierrors.IsNotFound(err) {
		if err != nil {
			return ctrl.Result{}, fmt.Errorf("get application: %w", err)
		}
		return r.removeAbandonedFinalizers(ctx, req.NamespacedName, !app.GetDeletionTimestamp().IsZero())
	}
	_, orphans, err := r.observe(ctx, req.NamespacedName)
	if err != nil {
		return ctrl.Result{}, err
	}
	return ctrl.Result{}, r.removeOrphans(ctx, req.NamespacedName, orphans)
}

// driverOf returns the application's driver among pods: that of the current attempt if it is there, else one of
// whichever attempt.
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

// isCurrent reports whether the driver is that of the attempt that the status describes. Anybody can read the
// submission id and give a pod its label; of the name there is one, and what had it before was looked at.
func isCurrent(app *v1beta2.SparkApplication, driver *corev1.Pod) bool {
	if driver == nil || driver.Labels[sparklabels.SubmissionID] != app.Status.SubmissionID {
		return false
	}
	name := app.Status.DriverInfo.PodName
	return name == "" || name == driver.Name
}

// expectsDriver reports whether a missing driver would mean that it is lost. Of a state that is unknown, only the
// driver can say what it should be.
func expectsDriver(app *v1beta2.SparkApplication) bool {
	switch state := app.Status.AppState.State; state {
	case v1beta2.ApplicationStateSubmitted, v1beta2.ApplicationStateRunning, v1beta2.ApplicationStateUnknown:
		return true
	default:
		return !state.Known()
	}
}

// doubtfulDriver returns the name of the driver pod that the API server is to be asked for, or nothing where the
// cache's word will do: the driver is not there, or is another than the status describes; or the application has ended,
// and its driver has not. A driver that has ended is not deleted for what a cache that lags behind says.
func doubtfulDriver(app *v1beta2.SparkApplication, driver *corev1.Pod, now time.Time) string {
	hasEnded := app.Status.AppState.State == v1beta2.ApplicationStateCompleted || app.Status.AppState.State == v1beta2.ApplicationStateFailed
	switch {
	case expectsDriver(app) && !isCurrent(app, driver):
		return identity.CurrentDriverPodName(app)
	case hasEnded && driver != nil && lifecycle.MayRun(driver, now):
		return driver.Name
	default:
		return ""
	}
}

// askForDriver asks the API server for a driver that the cache does not have (yet). What the cache has instead, of an
// earlier attempt, is what a stale server gave it at the start.
func (r *Reconciler) askForDriver(ctx context.Context, app *v1beta2.SparkApplication, name string) (*corev1.Pod, error) {
	pod := &corev1.Pod{}
	key := types.NamespacedName{Namespace: app.Namespace, Name: name}
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
