// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"
)

func TestDescribeRules(t *testing.T) {
	check := map[string]any{"rule": "self != 'client'", "message": "mode client is refused"}
	for name, tc := range map[string]struct {
		schema map[string]any
		want   string
	}{
		"none":          {map[string]any{"description": "text."}, "text."},
		"bounds":        {map[string]any{"description": "port of it.", "minimum": 1024, "maximum": 49151}, "port of it.\nAt least 1024.\nAt most 49151."},
		"length":        {map[string]any{"description": "a name.", "minLength": 1, "maxLength": 253}, "a name.\nAt least 1 characters.\nAt most 253 characters."},
		"size":          {map[string]any{"description": "many.", "maxItems": 9, "maxProperties": 8}, "many.\nAt most 9 items.\nAt most 8 entries."},
		"default":       {map[string]any{"description": "a mode.", "default": "cluster", "x-kubernetes-validations": []any{check}}, "a mode.\nDefault: cluster.\nChecked: mode client is refused."},
		"own rule":      {map[string]any{"description": "many. At most 9 items.", "maxItems": 9}, "many. At most 9 items."},
		"a pattern":     {map[string]any{"description": "a name.", "pattern": "^[a-z]+$"}, "a name.\nMatches ^[a-z]+$"},
		"a riddle":      {map[string]any{"description": "a name.", "pattern": strings.Repeat("(a|b)", 99)}, "a name."},
		"not described": {map[string]any{"minimum": 1}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			describeRules(tc.schema)
			if got, _ := tc.schema["description"].(string); got != tc.want {
				t.Errorf("description %q, want %q", got, tc.want)
			}
		})
	}
}

// Whatever the API server checks of a field of ours is described where kubectl explain prints it.
func TestEveryRuleIsDescribed(t *testing.T) {
	files, err := filepath.Glob("../../config/crd/bases/*.yaml")
	if err != nil || len(files) != len(kinds) {
		t.Fatalf("CRDs %v, %v", files, err)
	}
	rules := 0
	for _, file := range files {
		encoded, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var crd any
		if err := yaml.Unmarshal(encoded, &crd); err != nil {
			t.Fatal(err)
		}
		eachSchema(crd, func(schema map[string]any) {
			description, described := schema["description"].(string)
			for _, rule := range rulesOf(schema) {
				if described && !strings.Contains(description, strings.TrimSuffix(rule, ".")) {
					t.Errorf("%s: %q does not say %q", filepath.Base(file), description, rule)
				}
				rules++
			}
		})
	}
	if rules < 20 {
		t.Errorf("only %d rules were found", rules)
	}
}

// eachSchema calls visit for everything that may be a schema.
func eachSchema(value any, visit func(map[string]any)) {
	switch v := value.(type) {
	case map[string]any:
		visit(v)
		for _, child := range v {
			eachSchema(child, visit)
		}
	case []any:
		for _, child := range v {
			eachSchema(child, visit)
		}
	}
}
