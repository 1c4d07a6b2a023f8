// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package conformance

import (
	"errors"
	"regexp"
	"testing"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/features"
	"github.com/alauda/spark-operator/internal/identity"
	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/test/conformance/cases"
)

// shaping are the properties of which none may be without a sample.
var shaping = regexp.MustCompile(`^spark\.(kubernetes|driver|executor)\.`)

// Every property that a release of Spark knows about pods has a sample: the release itself is asked.
func TestEveryPropertyHasASample(t *testing.T) {
	properties, err := cases.Properties()
	if err != nil {
		t.Fatal(err)
	}
	sampled := map[string]bool{}
	for _, property := range properties {
		sampled[property.Key] = true
	}
	forEachSpark(t, func(t *testing.T, s *spark) {
		t.Helper()
		keys, err := s.jvm.Keys()
		if err != nil {
			t.Fatal(err)
		}
		count := 0
		for _, key := range keys {
			if !shaping.MatchString(key) {
				continue
			}
			if count++; !sampled[key] {
				t.Errorf("%s has no sample in properties.yaml", key)
			}
		}
		if count < 100 {
			t.Errorf("Spark says that it knows %d properties only", count)
		}
		if version, err := s.jvm.Version(); err != nil || version != s.version {
			t.Errorf("the distribution of %s says that it is %s: %v", s.version, version, err)
		}
	})
}

// Every property makes the same in both ways.
func TestProperties(t *testing.T) {
	properties, err := cases.Properties()
	if err != nil {
		t.Fatal(err)
	}
	forEachSpark(t, func(t *testing.T, s *spark) {
		t.Helper()
		var same, withoutExecutor []cases.Case
		for _, property := range properties {
			switch {
			case property.Denied, property.Unsupported:
			case property.NoExecutor:
				withoutExecutor = append(withoutExecutor, property.Cases...)
			default:
				same = append(same, property.Cases...)
			}
		}
		s.expectAllSame(t, same)
		s.withoutExecutor = true
		defer func() { s.withoutExecutor = false }()
		s.expectAllSame(t, withoutExecutor)
	})
}

// What an author must not set is refused, and what only Spark's own client can act on is said to be.
func TestRefusedProperties(t *testing.T) {
	properties, err := cases.Properties()
	if err != nil {
		t.Fatal(err)
	}
	for _, property := range properties {
		for _, c := range property.Cases {
			if !property.Denied && !property.Unsupported {
				continue
			}
			t.Run(c.Name, func(t *testing.T) {
				app, err := c.Application()
				if err != nil {
					t.Fatal(err)
				}
				app.Namespace = "default"
				if property.Denied {
					expectDenied(t, app)
				} else {
					expectUnsupported(t, app)
				}
			})
		}
	}
}

func expectDenied(t *testing.T, app *v1beta2.SparkApplication) {
	t.Helper()
	_, err := planning.NewPlan(app, identity.Of(app, 1), planning.Options{Features: features.Options{Schedulers: cases.Schedulers}})
	if _, invalid := errors.AsType[*planning.InvalidError](err); !invalid {
		t.Errorf("plan: %v, want an InvalidError", err)
	}
}

func expectUnsupported(t *testing.T, app *v1beta2.SparkApplication) {
	t.Helper()
	plan, err := planning.NewPlan(app, identity.Of(app, 1), planning.Options{Features: features.Options{Schedulers: cases.Schedulers}})
	if err != nil {
		t.Fatal(err)
	}
	if plan.Unsupported() == nil {
		t.Error("the native submitter does not say that it cannot act on the property")
	}
}
