// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package refusal

import (
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
)

// OfDryRun returns who would refuse what was tried in a dry run, by the API server's answer; None where the answer is
// about something else: webhooks that take no dry runs, a permission of the operator's, a namespace or a name.
func OfDryRun(err error) Class {
	class := Of(err)
	status, _ := answer(err)
	switch {
	case class == Permission, class == NamespaceTerminating:
		return None
	case class == Other && (apierrors.IsNotFound(err) || apierrors.IsAlreadyExists(err) || apierrors.IsUnauthorized(err)):
		return None
	case class == Other && strings.Contains(status.Message, "does not support dry run"):
		return None
	}
	return class
}

// Passes reports whether the same creation may be taken later, with nothing changed: a quota is used up.
func Passes(err error) bool {
	status, isAnswer := answer(err)
	return isAnswer && Of(err) == Quota && strings.Contains(status.Message, "exceeded quota: ")
}
