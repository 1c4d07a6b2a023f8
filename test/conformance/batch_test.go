// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package conformance

import (
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/alauda/spark-operator/internal/features"
	"github.com/alauda/spark-operator/internal/identity"
	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/internal/submission/conformance"
	"github.com/alauda/spark-operator/test/conformance/cases"
)

// expectAllSame expects the same of every case. It tries cases together, because most go together. One by one it tries
// those that a real API server refuses, those whose batch fails or is refused, and those that the rest of their batch
// hides.
func (s *spark) expectAllSame(t *testing.T, all []cases.Case) {
	t.Helper()
	var together []cases.Case
	compared := map[string]bool{}
	for _, c := range all {
		if !s.refuses(c.Name) {
			together = append(together, c)
			continue
		}
		s.expectAlone(t, c)
		compared[c.Name] = true
	}
	batches, err := cases.Batches(together, int(number(t, "CONFORMANCE_BATCH", 12)))
	if err != nil {
		t.Fatal(err)
	}
	alone := 0
	for _, batch := range batches {
		combined := cases.Combine("all of", batch)
		got := s.try(t, combined)
		left := batch
		if got.failure() == "" && got.native == nil {
			left = s.hidden(t, combined)
		}
		good := true
		for _, c := range left {
			good = s.expectAlone(t, c) && good
		}
		if good && got.failure() != "" {
			s.reportMinimal(t, combined)
		}
		for _, c := range batch {
			compared[c.Name] = true
		}
		alone += len(left)
	}
	if len(compared) != len(all) {
		t.Errorf("%d of %d cases were compared, or several have one name", len(compared), len(all))
	}
	t.Logf("%d cases in %d batches, %d of them alone", len(all), len(batches), alone)
}

// expectAlone expects the same of one case, or that both ways refuse it where a real API server does.
func (s *spark) expectAlone(t *testing.T, c cases.Case) bool {
	t.Helper()
	return t.Run(c.Name, func(t *testing.T) {
		app, err := c.Application()
		if err != nil {
			t.Fatal(err)
		}
		if s.refuses(c.Name) {
			s.expectRefused(t, app)
			return
		}
		s.expectSame(t, app)
	})
}

// hidden returns those of a combined case of which it shows nothing: they are overwritten, or ours is the same without
// them although alone they change something.
func (s *spark) hidden(t *testing.T, combined cases.Case) []cases.Case {
	t.Helper()
	hidden, err := combined.Overwritten()
	if err != nil {
		t.Fatal(err)
	}
	whole := s.ours(t, combined)
	for i, pick := range combined.Picks {
		if s.ours(t, combined.Without(i)) != whole {
			continue
		}
		before := cases.Case{}
		if pick.Before != nil {
			before = *pick.Before
		}
		if s.ours(t, pick) != s.ours(t, before) {
			hidden = append(hidden, pick)
		}
	}
	return hidden
}

// ours is what the native submitter makes of a case, or why it refuses it.
func (s *spark) ours(t *testing.T, c cases.Case) string {
	t.Helper()
	app, err := c.Application()
	if err != nil {
		t.Fatal(err)
	}
	app.Namespace, app.Spec.SparkVersion = "default", s.version
	plan, err := planning.NewPlan(app, identity.Of(app, 1), planning.Options{Features: features.Options{Schedulers: cases.Schedulers}})
	if err != nil {
		return err.Error()
	}
	objects, err := conformance.FromPlan(plan)
	if err != nil {
		return err.Error()
	}
	executor, err := conformance.FromPlanExecutor(plan)
	if err != nil {
		return err.Error()
	}
	encoded, err := yaml.Marshal(append(objects, executor))
	if err != nil {
		t.Fatal(err)
	}
	return string(encoded)
}
