// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkapplication

import (
	"errors"
	"fmt"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/alauda/spark-operator/internal/apply"
	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/internal/submission/sparksubmit"
)

func TestWhatCountsAsAnAttempt(t *testing.T) {
	pods := schema.GroupResource{Resource: "pods"}
	for name, tc := range map[string]struct {
		err           error
		wantPermanent bool
		wantRefusal   bool
	}{
		"an invalid application":             {&planning.InvalidError{}, true, false},
		"one that native cannot express":     {&planning.UnsupportedError{}, true, false},
		"a foreign object in the way":        {&apply.ConflictError{}, false, true},
		"spark-submit that failed":           {&sparksubmit.FailedError{}, false, true},
		"a quota":                            {apierrors.NewForbidden(pods, "a", errors.New("exceeded quota")), false, true},
		"a namespace that is gone":           {apierrors.NewNotFound(pods, "a"), false, true},
		"an API server under load":           {apierrors.NewTooManyRequests("later", 1), false, false},
		"an API server that fails":           {apierrors.NewInternalError(errors.New("etcd")), false, false},
		"an API server that does not answer": {errors.New("connection refused"), false, false},
		"a lost race":                        {apierrors.NewConflict(pods, "a", errors.New("changed")), false, false},
		"spark-submit that was refused":      {&sparksubmit.RefusedError{Code: 403, Reason: "Forbidden"}, false, true},
		"spark-submit under load":            {&sparksubmit.RefusedError{Code: 429, Reason: "TooManyRequests"}, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			err := fmt.Errorf("submit: %w", tc.err)
			if got := isPermanent(err); got != tc.wantPermanent {
				t.Errorf("isPermanent() = %v, want %v", got, tc.wantPermanent)
			}
			if got := isRefusal(err); got != tc.wantRefusal {
				t.Errorf("isRefusal() = %v, want %v", got, tc.wantRefusal)
			}
		})
	}
}
