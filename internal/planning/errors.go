// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package planning

import (
	"cmp"
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/alauda/spark-operator/internal/validation"
)

// InvalidError says what is wrong with an application. It fails the same way until the application is changed.
type InvalidError struct {
	// Errors are what is wrong, at least one.
	Errors field.ErrorList
}

// Invalid returns the error of an application that is wrong in one field.
func Invalid(path *field.Path, value, fix string) *InvalidError {
	return &InvalidError{Errors: field.ErrorList{validation.Refuse(path, value, fix)}}
}

// Error implements error.
func (e *InvalidError) Error() string {
	return "invalid application: " + strings.Join(e.Sentences(), "; ")
}

// Sentences says each error for people who know that it is one, without its type.
func (e *InvalidError) Sentences() []string {
	sentences := make([]string, 0, len(e.Errors))
	for _, err := range e.Errors {
		sentence := cmp.Or(err.Detail, strings.ToLower(err.Type.String()))
		if value := fmt.Sprint(err.BadValue); value != "" && err.Type != field.ErrorTypeRequired && err.Type != field.ErrorTypeForbidden {
			sentence = fmt.Sprintf("%q: %s", value, sentence)
		}
		sentences = append(sentences, err.Field+": "+sentence)
	}
	return sentences
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
