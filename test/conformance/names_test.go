// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package conformance

import (
	"strings"
	"testing"

	"github.com/alauda/spark-operator/test/conformance/cases"
)

// Names that are made from the application's are cut, replaced and completed as Spark does, at every length at which it
// begins to.
func TestNames(t *testing.T) {
	forEachSpark(t, func(t *testing.T, s *spark) {
		t.Helper()
		for title, name := range map[string]string{
			"one letter": "a",
			"the longest name of which the driver's Service has the whole": strings.Repeat("a", 35),
			"one more, of which it has nothing":                            strings.Repeat("a", 36),
			"the longest name of which an executor's host has the whole":   strings.Repeat("b", 39),
			"one more, of which it has the end":                            strings.Repeat("b", 40),
			"the longest name":                                             strings.Repeat("c", 63),
			"an executor's host would begin with a dash":                   strings.Repeat("d", 23) + "-" + strings.Repeat("d", 39),
			"an executor's host would begin with two dashes":               strings.Repeat("e", 22) + "--" + strings.Repeat("e", 39),
			"a label would be cut at a dash":                               strings.Repeat("g", 61) + "-g",
			"dashes together":                                              "a--b---c",
			"what looks like an id":                                        "a-0123456789abcdef-driver-svc",
		} {
			t.Run(title, func(t *testing.T) {
				app, err := cases.Case{}.Application()
				if err != nil {
					t.Fatal(err)
				}
				app.Name = name
				s.expectSame(t, app)
			})
		}
	})
}
