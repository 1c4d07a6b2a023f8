// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package submission

import (
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/types"
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

// ConflictError says that an object has a name that the application needs and does not belong to it.
type ConflictError struct {
	// Kind, Namespace and Name say which object.
	Kind, Namespace, Name string
	// Owner says whose it is, as far as it says.
	Owner string
}

// Error implements error. The words on driver pods are the ones that clients look for.
func (e *ConflictError) Error() string {
	what := fmt.Sprintf("%s %s/%s", strings.ToLower(e.Kind), e.Namespace, e.Name)
	if e.Kind == "Pod" {
		what = fmt.Sprintf("driver pod already exist: pod %s/%s", e.Namespace, e.Name)
	}
	return fmt.Sprintf("%s is not this application's, it belongs to %s: delete it or choose another name", what, e.Owner)
}

// RemnantError says that an object of an earlier attempt of the same application is still there.
type RemnantError struct {
	// Kind, Namespace and Name say which object.
	Kind, Namespace, Name string
	// UID of the object, so that nothing else is deleted in its place.
	UID types.UID
	// SubmissionID of the attempt it is from; empty where it does not say.
	SubmissionID string
}

// Error implements error.
func (e *RemnantError) Error() string {
	return fmt.Sprintf("%s %s/%s of an earlier attempt (submission %q) still exists", strings.ToLower(e.Kind), e.Namespace, e.Name, e.SubmissionID)
}
