// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package apply

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// ConflictError says that an object has a name that the application needs, and that it is not for the operator to
// remove it.
type ConflictError struct {
	// Kind, Namespace and Name say which object.
	Kind, Namespace, Name string
	// Owner says whose it is, as far as it says.
	Owner string
	// Forged is whether it names the application as its owner, is not what the operator would have made, and came back
	// after its deletion.
	Forged bool
}

// Error implements error. The words on driver pods are the ones that clients look for.
func (e *ConflictError) Error() string {
	what := fmt.Sprintf("%s %s/%s", strings.ToLower(e.Kind), e.Namespace, e.Name)
	if e.Kind == "Pod" {
		what = fmt.Sprintf("driver pod already exist: pod %s/%s", e.Namespace, e.Name)
	}
	if e.Forged {
		return what + " names this application as its owner, but the operator has not made it, and it came back after it was deleted: " +
			"find out who makes it, and delete it"
	}
	return fmt.Sprintf("%s is not this application's, it belongs to %s: delete it or choose another name", what, e.Owner)
}

// Conflict returns the error about an object that has a name which is needed.
func Conflict(object client.Object) *ConflictError {
	return &ConflictError{Kind: kindOf(object), Namespace: object.GetNamespace(), Name: object.GetName(), Owner: ownerOf(object)}
}

// ownerOf says whose an object is.
func ownerOf(object metav1.Object) string {
	if owner := metav1.GetControllerOf(object); owner != nil {
		return fmt.Sprintf("%s %s (UID %s)", owner.Kind, owner.Name, owner.UID)
	}
	return "nobody that it names"
}

// WaitError says that an object has a name that the application needs, and that it goes: by its own grace period, or
// when its owner has gone.
type WaitError struct {
	// Kind, Namespace and Name say which object.
	Kind, Namespace, Name string
	// UID of the object.
	UID types.UID
	// Owner says whose it is where it is of another application; empty where it is left from an earlier attempt of the
	// same one.
	Owner string
	// Since is when it was deleted, and Due when it was to be gone; zero where it is its owner that has to go first, or
	// has nobody deleted it.
	Since, Due time.Time
	// Finalizers are those that keep it.
	Finalizers []string
}

// Error implements error.
func (e *WaitError) Error() string { return "waiting for " + e.What() + e.Going() }

// What names the object, and says whose it is and what keeps it.
func (e *WaitError) What() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s/%s to go, ", strings.ToLower(e.Kind), e.Namespace, e.Name)
	if e.Owner == "" {
		b.WriteString("which an earlier attempt has left")
	} else {
		b.WriteString("which is left of " + e.Owner)
	}
	if len(e.Finalizers) > 0 {
		fmt.Fprintf(&b, "; the finalizers %s keep it", strings.Join(e.Finalizers, ", "))
	}
	return b.String()
}

// Going continues the sentence with when it was deleted and when it is to be gone; nothing where that is not known. A
// pod's kubelet changes both when its containers have ended.
func (e *WaitError) Going() string {
	switch {
	case e.Since.IsZero():
		return ""
	case e.Due.After(e.Since):
		return fmt.Sprintf("; it was deleted at %s and has until %s", e.Since.UTC().Format(time.RFC3339), e.Due.UTC().Format(time.RFC3339))
	default:
		return "; it was deleted at " + e.Since.UTC().Format(time.RFC3339)
	}
}

// waitFor returns what says that an object in the way is waited for.
func waitFor(existing, desired client.Object) *WaitError {
	wait := Waiting(existing)
	if IsOurs(existing, desired) {
		wait.Owner = ""
	}
	return wait
}

// Waiting returns what says that an object of another application is waited for.
func Waiting(object client.Object) *WaitError {
	wait := &WaitError{
		Kind: kindOf(object), Namespace: object.GetNamespace(), Name: object.GetName(), UID: object.GetUID(),
		Owner: ownerOf(object), Finalizers: slices.DeleteFunc(slices.Clone(object.GetFinalizers()), isOwnFinalizer),
	}
	if deleted := object.GetDeletionTimestamp(); deleted != nil {
		wait.Since, wait.Due = deleted.Time, deleted.Time
		if grace := object.GetDeletionGracePeriodSeconds(); grace != nil {
			wait.Since = deleted.Add(-time.Duration(*grace) * time.Second)
		}
	}
	return wait
}

func isOwnFinalizer(name string) bool { return name == sparklabels.DriverEnd }

// NotServedError says that the API server does not know the kind of an object: what brings the kind is not installed,
// or not yet. The same call succeeds once it is.
type NotServedError struct {
	// APIVersion and Kind say which kind.
	APIVersion, Kind string
	// Install says what to do.
	Install string
}

// Error implements error.
func (e *NotServedError) Error() string {
	return "waiting for " + e.What()
}

// What names the kind, and says what to do.
func (e *NotServedError) What() string {
	return fmt.Sprintf("the kind %s of %s, which the cluster does not know: %s", e.Kind, e.APIVersion, cmp.Or(e.Install, "install what brings it"))
}

// IsNotServed reports whether an error says that the API server does not know a kind, and not that it does not know an
// object or its namespace.
func IsNotServed(err error) bool {
	var status apierrors.APIStatus
	if meta.IsNoMatchError(err) {
		return true
	}
	if !apierrors.IsNotFound(err) || !errors.As(err, &status) {
		return false
	}
	details := status.Status().Details
	return details == nil || details.Name == ""
}

// UnconfirmedError is that of a confirmation. Whatever it is, nothing may go on.
type UnconfirmedError struct{ error }

// Unwrap returns why it was not confirmed.
func (e *UnconfirmedError) Unwrap() error { return e.error }
