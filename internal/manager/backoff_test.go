// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package manager

import (
	"testing"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

func TestNoRetryWaitsForMoreThanAMinute(t *testing.T) {
	backoff := RetryBackoff()
	var last time.Duration
	for range 40 {
		last = backoff.When(reconcile.Request{})
	}
	if last != maxBackoff {
		t.Errorf("the backoff comes to %s", last)
	}
}
