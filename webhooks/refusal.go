// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package webhooks

import (
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// maxNamed is how many errors of an object are named: nobody reads more, and the time it takes to join them grows with
// the square of their number.
const maxNamed = 100

// refusal returns the errors of an object as the API server words its own; nil where there are none.
func refusal(version schema.GroupVersion, kind, name string, errs field.ErrorList) error {
	if len(errs) == 0 {
		return nil
	}
	if more := len(errs) - maxNamed; more > 0 {
		rest := fmt.Sprintf("%d more errors are not named; mend these first", more)
		errs = append(errs[:maxNamed:maxNamed], &field.Error{Type: field.ErrorTypeInvalid, Field: specPath.String(), BadValue: field.OmitValueType{}, Detail: rest})
	}
	return apierrors.NewInvalid(version.WithKind(kind).GroupKind(), name, errs)
}
