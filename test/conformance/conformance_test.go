// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package conformance

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/test/conformance/cases"
)

// recorded are the applications whose objects are kept in files for reviewers to read.
const recorded = "../../internal/submission/conformance/testdata/*.app.yaml"

// refusedApplications are those of the recorded that a real API server does not take.
var refusedApplications = map[string]string{
	"labels": "Spark fills in {{APP_ID}} in the labels of pods, and leaves it as it stands in those of the driver's Service",
}

func TestRecordedApplications(t *testing.T) {
	inputs, err := filepath.Glob(recorded)
	if err != nil || len(inputs) == 0 {
		t.Fatalf("no applications: %v", err)
	}
	forEachSpark(t, func(t *testing.T, s *spark) {
		t.Helper()
		for _, input := range inputs {
			name := strings.TrimSuffix(filepath.Base(input), ".app.yaml")
			t.Run(name, func(t *testing.T) {
				content, err := os.ReadFile(input)
				if err != nil {
					t.Fatal(err)
				}
				if _, refused := refusedApplications[name]; refused {
					s.expectRefused(t, application(t, content))
					return
				}
				s.expectSame(t, application(t, content))
			})
		}
	})
}

// expectSame fails where the two ways differ, or both refuse.
func (s *spark) expectSame(t *testing.T, app *v1beta2.SparkApplication) outcome {
	t.Helper()
	app.Spec.SparkVersion = s.version
	got, err := s.submitBoth(t.Context(), app)
	switch {
	case err != nil:
		t.Fatal(err)
	case got.native != nil && got.spark != nil:
		t.Fatalf("both refuse: %v\n%s", got.native, firstLines(got.spark))
	case got.failure() != "":
		t.Errorf("-spark-submit +ours:\n%s", got.failure())
	}
	return got
}

// expectRefused fails where either way takes the application.
func (s *spark) expectRefused(t *testing.T, app *v1beta2.SparkApplication) {
	t.Helper()
	app.Spec.SparkVersion = s.version
	got, err := s.submitBoth(t.Context(), app)
	if err != nil {
		t.Fatal(err)
	}
	if got.native == nil || got.spark == nil {
		t.Errorf("not both refuse: native submitter: %v, spark-submit: %v", got.native, got.spark)
	}
}

// expectAllSame expects the same of every case. It combines cases, because most go together, and looks at those of a
// combination one by one only where it fails or is refused.
func (s *spark) expectAllSame(t *testing.T, all []cases.Case) {
	t.Helper()
	size := int(number(t, "CONFORMANCE_BATCH", 12))
	batches := make([][]cases.Case, (len(all)+size-1)/size)
	for i, c := range all {
		// Neighbours are about the same field: each goes into another batch.
		batches[i%len(batches)] = append(batches[i%len(batches)], c)
	}
	for _, batch := range batches {
		combined := cases.Combine("all of", batch)
		got := s.try(t, combined)
		if len(batch) > 1 && got.failure() == "" && got.native == nil {
			continue
		}
		good := true
		for _, c := range batch {
			good = t.Run(c.Name, func(t *testing.T) {
				app, err := c.Application()
				if err != nil {
					t.Fatal(err)
				}
				s.expectSame(t, app)
			}) && good
		}
		if good && got.failure() != "" {
			s.reportMinimal(t, combined)
		}
	}
	t.Logf("%d cases", len(all))
}
