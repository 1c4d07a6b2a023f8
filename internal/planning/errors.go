// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package planning

import (
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"
)

// Problem is one thing that is wrong with an application.
type Problem struct {
	// Field is the path of the field, such as spec.mode.
	Field string
	// Value is the field's value, for people; it is not set where it could be a secret.
	Value string
	// Fix says what is wrong and what to do.
	Fix string
}

// String returns the problem as a sentence.
func (p Problem) String() string {
	if p.Value == "" {
		return p.Field + ": " + p.Fix
	}
	return fmt.Sprintf("%s: %q: %s", p.Field, p.Value, p.Fix)
}

// InvalidError says what is wrong with an application. It fails the same way until the application is changed.
type InvalidError struct {
	// Problems are what is wrong, at least one.
	Problems []Problem
}

// Error implements error.
func (e *InvalidError) Error() string {
	sentences := make([]string, 0, len(e.Problems))
	for _, problem := range e.Problems {
		sentences = append(sentences, problem.String())
	}
	return "invalid application: " + strings.Join(sentences, "; ")
}

// FieldErrors returns problems as admission words them. Spec is where the spec of the application stands in the object: "spec", or
// "spec.template" in a schedule.
func FieldErrors(problems []Problem, spec string) field.ErrorList {
	var errs field.ErrorList
	for _, problem := range problems {
		e := &field.Error{Type: field.ErrorTypeInvalid, Field: problem.Field, BadValue: problem.Value, Detail: problem.Fix}
		if problem.Value == "" {
			e.Type = field.ErrorTypeForbidden
		}
		if rest, found := strings.CutPrefix(problem.Field, "spec."); found {
			e.Field = spec + "." + rest
		}
		errs = append(errs, e)
	}
	return errs
}

// UnsupportedError says that the native submitter cannot express an application, and that real spark-submit may.
type UnsupportedError struct {
	// Field is the path of the field or property.
	Field string
	// Reason says what it would take.
	Reason string
}

// Error implements error.
func (e *UnsupportedError) Error() string {
	return fmt.Sprintf("native submission does not support %s: %s", e.Field, e.Reason)
}
