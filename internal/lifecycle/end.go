// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
)

// EndOf reports whether the driver of anything has ended as far as its pod says, and why it failed; nil where it did
// not.
func EndOf(driver *corev1.Pod, now time.Time) (ended bool, failure *v1beta2.FailureRecord) {
	found := assess(driver, now)
	if found.alive() {
		return false, nil
	}
	if found.failure != nil {
		if said := causeInLog(found.failure); said != "" {
			found.failure.Message = because(said, found.failure.Message)
		}
	}
	return true, found.failure
}
