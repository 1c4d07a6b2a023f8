// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package conformance

import (
	"fmt"
	"os"
	"strconv"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/alauda/spark-operator/test/conformance/cases"
)

// Applications that combine fields and properties at random are the same in both ways, or refused in both.
func TestRandomApplications(t *testing.T) {
	pool, err := cases.NewPool()
	if err != nil {
		t.Fatal(err)
	}
	first, count := number(t, "CONFORMANCE_FIRST_SEED", 1), number(t, "CONFORMANCE_SEEDS", 40)
	forEachSpark(t, func(t *testing.T, s *spark) {
		t.Helper()
		refused := uint64(0)
		for seed := first; seed < first+count; seed++ {
			t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
				c := pool.Generate(seed)
				got := s.try(t, c)
				if got.native != nil && got.spark != nil {
					refused++
					t.Logf("both refuse %s: %v", c, got.native)
				}
				if got.failure() != "" {
					s.reportMinimal(t, c)
				}
			})
		}
		t.Logf("%d of %d refused in both ways", refused, count)
		if count >= 40 && refused > count/2 {
			t.Errorf("%d of %d applications are refused: they test little", refused, count)
		}
	})
}

func (s *spark) try(t *testing.T, c cases.Case) outcome {
	t.Helper()
	app, err := c.Application()
	if err != nil {
		t.Fatal(err)
	}
	app.Spec.SparkVersion = s.version
	got, err := s.submitBoth(t.Context(), app)
	if err != nil {
		t.Fatalf("%s: %v", c, err)
	}
	return got
}

// reportMinimal drops from a failing case what it fails without, and says what is left.
func (s *spark) reportMinimal(t *testing.T, c cases.Case) {
	t.Helper()
	for i := 0; i < len(c.Picks); {
		if less := c.Without(i); s.try(t, less).failure() != "" {
			c = less
		} else {
			i++
		}
	}
	app, err := c.Application()
	if err != nil {
		t.Fatal(err)
	}
	app.Spec.SparkVersion = s.version
	encoded, err := yaml.Marshal(app)
	if err != nil {
		t.Fatal(err)
	}
	t.Errorf("%s\n%s\n-spark-submit +ours:\n%s", c, encoded, s.try(t, c).failure())
}

func number(t *testing.T, variable string, fallback uint64) uint64 {
	t.Helper()
	text := os.Getenv(variable)
	if text == "" {
		return fallback
	}
	n, err := strconv.ParseUint(text, 10, 32)
	if err != nil {
		t.Fatalf("%s: %v", variable, err)
	}
	return n
}
