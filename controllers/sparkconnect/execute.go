// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkconnect

import (
	"context"
	"errors"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1alpha1"
	"github.com/alauda/spark-operator/internal/apply"
	"github.com/alauda/spark-operator/internal/connect"
	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/internal/refusal"
	"github.com/alauda/spark-operator/internal/submission"
)

// +kubebuilder:rbac:groups="",resources=pods,verbs=delete

// execute does the actions in order and notes in obs what came of them. It reports whether there is something new to
// decide on; if not, the next step is to wait for the cluster.
func (r *Reconciler) execute(ctx context.Context, obs *connect.Observation, actions []connect.Action) (again bool, err error) {
	for _, action := range actions {
		switch a := action.(type) {
		case connect.Start:
			err = r.start(ctx, obs, a.Attempt)
			again = true
		case connect.DeletePods:
			err = r.deletePods(ctx, obs, a)
		case connect.Release:
			err = r.Submitter.Release(ctx, connect.Application(obs.Connect), connect.Attempt(obs.Connect, a.Attempt, ""), r.confirmation(obs.Connect))
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

// start makes the objects of an attempt, and notes what came of it. What the cluster's rules refuse is an outcome; what
// a retry may mend is an error.
func (r *Reconciler) start(ctx context.Context, obs *connect.Observation, number int64) error {
	if err := r.confirmNewest(ctx, obs.Connect); err != nil {
		return err
	}
	outcome := &connect.Started{Attempt: number}
	plan, err := connect.NewPlan(obs.Connect, number, obs.SpecHash, r.Options)
	if err == nil {
		var made submission.Result
		made, err = r.Submitter.Submit(ctx, plan, r.confirmation(obs.Connect))
		outcome.SparkApplicationID, outcome.Warnings = made.SparkApplicationID, made.Warnings
	}
	wait, isWait := errors.AsType[*apply.WaitError](err)
	switch {
	case err == nil:
	case isWait:
		outcome.Blocked = wait.Error()
	case isRefusal(err):
		outcome.Err = connect.AsServer(err).Error()
	default:
		return err
	}
	obs.Started = outcome
	return nil
}

// isRefusal reports whether a working API server, or the plan, has said no; any other error is on the way to an answer.
func isRefusal(err error) bool {
	if _, isUnconfirmed := errors.AsType[*apply.UnconfirmedError](err); isUnconfirmed {
		return false
	}
	_, isInvalid := errors.AsType[*planning.InvalidError](err)
	_, isUnsupported := errors.AsType[*planning.UnsupportedError](err)
	_, isConflict := errors.AsType[*apply.ConflictError](err)
	return isInvalid || isUnsupported || isConflict || refusal.Of(err) != refusal.None
}

// deletePods deletes pods by their UID. A stale cache must not delete the server that came after.
func (r *Reconciler) deletePods(ctx context.Context, obs *connect.Observation, action connect.DeletePods) error {
	pods := action.Pods
	if !action.Force {
		pods = r.known.deleted.pending(obs.Connect, pods, r.Clock.Now())
	}
	if len(pods) == 0 {
		return nil
	}
	if err := r.confirmNewest(ctx, obs.Connect); err != nil {
		return err
	}
	var errs []error
	for _, pod := range pods {
		if action.Force {
			errs = append(errs, r.forcePod(ctx, pod))
			continue
		}
		err := apply.Delete(ctx, r.Client, pod)
		if err == nil {
			r.known.deleted.note(obs.Connect, pod.UID, r.Clock.Now())
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// forcePod deletes a pod without waiting for its node.
func (r *Reconciler) forcePod(ctx context.Context, pod *corev1.Pod) error {
	uid := pod.UID
	err := r.Client.Delete(ctx, pod.DeepCopy(), client.GracePeriodSeconds(0), client.Preconditions{UID: &uid})
	if client.IgnoreNotFound(err) != nil {
		return fmt.Errorf("delete pod %s without its node: %w", pod.Name, err)
	}
	return nil
}

// confirmNewest asks the API server whether the decision was taken on the newest version of the server.
func (r *Reconciler) confirmNewest(ctx context.Context, server *v1alpha1.SparkConnect) error {
	newest := identityOf()
	err := r.APIReader.Get(ctx, client.ObjectKeyFromObject(server), newest)
	if apierrors.IsNotFound(err) {
		return notNewest(server)
	}
	if err != nil {
		return fmt.Errorf("confirm that the Connect server is the newest: %w", err)
	}
	if newest.ResourceVersion != server.ResourceVersion {
		return notNewest(server)
	}
	return nil
}

func (r *Reconciler) confirmation(server *v1alpha1.SparkConnect) submission.Confirm {
	return func(ctx context.Context) error { return r.confirmNewest(ctx, server) }
}

var servers = schema.GroupResource{Group: v1alpha1.GroupVersion.Group, Resource: "sparkconnects"}

// notNewest is what the API server says of a write that is guarded by a version that is not the newest.
func notNewest(server *v1alpha1.SparkConnect) error {
	return apierrors.NewConflict(servers, server.Name, errors.New("it was changed meanwhile"))
}
