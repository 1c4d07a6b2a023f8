// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package cases_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/alauda/spark-operator/test/conformance/cases"
)

func TestOverwritten(t *testing.T) {
	named := map[string]cases.Case{}
	for _, c := range everyCase(t) {
		named[c.Name] = c
	}
	for name, tc := range map[string]struct{ picks, want []string }{
		"cases of different fields":              {[]string{"image 1", "arguments 2"}, nil},
		"two values of a field":                  {[]string{"mainApplicationFile 2", "mainApplicationFile 3"}, []string{"mainApplicationFile 2"}},
		"what another case needs wins":           {[]string{"mainApplicationFile 2", "deps.pyFiles 1"}, []string{"mainApplicationFile 2"}},
		"what another case needs is overwritten": {[]string{"deps.pyFiles 1", "mainApplicationFile 2"}, []string{"deps.pyFiles 1"}},
		"what another case removes":              {[]string{"mainClass 1", "deps.pyFiles 1"}, []string{"mainClass 1"}},
		"what is removed is there again":         {[]string{"deps.pyFiles 1", "mainClass 1"}, []string{"deps.pyFiles 1"}},
		"both need the same":                     {[]string{"deps.pyFiles 1", "pythonVersion 1"}, nil},
		"what the case's own value replaces":     {[]string{"monitoring.exposeDriverMetrics 1"}, nil},
		"properties of different keys":           {[]string{"sparkConf 1", "spark.memory.offHeap.enabled 1"}, nil},
		"a property that another case sets, too": {[]string{"sparkConf 1", "spark.app.name 1"}, nil},
		"a property that another case sets anew": {[]string{"spark.driver.cores 1", "spark.driver.memory 1", "spark.driver.memory 2"}, []string{"spark.driver.memory 1"}},
	} {
		t.Run(name, func(t *testing.T) {
			var picks []cases.Case
			for _, pick := range tc.picks {
				if named[pick].Name == "" {
					t.Fatalf("there is no case %s", pick)
				}
				picks = append(picks, named[pick])
			}
			overwritten, err := cases.Combine(name, picks).Overwritten()
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, names(overwritten)); diff != "" {
				t.Errorf("overwritten (-want +got):\n%s", diff)
			}
		})
	}
}

// Every case is in one batch, whatever the size, and whole.
func TestBatchesHideNoCase(t *testing.T) {
	all := everyCase(t)
	for _, size := range []int{1, 12, 40, len(all)} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			batches, err := cases.Batches(all, size)
			if err != nil {
				t.Fatal(err)
			}
			var placed []string
			for _, batch := range batches {
				placed = append(placed, names(batch)...)
				overwritten, err := cases.Combine("all of", batch).Overwritten()
				if err != nil {
					t.Fatal(err)
				}
				if len(overwritten) > 0 || len(batch) > size {
					t.Errorf("batch of %d hides %v: %v", len(batch), names(overwritten), names(batch))
				}
			}
			want := names(all)
			slices.Sort(placed)
			slices.Sort(want)
			if diff := cmp.Diff(want, placed); diff != "" {
				t.Errorf("cases in batches (-want +got):\n%s", diff)
			}
			t.Logf("%d cases in %d batches", len(all), len(batches))
		})
	}
}

// everyCase returns the cases of all fields and properties.
func everyCase(t *testing.T) []cases.Case {
	t.Helper()
	all, err := cases.Fields()
	if err != nil {
		t.Fatal(err)
	}
	properties, err := cases.Properties()
	if err != nil {
		t.Fatal(err)
	}
	for _, property := range properties {
		all = append(all, property.Cases...)
	}
	return all
}

func names(list []cases.Case) []string {
	var names []string
	for _, c := range list {
		names = append(names, c.Name)
	}
	return names
}
