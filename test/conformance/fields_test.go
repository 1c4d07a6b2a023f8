// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package conformance

import (
	"testing"

	"github.com/alauda/spark-operator/internal/identity"
	"github.com/alauda/spark-operator/internal/submission"
	"github.com/alauda/spark-operator/internal/submission/conformance"
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

// Every field has an effect on driver or executors, or a reason why it has none.
func TestEffectsOfFields(t *testing.T) {
	fields, err := cases.Fields()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range fields {
		t.Run(c.Name, func(t *testing.T) {
			after, err := rendered(t, c)
			if err != nil {
				t.Fatal(err)
			}
			// Where there is nothing without the field, it has an effect.
			before, _ := rendered(t, *c.Before)
			if changes := diff(before, after); (changes == "") != (c.NoEffect != "") {
				t.Errorf("effect expected: %t (%s), changes:\n%s", c.NoEffect == "", c.NoEffect, changes)
			}
		})
	}
}

// rendered returns all objects of an application and its executor, as the native submitter makes them.
func rendered(t *testing.T, c cases.Case) ([]conformance.Object, error) {
	t.Helper()
	app, err := c.Application()
	if err != nil {
		t.Fatal(err)
	}
	app.Namespace, app.Spec.SparkVersion = "default", "4.0.1"
	plan, err := submission.NewPlan(app, identity.Of(app, 1), submission.Options{})
	if err != nil {
		return nil, err
	}
	objects, err := conformance.FromPlan(plan)
	if err != nil {
		return nil, err
	}
	executor, err := conformance.FromPlanExecutor(plan)
	return append(objects, executor), err
}
