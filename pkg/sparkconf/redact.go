// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkconf

import "regexp"

// Redacted stands for a value that is not to be seen.
const Redacted = "*********(redacted)"

// defaultRedaction is Spark's default of spark.redaction.regex.
var defaultRedaction = regexp.MustCompile(`(?i)secret|password|token|access[.]?key`)

// Redact returns the value of a property for people and logs: where key or value look like a secret by Spark's default
// pattern, it is masked.
func Redact(key, value string) string { return redact(defaultRedaction, key, value) }

// Redacted returns the properties in their order with the values masked that look like secrets, by Spark's default
// pattern and by the application's own (spark.redaction.regex), where that is one that Go reads as well.
func (c *Conf) Redacted() []Property {
	patterns := []*regexp.Regexp{defaultRedaction}
	if own := c.Get(RedactionRegex); own != "" {
		if pattern, err := regexp.Compile(own); err == nil {
			patterns = append(patterns, pattern)
		}
	}
	properties := make([]Property, 0, c.Len())
	for key, value := range c.All() {
		for _, pattern := range patterns {
			value = redact(pattern, key, value)
		}
		properties = append(properties, Property{key, value})
	}
	return properties
}

func redact(pattern *regexp.Regexp, key, value string) string {
	if pattern.MatchString(key) || pattern.MatchString(value) {
		return Redacted
	}
	return value
}
