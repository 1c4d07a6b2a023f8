// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package apply

import (
	"fmt"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

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

// OwnerOf says whose an object is, for a ConflictError.
func OwnerOf(object metav1.Object) string {
	if owner := metav1.GetControllerOf(object); owner != nil {
		return fmt.Sprintf("%s %s (UID %s)", owner.Kind, owner.Name, owner.UID)
	}
	return "nobody that it names"
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
