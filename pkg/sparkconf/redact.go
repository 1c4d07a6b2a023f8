// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkconf

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Redacted stands for a value that is not to be seen.
const Redacted = "*********(redacted)"

// defaultRedaction is Spark's default of spark.redaction.regex, and redactedWords are what it looks for.
var (
	defaultRedaction = regexp.MustCompile(`(?i)secret|password|token|access[.]?key`)
	redactedWords    = []string{"secret", "password", "token", "accesskey", "access.key"}
)

// Redact returns the value of a property for people and logs: where key or value look like a secret by Spark's default
// pattern, it is masked.
func Redact(key, value string) string {
	if looksSecret(key) || looksSecret(value) {
		return Redacted
	}
	return value
}

// looksSecret matches Spark's default pattern, a hundred times as quickly as the pattern does.
func looksSecret(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			// Letters beyond ASCII may be other cases of letters within.
			return defaultRedaction.MatchString(s)
		}
	}
	lower := strings.ToLower(s)
	return slices.ContainsFunc(redactedWords, func(word string) bool { return strings.Contains(lower, word) })
}

// Redacted returns the properties in their order with the values masked that look like secrets, by Spark's default
// pattern and by the application's own (spark.redaction.regex), where that is one that Go reads as well.
func (c *Conf) Redacted() []Property {
	m := NewMasker(c.Get(RedactionRegex))
	properties := make([]Property, 0, c.Len())
	for key, value := range c.All() {
		properties = append(properties, Property{key, m.Value(key, value)})
	}
	return properties
}

// Masker returns what hides in texts the values that Redacted hides.
func (c *Conf) Masker() *Masker {
	m := NewMasker(c.Get(RedactionRegex))
	for key, value := range c.All() {
		m.Note(key, value)
	}
	return m
}

// assignment is what gives a value to a name in an output: name=value, name: value, "name":"value".
var assignment = regexp.MustCompile(`([\w.\-]+)("?\s*[=:]\s*"?)([^\s,;)"]+)`)

// MaskOutput hides the secrets in a line of a program's output, and whatever is given to a name that looks like a
// secret's.
func (m *Masker) MaskOutput(line string) string {
	return assignment.ReplaceAllStringFunc(m.Mask(line), func(found string) string {
		parts := assignment.FindStringSubmatch(found)
		if !looksSecret(parts[1]) {
			return found
		}
		return parts[1] + parts[2] + Redacted
	})
}
