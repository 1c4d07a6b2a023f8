// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkapplication

import (
	"errors"
	"net/url"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
)

// sentence is an error as people read it: what was said, and after it in brackets what was tried. The chain of wrapped
// errors, outermost first, is for logs.
type sentence struct {
	err  error
	text string
}

func (s *sentence) Error() string { return s.text }
func (s *sentence) Unwrap() error { return s.err }

// asSentence returns an error that says the same as a sentence that begins with its cause, and is the same to errors.Is
// and errors.As. Where nobody outside of the operator has said anything, the error is its own sentence.
func asSentence(err error) error {
	said := saidBy(err)
	if err == nil || said == "" {
		return err
	}
	tried, _, found := strings.Cut(err.Error(), said)
	tried = strings.TrimRight(tried, ": ")
	if !found || tried == "" {
		return err
	}
	return &sentence{err, said + " (" + tried + ")"}
}

// saidBy returns what the API server, or the way to it, has said.
func saidBy(err error) string {
	var status apierrors.APIStatus
	if errors.As(err, &status) {
		return status.Status().Message
	}
	if broken, ok := errors.AsType[*url.Error](err); ok {
		return broken.Err.Error()
	}
	return ""
}
