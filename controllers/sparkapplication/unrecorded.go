// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkapplication

import (
	"context"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/identity"
	"github.com/alauda/spark-operator/internal/memory"
)

// unrecorded are the attempts whose submission was begun here, and whose outcome was not stored by this controller. For
// a moment another one may lead as well; where it was faster, what was made here after it had cleaned up would be left
// until the application is deleted.
type unrecorded struct{ memory.Of[int64] }

// isOver reports whether the attempt that was begun here is over by what somebody stored of it.
func (u *unrecorded) isOver(app *v1beta2.SparkApplication) bool {
	attempt, failure := u.Get(app), app.Status.LastFailure
	hasFailed := failure != nil && failure.Attempt == attempt && failure.Class == v1beta2.FailureClassSubmission
	return attempt > 0 && (app.Status.Attempt > attempt || hasFailed)
}

// releaseUnrecorded deletes what was made here of an attempt that somebody else has ended.
func (r *Reconciler) releaseUnrecorded(ctx context.Context, app *v1beta2.SparkApplication) error {
	if !r.known.unrecorded.isOver(app) {
		return nil
	}
	attempt := identity.Of(app, r.known.unrecorded.Get(app))
	if err := r.Submitter.Release(ctx, app, attempt, r.confirmation(app)); err != nil {
		return err
	}
	r.known.unrecorded.Forget(client.ObjectKeyFromObject(app))
	return nil
}
