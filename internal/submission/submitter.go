// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package submission

import (
	"context"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/planning"
)

// Submitter starts the driver of a plan.
//
// Submit is idempotent: however often it is called for the same plan, and whatever call to the cluster failed before,
// there is one driver in the end. Its errors say what to do next: an InvalidError or UnsupportedError of package
// planning is about the application and no retry helps, a ConflictError of package apply is about an object of somebody
// else's, and a WaitError about one that goes by itself: the same call succeeds once it is gone. Any other error is the
// cluster's or that of confirm, and the same call may succeed later.
type Submitter interface {
	Submit(ctx context.Context, plan *planning.Plan, confirm Confirm) (Result, error)
}

// Confirm asks whether a decision was taken on the newest version of the application, and returns an error if not. It
// is asked between the finding of objects and their deletion. What another controller has made meanwhile for an attempt
// that follows was made after it had stored so: either it was not found, or the decision is not confirmed. A driver
// would wait in vain for a ConfigMap that a deposed leader deletes.
type Confirm func(context.Context) error

// Result is a driver that was started.
type Result struct {
	// Driver is how the driver and its web UI are reached, for the application's status.
	Driver v1beta2.DriverInfo
	// SparkApplicationID is Spark's id of the application.
	SparkApplicationID string
	// Adopted is whether the driver was there already, left by an earlier call for the same plan.
	Adopted bool
	// Warnings name what the run goes on without.
	Warnings []string
	// Way is how the driver is or was made. It is set beside an error, too, once it is decided.
	Way Way
}

// Way is how an application is submitted. Package mode decides it, once for a submission.
type Way struct {
	// Mode is Native or SparkSubmit.
	Mode string
	// Because says why.
	Because string
	// Notice says in one sentence why native submission gave way to spark-submit; empty where it did not.
	Notice string
}
