// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkapplication

import (
	"errors"
	"net/http"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/alauda/spark-operator/internal/apply"
	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/internal/submission/sparksubmit"
)

// isPermanent reports whether the application itself is at fault, so that the same spec cannot succeed.
func isPermanent(err error) bool {
	if _, isInvalid := errors.AsType[*planning.InvalidError](err); isInvalid {
		return true
	}
	_, isUnsupported := errors.AsType[*planning.UnsupportedError](err)
	return isUnsupported || apierrors.IsInvalid(err)
}

// isRefusal reports whether an error counts as an attempt: a working API server has said no (forbidden by a quota, refused by a policy, the
// namespace is being deleted), an object of somebody else's is in the way, or spark-submit was run and failed. Any other error is
// on the way to an answer, and the same call may succeed in a moment.
func isRefusal(err error) bool {
	if _, isConflict := errors.AsType[*apply.ConflictError](err); isConflict {
		return true
	}
	if _, hasFailed := errors.AsType[*sparksubmit.FailedError](err); hasFailed {
		return true
	}
	var status apierrors.APIStatus
	if !errors.As(err, &status) {
		return false
	}
	passing := apierrors.IsTooManyRequests(err) || apierrors.IsConflict(err) || apierrors.IsTimeout(err)
	return status.Status().Code < http.StatusInternalServerError && !passing
}
