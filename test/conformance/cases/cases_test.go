// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package cases_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/alauda/spark-operator/test/conformance/cases"
)

// Every field has a sample that the API takes, and every sample is of a field.
func TestSamplesMakeApplications(t *testing.T) {
	fields, err := cases.Fields()
	if err != nil {
		t.Fatal(err)
	}
	properties, err := cases.Properties()
	if err != nil {
		t.Fatal(err)
	}
	for _, property := range properties {
		fields = append(fields, property.Cases...)
	}
	for _, c := range fields {
		if _, err := c.Application(); err != nil {
			t.Error(err)
		}
	}
	t.Logf("%d cases", len(fields))
}

func TestGeneratedApplicationsAreThoseOfTheirSeed(t *testing.T) {
	pool, err := cases.NewPool()
	if err != nil {
		t.Fatal(err)
	}
	for seed := range uint64(50) {
		first, err := pool.Generate(seed).Application()
		if err != nil {
			t.Fatal(err)
		}
		second, err := pool.Generate(seed).Application()
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(first, second); diff != "" {
			t.Errorf("seed %d (-first +second):\n%s", seed, diff)
		}
	}
}
