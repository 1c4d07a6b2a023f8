// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package manifests

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"
)

// A package that is let off the strict rule must not be imported by those that are under it, and each is still there.
func TestPackagesWithIOAreListedOnce(t *testing.T) {
	content, err := os.ReadFile("../../.golangci.yml")
	if err != nil {
		t.Fatal(err)
	}
	var config struct {
		Linters struct {
			Settings struct {
				Depguard struct {
					Rules map[string]struct {
						Files []string `json:"files"`
						Deny  []struct {
							Pkg string `json:"pkg"`
						} `json:"deny"`
					} `json:"rules"`
				} `json:"depguard"`
			} `json:"settings"`
		} `json:"linters"`
	}
	if err := yaml.Unmarshal(content, &config); err != nil {
		t.Fatal(err)
	}
	rule := config.Linters.Settings.Depguard.Rules["internal-pure"]
	var exempt, denied []string
	for _, pattern := range rule.Files {
		if folder, found := strings.CutPrefix(pattern, "!**/internal/"); found {
			exempt = append(exempt, strings.TrimSuffix(folder, "/**"))
		}
	}
	for _, entry := range rule.Deny {
		if folder, found := strings.CutPrefix(entry.Pkg, "github.com/alauda/spark-operator/internal/"); found {
			denied = append(denied, folder)
		}
	}
	if !slices.Contains(rule.Files, "**/internal/**") || len(exempt) == 0 {
		t.Errorf("files %v: a new package is not held to the strict rule", rule.Files)
	}
	if diff := cmp.Diff(exempt, denied); diff != "" {
		t.Errorf("packages with I/O (-exempt +denied):\n%s", diff)
	}
	for _, folder := range exempt {
		if _, err := os.Stat("../../internal/" + folder); err != nil {
			t.Error(err)
		}
	}
}
