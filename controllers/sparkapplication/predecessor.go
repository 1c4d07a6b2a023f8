// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkapplication

import (
	"context"
	"errors"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/apply"
	"github.com/alauda/spark-operator/internal/identity"
	"github.com/alauda/spark-operator/internal/lifecycle"
	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// predecessorOf returns a driver among pods that may still run and is of an application of the same name that is gone,
// or nil: names are unique, so whoever has another UID is gone. Whatever name the driver itself has, no other is made
// beside it.
func predecessorOf(app *v1beta2.SparkApplication, pods []corev1.Pod, now time.Time) *corev1.Pod {
	for i := range pods {
		pod := &pods[i]
		if pod.Labels[sparklabels.SparkRole] == sparklabels.RoleDriver && isOfPredecessor(pod, app.Name, app.UID) && lifecycle.MayRun(pod, now) {
			return pod
		}
	}
	return nil
}

// isOfPredecessor reports whether the pod's controller is an application of the name with another UID.
func isOfPredecessor(pod *corev1.Pod, name string, current types.UID) bool {
	owner := metav1.GetControllerOfNoCopy(pod)
	return owner != nil && owner.Kind == "SparkApplication" && owner.Name == name && owner.UID != current
}

// holdup returns what delays or blocks the next submission of the application, as far as it is known.
func (r *Reconciler) holdup(app *v1beta2.SparkApplication, pods []corev1.Pod, now time.Time) (*lifecycle.SubmissionDelay, *lifecycle.Blocked) {
	if pod := predecessorOf(app, pods, now); pod != nil {
		// The pod is watched. Once it is gone there is no reason to wait for what was found before.
		r.known.holdups.ended(app)
		waiting := blockedBy(app, apply.Waiting(pod), now)
		waiting.Until = now.Add(time.Minute)
		return nil, waiting
	}
	known := r.known.holdups.of(app, identity.SubmissionID(app, identity.Next(app.Status.Attempt)))
	return known.delay, known.block
}

// blockedBy returns a wait as the lifecycle knows it.
func blockedBy(app *v1beta2.SparkApplication, wait *apply.WaitError, now time.Time) *lifecycle.Blocked {
	return &lifecycle.Blocked{
		What: planning.Secrets(app).Mask(wait.What()), Going: wait.Going(), Since: wait.Since, Due: wait.Due, Until: lifecycle.BlockedUntil(wait.Since, now),
	}
}

// blockOf returns what the submission of an attempt waits for by its error; nil where that is no wait.
func (r *Reconciler) blockOf(app *v1beta2.SparkApplication, attempt identity.Attempt, err error) *lifecycle.Blocked {
	if wait, isWait := errors.AsType[*apply.WaitError](err); isWait {
		return blockedBy(app, wait, r.Clock.Now())
	}
	if kind, isMissing := errors.AsType[*apply.NotServedError](err); isMissing {
		return r.missing(app, attempt, kind)
	}
	return nil
}

// missing returns the wait for a kind that the cluster does not know. The longer it lasts, the more rarely the API
// server is asked whether it has come.
func (r *Reconciler) missing(app *v1beta2.SparkApplication, attempt identity.Attempt, kind *apply.NotServedError) *lifecycle.Blocked {
	now := r.Clock.Now()
	since := now
	if known := r.known.holdups.of(app, attempt.SubmissionID).block; known != nil && known.Missing {
		since = known.Since
	}
	return &lifecycle.Blocked{Missing: true, What: kind.What(), Since: since, Until: lifecycle.BlockedUntil(since, now)}
}

// orphansOf returns the drivers among pods of the application's name that are not the application's, and are kept by
// the operator, or are a predecessor's and nobody has deleted them yet.
func orphansOf(app *v1beta2.SparkApplication, name string, pods []corev1.Pod) []*corev1.Pod {
	var orphans []*corev1.Pod
	for i := range pods {
		pod := &pods[i]
		isLeft := app.UID != "" && pod.DeletionTimestamp == nil && pod.Labels[sparklabels.SparkRole] == sparklabels.RoleDriver && isOfPredecessor(pod, name, app.UID)
		if (isLeft || apply.Held(pod)) && !metav1.IsControlledBy(pod, app) {
			orphans = append(orphans, pod)
		}
	}
	return orphans
}

// maxOrphans is how many orphans one reconcile frees; their change starts the next. Anybody can label pods, and all
// applications share the rate of requests.
const maxOrphans = 20

// removeOrphans frees driver pods whose application is gone, and with it all interest in their end. The API server is
// asked: an application may be newer than the cache. Where an application of the same name has come after it, which may
// need the name of the pod, the pod is deleted, too: the garbage collector would do the same, later.
func (r *Reconciler) removeOrphans(ctx context.Context, key types.NamespacedName, drivers []*corev1.Pod) error {
	if len(drivers) == 0 {
		return nil
	}
	app := identityOf()
	if err := r.APIReader.Get(ctx, key, app); client.IgnoreNotFound(err) != nil {
		return fmt.Errorf("look for the owner of driver pods: %w", err)
	}
	var errs []error
	for _, pod := range drivers[:min(len(drivers), maxOrphans)] {
		if app.UID != "" && metav1.IsControlledBy(pod, app) {
			continue
		}
		if app.UID != "" && isOfPredecessor(pod, app.Name, app.UID) {
			if err := r.deletePod(ctx, pod); err != nil {
				errs = append(errs, err)
				continue
			}
		}
		errs = append(errs, r.removeFinalizer(ctx, pod))
	}
	return errors.Join(errs...)
}
