// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkapplication

import (
	"errors"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/alauda/spark-operator/internal/apply"
	"github.com/alauda/spark-operator/internal/lifecycle"
	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/internal/refusal"
	"github.com/alauda/spark-operator/internal/submission/sparksubmit"
)

// isPermanent reports whether the application itself is at fault, so that the same spec cannot succeed.
func isPermanent(err error) bool {
	if _, isInvalid := errors.AsType[*planning.InvalidError](err); isInvalid {
		return true
	}
	_, isUnsupported := errors.AsType[*planning.UnsupportedError](err)
	return isUnsupported || refusal.Of(err) == refusal.Invalid
}

// isRefusal reports whether an error counts as an attempt: a working API server has said no (forbidden by a quota,
// denied by a policy or a webhook, the namespace is being deleted), an object of somebody else's is in the way, or
// spark-submit was run and failed. Any other error is on the way to an answer, and the same call may succeed in a
// moment.
func isRefusal(err error) bool {
	if _, isConflict := errors.AsType[*apply.ConflictError](err); isConflict {
		return true
	}
	if _, hasFailed := errors.AsType[*sparksubmit.FailedError](err); hasFailed {
		return true
	}
	return refusal.Of(err) != refusal.None
}

// reasonOf returns why a refusal counts as one, in one word; nothing where no rule is known by name. A spark-submit
// that failed by itself was refused by nobody.
func reasonOf(err error) string {
	if failed, hasFailed := errors.AsType[*sparksubmit.FailedError](err); hasFailed {
		return lifecycle.FailureSparkSubmit + string(failed.Reason)
	}
	return string(refusal.Of(err))
}

// isRace reports whether an error is a conflict about an application, which its next version ends. It is on its way.
func isRace(err error) bool {
	var status apierrors.APIStatus
	if !apierrors.IsConflict(err) || !errors.As(err, &status) {
		return false
	}
	details := status.Status().Details
	return details != nil && details.Kind == applications.Resource
}

// withoutRace returns an error of a creation, which is no race unless it is one for the application: nobody ends the
// wait, so waits grow.
func withoutRace(err error) error {
	if !apierrors.IsConflict(err) || isRace(err) {
		return err
	}
	return errors.New(err.Error())
}
