// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package dependents

import (
	"context"
	"errors"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/util/sets"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/apply"
	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/internal/refusal"
	"github.com/alauda/spark-operator/internal/submission"
)

// Client is what is needed of a client. Get must ask the API server and not a cache.
type Client = apply.Client

// +kubebuilder:rbac:groups="",resources=configmaps,verbs=get;create;delete
// +kubebuilder:rbac:groups="",resources=services,verbs=get;create;delete
// +kubebuilder:rbac:groups=networking.k8s.io,resources=ingresses,verbs=get;create;delete
// +kubebuilder:rbac:groups=policy,resources=poddisruptionbudgets,verbs=get;create;delete

// Made is what came of the dependents of a plan.
type Made struct {
	// Driver is how the driver is reached by them.
	Driver v1beta2.DriverInfo
	// Warnings name those that were refused, and why.
	Warnings []string
}

// Ensure makes the dependents of a plan that are not there as the plan has them. It is idempotent. A run goes on
// without what the cluster's rules refuse, such as a quota of load balancers, or what has its name and is somebody
// else's, unless the driver cannot start without. Its errors are those of submission.Submitter.
func Ensure(ctx context.Context, c Client, plan *planning.Plan, confirm submission.Confirm) (Made, error) {
	made, refused := Made{Driver: v1beta2.DriverInfo{PodName: plan.Attempt().DriverPodName}}, sets.New[string]()
	all, err := plan.Dependents()
	if err != nil {
		return Made{}, err
	}
	for _, dependent := range all {
		if refused.Has(dependent.Needs) {
			continue
		}
		ensured, err := apply.Ensure(ctx, c, dependent.Object, confirm)
		if !dependent.Required && isRefused(err) {
			made.Warnings = append(made.Warnings, "the run goes on without what was refused: "+err.Error())
			refused.Insert(dependent.Object.GetName())
			continue
		}
		if missing, isMissing := errors.AsType[*apply.NotServedError](err); isMissing {
			missing.Install = dependent.Install
		}
		if err != nil {
			return Made{}, err
		}
		if dependent.Note != nil {
			dependent.Note(ensured.Object, &made.Driver)
		}
	}
	return made, nil
}

// isRefused reports whether the same would be refused again: by the API server's rules, those of the cluster, or
// because the name is taken.
func isRefused(err error) bool {
	if _, isUnconfirmed := errors.AsType[*apply.UnconfirmedError](err); isUnconfirmed {
		return false
	}
	_, isConflict := errors.AsType[*apply.ConflictError](err)
	_, isInvalid := errors.AsType[*planning.InvalidError](err)
	return isConflict || isInvalid || refusal.IsDenied(err) || apierrors.IsForbidden(err) || apierrors.IsBadRequest(err) || isExhausted(err)
}

// isExhausted reports whether the cluster has no address or node port left for a Service, which the API server says
// only in words.
func isExhausted(err error) bool {
	return apierrors.IsInternalError(err) && strings.Contains(err.Error(), "range is full")
}
