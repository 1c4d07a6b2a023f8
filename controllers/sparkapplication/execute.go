// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkapplication

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/apply"
	"github.com/alauda/spark-operator/internal/identity"
	"github.com/alauda/spark-operator/internal/lifecycle"
	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/internal/refusal"
	"github.com/alauda/spark-operator/internal/stored"
	"github.com/alauda/spark-operator/internal/submission"
	"github.com/alauda/spark-operator/internal/submission/dependents"
	"github.com/alauda/spark-operator/internal/submission/sparksubmit"
)

// +kubebuilder:rbac:groups="",resources=pods,verbs=delete;patch

// execute does the actions in order and notes in obs what came of them. It reports whether there is something new to
// decide on; if not, the next step is to wait for the cluster.
func (r *Reconciler) execute(ctx context.Context, obs *lifecycle.Observation, actions []lifecycle.Action) (again bool, err error) {
	for _, action := range actions {
		switch a := action.(type) {
		case lifecycle.Submit:
			err = r.submit(ctx, obs, a.Attempt)
			again = true
		case lifecycle.DeleteRun:
			again, err = r.deleteRun(ctx, obs, a.Attempts)
			obs.RunDeleted(again)
		case lifecycle.DeleteExecutors:
			err = r.deleteExecutors(ctx, obs, a.Names)
		case lifecycle.EndDriverPod:
			err = r.endPod(ctx, obs.Driver)
		case lifecycle.RemoveFinalizer:
			err = r.removeDriverFinalizer(ctx, obs, a.Orphan)
			again = true
		case lifecycle.DeleteApplication:
			err = r.deleteApplication(ctx, obs.App)
		default:
			err = fmt.Errorf("unknown action %s", action)
		}
		if err != nil {
			return false, fmt.Errorf("%s: %w", action, err)
		}
	}
	obs.Now = r.Clock.Now()
	return again, nil
}

// submit makes the attempt's objects, and notes what came of it. What the user or the cluster's rules are to blame for
// is an outcome; what a retry may mend is an error.
func (r *Reconciler) submit(ctx context.Context, obs *lifecycle.Observation, attempt identity.Attempt) error {
	app := obs.App
	if err := r.confirmNewest(ctx, app); err != nil {
		if !isRace(err) {
			r.known.holdups.answered(app) // It is the API server itself that does not answer.
		}
		return err
	}
	outcome := &lifecycle.SubmissionOutcome{Attempt: attempt.Number}
	r.known.unrecorded.Set(app, attempt.Number)
	result, err := r.submitPlan(ctx, obs, attempt)
	outcome.Driver, outcome.Warnings, outcome.Err, obs.Fallback = result.Driver, result.Warnings, planning.HideSecrets(app, asSentence(err)), result.Way.Notice
	if failed, ok := errors.AsType[*sparksubmit.FailedError](err); ok {
		outcome.LogTail = planning.Secrets(app).Mask(failed.Output)
	}
	blocked := r.blockOf(app, attempt, err)
	switch {
	case errors.Is(err, sparksubmit.ErrPending):
		obs.Submitting = true
		if queued, isQueued := errors.AsType[*sparksubmit.QueuedError](err); isQueued {
			obs.Ahead = queued.Ahead
		}
		r.known.holdups.ended(app)
		return nil
	case blocked != nil:
		obs.Blocked = blocked
		r.known.holdups.blocked(app, attempt.SubmissionID, obs.Blocked)
		return nil
	case err == nil:
		ctrl.LoggerFrom(ctx).Info("Submitted", "driver", attempt.DriverPodName, "attempt", attempt.Number, "mode", result.Way.Mode, "because", result.Way.Because)
	case isPermanent(err):
		outcome.Permanent = true
	case !isRefusal(err):
		r.known.holdups.delayed(app, attempt.SubmissionID, outcome.Err, obs.Now)
		tries := r.noteTry(app, err, obs.Now)
		if !r.Policy.GivesUp(tries, obs.Now) {
			return withoutRace(outcome.Err)
		}
		outcome.Reason = lifecycle.FailureSubmissionTimedOut
		outcome.Err = fmt.Errorf("%w; no other answer came to %d tries since %s", outcome.Err, tries.Tries, tries.Since.UTC().Format(time.RFC3339))
	default:
		outcome.Reason = reasonOf(err)
	}
	obs.Submission = outcome
	r.known.holdups.ended(app)
	return nil
}

// noteTry notes whether a try of a submission had no answer although the API server has some for others, and returns
// those in a row so far.
func (r *Reconciler) noteTry(app *v1beta2.SparkApplication, err error, now time.Time) lifecycle.Unanswered {
	if refusal.IsUnanswered(err) {
		return r.known.holdups.unanswered(app, now)
	}
	r.known.holdups.answered(app)
	return lifecycle.Unanswered{}
}

// submitPlan resolves the application and submits it, unless its executors would be refused.
func (r *Reconciler) submitPlan(ctx context.Context, obs *lifecycle.Observation, attempt identity.Attempt) (submission.Result, error) {
	app := obs.App
	plan, err := planning.NewPlan(app, attempt, r.Options)
	if err != nil {
		return submission.Result{}, err
	}
	warnings, err := r.askAboutExecutors(ctx, obs, plan)
	if err != nil {
		return submission.Result{}, err
	}
	result, err := r.Submitter.Submit(ctx, plan, r.confirmation(app))
	result.Warnings = append(warnings, result.Warnings...)
	secrets := planning.Secrets(app)
	for i, warning := range result.Warnings {
		result.Warnings[i] = secrets.Mask(warning)
	}
	result.Warnings = append(plan.Warnings(), result.Warnings...)
	return result, err
}

// confirmNewest asks the API server whether the decision was taken on the newest version of the application. A stale
// cache must not run a finished application again.
func (r *Reconciler) confirmNewest(ctx context.Context, app *v1beta2.SparkApplication) error {
	newest := identityOf()
	err := r.APIReader.Get(ctx, client.ObjectKeyFromObject(app), newest)
	if apierrors.IsNotFound(err) {
		return notNewest(app) // It is gone, and the cache is to say so in a moment.
	}
	if err != nil {
		return fmt.Errorf("confirm that the application is the newest: %w", err)
	}
	if newest.ResourceVersion != app.ResourceVersion {
		return notNewest(app)
	}
	return nil
}

// applications are what notNewest is about.
var applications = schema.GroupResource{Group: v1beta2.GroupVersion.Group, Resource: "sparkapplications"}

// identityOf is read where an application's identity and version are all that matters: that can be read of any.
func identityOf() *metav1.PartialObjectMetadata {
	app := &metav1.PartialObjectMetadata{}
	app.SetGroupVersionKind(v1beta2.GroupVersion.WithKind("SparkApplication"))
	return app
}

// notNewest is what the API server says of a write that is guarded by a version that is not the newest.
func notNewest(app *v1beta2.SparkApplication) error {
	return apierrors.NewConflict(applications, app.Name, errors.New("it was changed meanwhile"))
}

func (r *Reconciler) confirmation(app *v1beta2.SparkApplication) submission.Confirm {
	return func(ctx context.Context) error { return r.confirmNewest(ctx, app) }
}

// deleteRun deletes the pods that were observed and what else the attempts made. It reports whether nothing is left:
// pods and a running spark-submit take a while to end, and their end starts another reconcile. A stale cache must not
// delete the attempt that came after.
func (r *Reconciler) deleteRun(ctx context.Context, obs *lifecycle.Observation, attempts []identity.Attempt) (released bool, err error) {
	if err := r.confirmNewest(ctx, obs.App); err != nil {
		return false, err
	}
	if err := r.confirmNotOrphaned(ctx, obs); err != nil {
		return false, err
	}
	pods := obs.Executors
	if obs.Driver != nil {
		pods = append([]*corev1.Pod{obs.Driver}, pods...)
	}
	var errs []error
	for _, pod := range pods {
		errs = append(errs, r.deletePod(ctx, pod), r.removeFinalizer(ctx, pod))
	}
	stopping := false
	for _, attempt := range attempts {
		err := r.Submitter.Release(ctx, obs.App, attempt, r.confirmation(obs.App))
		if errors.Is(err, sparksubmit.ErrStopping) {
			stopping = true
			continue
		}
		errs = append(errs, err)
	}
	return len(pods) == 0 && !stopping, errors.Join(errs...)
}

// confirmNotOrphaned asks the API server whether the driver of a deleted application is still the application's. Once
// the garbage collector has orphaned it, nothing of the application says so, and the cache may still show it as owned.
func (r *Reconciler) confirmNotOrphaned(ctx context.Context, obs *lifecycle.Observation) error {
	if obs.App.DeletionTimestamp.IsZero() || obs.Driver == nil {
		return nil
	}
	pod := &corev1.Pod{}
	if err := r.APIReader.Get(ctx, client.ObjectKeyFromObject(obs.Driver), pod); err != nil {
		return client.IgnoreNotFound(err)
	}
	if pod.UID == obs.Driver.UID && !metav1.IsControlledBy(pod, obs.App) {
		return apierrors.NewConflict(corev1.Resource("pods"), pod.Name, errors.New("it was orphaned meanwhile"))
	}
	return nil
}

// deletePod deletes the pod, unless somebody has. Where another pod has its name by now, what the cache has by then
// decides.
func (r *Reconciler) deletePod(ctx context.Context, pod *corev1.Pod) error {
	if !pod.DeletionTimestamp.IsZero() || r.known.podWrites.wasDeleted(pod, r.Clock.Now()) {
		return nil
	}
	if err := apply.Delete(ctx, r.Client, pod); err != nil {
		return err
	}
	r.known.podWrites.deleted(pod, r.Clock.Now())
	return nil
}

func (r *Reconciler) deleteExecutors(ctx context.Context, obs *lifecycle.Observation, names []string) error {
	var errs []error
	for _, pod := range obs.Executors {
		if slices.Contains(names, pod.Name) {
			errs = append(errs, r.deletePod(ctx, pod))
		}
	}
	return errors.Join(errs...)
}

// endPod has the kubelet end what still runs in this very pod. Unlike a deletion it leaves the pod and its logs.
func (r *Reconciler) endPod(ctx context.Context, pod *corev1.Pod) error {
	patch := fmt.Appendf(nil, `{"metadata":{"uid":%q},"spec":{"activeDeadlineSeconds":1}}`, pod.UID)
	err := r.Client.Patch(ctx, pod.DeepCopy(), client.RawPatch(types.MergePatchType, patch))
	if client.IgnoreNotFound(err) == nil {
		return nil
	}
	return fmt.Errorf("end pod %s: %w", pod.Name, err)
}

// removeDriverFinalizer removes the finalizer of the observed driver, and observes that. The dependents of the driver
// are deleted first: as long as it has the finalizer, this is done again. An orphaned driver runs on, and keeps them.
func (r *Reconciler) removeDriverFinalizer(ctx context.Context, obs *lifecycle.Observation, orphan bool) error {
	if !orphan {
		if err := dependents.Release(ctx, direct{r.APIReader, r.Client}, r.Options.Features, obs.App, obs.Driver); err != nil {
			return err
		}
	}
	if err := r.removeFinalizer(ctx, obs.Driver); err != nil {
		return err
	}
	obs.Driver = obs.Driver.DeepCopy()
	obs.Driver.Finalizers = withoutFinalizer(obs.Driver)
	return nil
}

// removeFinalizer removes the finalizer of a driver once, although the cache shows it for a while longer.
func (r *Reconciler) removeFinalizer(ctx context.Context, pod *corev1.Pod) error {
	if !apply.Held(pod) {
		return nil
	}
	if err := apply.RemoveFinalizer(ctx, r.Client, pod); err != nil {
		return err
	}
	r.known.podWrites.freed(pod, r.Clock.Now())
	return nil
}

func (r *Reconciler) deleteApplication(ctx context.Context, app *v1beta2.SparkApplication) error {
	if err := r.confirmNewest(ctx, app); err != nil {
		return err
	}
	return client.IgnoreNotFound(r.Client.Delete(ctx, stored.Of(app), client.Preconditions{UID: &app.UID, ResourceVersion: &app.ResourceVersion}))
}
