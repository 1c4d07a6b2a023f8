// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package conformance

import (
	"testing"

	"github.com/alauda/spark-operator/test/conformance/cases"
)

// Every field of a SparkApplication makes the same of driver and executors in both ways.
func TestFields(t *testing.T) {
	fields, err := cases.Fields()
	if err != nil {
		t.Fatal(err)
	}
	forEachSpark(t, func(t *testing.T, s *spark) {
		t.Helper()
		s.expectAllSame(t, fields)
	})
}
