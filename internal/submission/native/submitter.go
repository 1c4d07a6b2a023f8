// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package native

import (
	"context"
	"maps"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/internal/apply"
	"github.com/alauda/spark-operator/internal/batchscheduler"
	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/internal/submission"
	"github.com/alauda/spark-operator/internal/submission/dependents"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// Client is what the submitter needs of a client. Get and List must ask the API server and not a cache: they are only
// asked about objects that were just made, or said to exist.
type Client interface {
	apply.Client
	List(ctx context.Context, list client.ObjectList, opts ...client.ListOption) error
}

// Submitter starts drivers by writing their objects.
type Submitter struct {
	client     Client
	schedulers batchscheduler.Schedulers
}

var _ submission.Submitter = (*Submitter)(nil)

// New returns a submitter that writes by the client, on a cluster with those batch schedulers.
func New(c Client, s batchscheduler.Schedulers) *Submitter {
	return &Submitter{client: c, schedulers: s}
}

// +kubebuilder:rbac:groups="",resources=configmaps,verbs=get;create;delete
// +kubebuilder:rbac:groups="",resources=services,verbs=get;create;delete
// +kubebuilder:rbac:groups="",resources=persistentvolumeclaims,verbs=get;create;delete
// +kubebuilder:rbac:groups=networking.k8s.io,resources=networkpolicies,verbs=get;create;delete
// +kubebuilder:rbac:groups="",resources=pods,verbs=get;create;delete;patch

// Submit implements submission.Submitter.
func (s *Submitter) Submit(ctx context.Context, plan *planning.Plan, confirm submission.Confirm) (submission.Result, error) {
	objects, err := plan.Render()
	if err != nil {
		return submission.Result{}, err
	}
	made, err := dependents.Ensure(ctx, s.client, plan, confirm)
	if err != nil {
		return submission.Result{}, err
	}
	driver, attempt := apply.Ensured{}, plan.Attempt()
	for _, object := range objects.InOrder() {
		stamp(object, attempt.SpecHash)
		// The driver is the last of them.
		if driver, err = apply.Ensure(ctx, s.client, object, confirm); err != nil {
			return submission.Result{}, err
		}
	}
	if driver.Doubt != "" {
		made.Warnings = append(made.Warnings, driver.Doubt)
	}
	return submission.Result{
		Driver: made.Driver, Warnings: made.Warnings, SparkApplicationID: attempt.ApplicationID, Adopted: driver.Existed,
	}, nil
}

// stamp notes in an object from which spec it was made. A crash may come between it and the driver, and a change of the
// spec after that: the number of the attempt, and so the object's name, would be the same.
func stamp(object client.Object, specHash string) {
	annotations := maps.Clone(object.GetAnnotations())
	if annotations == nil {
		annotations = map[string]string{}
	}
	annotations[sparklabels.SpecHash] = specHash
	object.SetAnnotations(annotations)
}
