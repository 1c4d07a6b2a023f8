// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"strings"
)

// longestPattern is the length up to which a pattern says something to a reader.
const longestPattern = 150

// describeRules adds to the description of a schema the rules that the API server checks and kubectl explain does not
// show: it prints descriptions, and values of an enumeration, and nothing else.
func describeRules(schema map[string]any) {
	description, described := schema["description"].(string)
	if !described {
		return
	}
	for _, rule := range rulesOf(schema) {
		if !strings.Contains(description, strings.TrimSuffix(rule, ".")) {
			description = strings.TrimRight(description, " \n") + "\n" + rule
		}
	}
	schema["description"] = description
}

// rulesOf returns the rules of a schema as sentences, in the order in which they are of interest.
func rulesOf(schema map[string]any) []string {
	var rules []string
	add := func(format string, args ...any) { rules = append(rules, fmt.Sprintf(format, args...)) }
	if value, exists := schema["default"]; exists {
		add("Default: %v.", value)
	}
	for _, bound := range []struct{ least, most, least1, most1 string }{
		{"minimum", "maximum", "At least %v.", "At most %v."},
		{"minLength", "maxLength", "At least %v characters.", "At most %v characters."},
		{"minItems", "maxItems", "At least %v items.", "At most %v items."},
		{"minProperties", "maxProperties", "At least %v entries.", "At most %v entries."},
	} {
		if value, exists := schema[bound.least]; exists {
			add(bound.least1, value)
		}
		if value, exists := schema[bound.most]; exists {
			add(bound.most1, value)
		}
	}
	if pattern, exists := schema["pattern"].(string); exists && len(pattern) <= longestPattern {
		add("Matches %s", pattern)
	}
	checks, _ := schema["x-kubernetes-validations"].([]any)
	for _, check := range checks {
		if message, exists := object(check)["message"].(string); exists {
			add("Checked: %s.", message)
		}
	}
	return rules
}
