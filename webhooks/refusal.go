// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package webhooks

import (
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/pkg/sparkconf"
)

// maxNamed is how many errors of an object are named: nobody reads more, and the time it takes to join them grows with
// the square of their number.
const maxNamed = 100

// answerOf returns what the author of an object is answered, without secrets of the object. What they are is asked for
// only where there is something to say.
func answerOf(object subject, secrets func() *sparkconf.Masker, warnings admission.Warnings, errs field.ErrorList) (admission.Warnings, error) {
	if len(warnings)+len(errs) == 0 {
		return nil, nil
	}
	masker := secrets()
	var masked admission.Warnings
	for _, warning := range warnings {
		masked = append(masked, masker.Mask(warning))
	}
	return masked, refusal(object.version, object.kind, object.name, planning.HideSecretsIn(masker, errs))
}

// subject is the object that an answer is about.
type subject struct {
	version    schema.GroupVersion
	kind, name string
}

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
