// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkapplication

import (
	"context"
	"errors"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/identity"
	"github.com/alauda/spark-operator/internal/lifecycle"
	"github.com/alauda/spark-operator/internal/submission"
	"github.com/alauda/spark-operator/internal/submission/sparksubmit"
)

// +kubebuilder:rbac:groups="",resources=pods,verbs=delete

// execute does the actions in order and notes in obs what came of them. It reports whether there is something new to decide on; if
// not, the next step is to wait for the cluster.
func (r *Reconciler) execute(ctx context.Context, obs *lifecycle.Observation, actions []lifecycle.Action) (again bool, err error) {
	for _, action := range actions {
		switch a := action.(type) {
		case lifecycle.Submit:
			obs.Submission, err = r.submit(ctx, obs.App, a.Attempt)
			if errors.Is(err, sparksubmit.ErrPending) {
				obs.Submitting, err = true, nil
			}
			again = true
		case lifecycle.DeleteRun:
			obs.Released, err = r.deleteRun(ctx, obs, a.Attempts)
			again = obs.Released
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

// submit makes the attempt's objects. What the user or the cluster's rules are to blame for is an outcome; what another try
// of the same may mend is an error.
func (r *Reconciler) submit(ctx context.Context, app *v1beta2.SparkApplication, attempt identity.Attempt) (*lifecycle.SubmissionOutcome, error) {
	if err := r.confirmNewest(ctx, app); err != nil {
		return nil, err
	}
	warnings, err := r.submitPlan(ctx, app, attempt)
	if _, isRemnant := errors.AsType[*submission.RemnantError](err); isRemnant {
		return nil, errors.Join(err, r.Submitter.Release(ctx, app, attempt))
	}
	outcome := &lifecycle.SubmissionOutcome{Attempt: attempt.Number, Err: err, Warnings: warnings}
	switch {
	case err == nil:
		ctrl.LoggerFrom(ctx).Info("Submitted", "driver", attempt.DriverPodName, "attempt", attempt.Number)
	case isPermanent(err):
		outcome.Permanent = true
	case !isRefusal(err):
		return nil, err
	}
	return outcome, nil
}

// submitPlan resolves the application and submits it, and returns what its author should read.
func (r *Reconciler) submitPlan(ctx context.Context, app *v1beta2.SparkApplication, attempt identity.Attempt) (warnings []string, err error) {
	plan, err := submission.NewPlan(app, attempt, r.Options)
	if err != nil {
		return nil, err
	}
	choice, err := r.Submitter.Choice(plan)
	if err != nil {
		return nil, err
	}
	if _, err := r.Submitter.Submit(ctx, plan); err != nil {
		return nil, err
	}
	warnings = plan.Warnings()
	if choice.Notice != "" {
		warnings = append(warnings, choice.Notice)
	}
	return warnings, nil
}

// confirmNewest asks the API server whether the decision to submit was taken on the newest version of the application. A cache that lags behind must
// not run a finished application again.
func (r *Reconciler) confirmNewest(ctx context.Context, app *v1beta2.SparkApplication) error {
	newest := &v1beta2.SparkApplication{}
	if err := r.APIReader.Get(ctx, client.ObjectKeyFromObject(app), newest); err != nil {
		return fmt.Errorf("confirm that the application is the newest: %w", err)
	}
	if newest.ResourceVersion != app.ResourceVersion {
		resource := schema.GroupResource{Group: v1beta2.GroupVersion.Group, Resource: "sparkapplications"}
		return apierrors.NewConflict(resource, app.Name, errors.New("it was changed meanwhile"))
	}
	return nil
}

// deleteRun deletes the pods that were observed and what else the attempts made. It reports whether nothing is left: pods and a running
// spark-submit take a while to end, and their end starts another reconcile.
func (r *Reconciler) deleteRun(ctx context.Context, obs *lifecycle.Observation, attempts []identity.Attempt) (released bool, err error) {
	pods := obs.Executors
	if obs.Driver != nil {
		pods = append([]*corev1.Pod{obs.Driver}, pods...)
	}
	var errs []error
	for _, pod := range pods {
		errs = append(errs, r.deletePod(ctx, pod))
	}
	stopping := false
	for _, attempt := range attempts {
		err := r.Submitter.Release(ctx, obs.App, attempt)
		if errors.Is(err, sparksubmit.ErrStopping) {
			stopping = true
			continue
		}
		errs = append(errs, err)
	}
	return len(pods) == 0 && !stopping, errors.Join(errs...)
}

// deletePod deletes this very pod, not another that has its name by now.
func (r *Reconciler) deletePod(ctx context.Context, pod *corev1.Pod) error {
	if !pod.DeletionTimestamp.IsZero() {
		return nil
	}
	err := r.Client.Delete(ctx, pod, client.Preconditions{UID: &pod.UID})
	if client.IgnoreNotFound(err) == nil || apierrors.IsConflict(err) {
		return nil
	}
	return fmt.Errorf("delete pod %s: %w", pod.Name, err)
}

func (r *Reconciler) deleteApplication(ctx context.Context, app *v1beta2.SparkApplication) error {
	if err := r.confirmNewest(ctx, app); err != nil {
		return client.IgnoreNotFound(err)
	}
	return client.IgnoreNotFound(r.Client.Delete(ctx, app, client.Preconditions{UID: &app.UID, ResourceVersion: &app.ResourceVersion}))
}
