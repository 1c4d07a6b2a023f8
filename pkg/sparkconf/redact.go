// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkconf

import (
	"regexp"
	"slices"
	"strconv"
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

// minSecret is the length below which a value is not looked for in texts: as part of words it would be found everywhere, and
// it is no secret.
const minSecret = 4

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
		if m.secret(key, value) {
			value = Redacted
		}
		properties = append(properties, Property{key, value})
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

// Masker hides the secrets of an application in texts of others, such as an API server's message or a program's output.
type Masker struct {
	own     *ownPattern
	secrets []string
	// found finds the secrets; nil until they are looked for.
	found *words
}

// NewMasker returns a masker that knows no secret yet, and what looks like one by an application's own pattern; one that Go does not read is
// left aside.
func NewMasker(own string) *Masker { return &Masker{own: newOwnPattern(own)} }

func (m *Masker) secret(key, value string) bool {
	return looksSecret(key) || looksSecret(value) || m.own.matches(key) || m.own.matches(value)
}

// Note adds a value to the secrets if it looks like one, or its key does: its lines, as they are and as they stand between quotes.
func (m *Masker) Note(key, value string) {
	if len(value) < minSecret || !m.secret(key, value) {
		return
	}
	for line := range strings.Lines(value) {
		line = strings.TrimSpace(line)
		if len(line) < minSecret || line == "true" || line == "false" {
			continue
		}
		m.secrets = append(m.secrets, line)
		if quoted := strconv.Quote(line); quoted[1:len(quoted)-1] != line {
			m.secrets = append(m.secrets, quoted[1:len(quoted)-1])
		}
	}
	m.found = nil
}

// Empty reports whether there is nothing to hide.
func (m *Masker) Empty() bool { return len(m.secrets) == 0 }

// Mask hides the secrets in a text, and of those that overlap there all.
func (m *Masker) Mask(text string) string {
	if m.Empty() || text == "" {
		return text
	}
	if m.found == nil {
		m.found = newWords(m.secrets)
	}
	var masked strings.Builder
	end := 0
	for _, part := range m.found.in(text) {
		masked.WriteString(text[end:part.from])
		masked.WriteString(Redacted)
		end = part.to
	}
	if end == 0 {
		return text
	}
	masked.WriteString(text[end:])
	return masked.String()
}

// assignment is what gives a value to a name in an output: name=value, name: value, "name":"value".
var assignment = regexp.MustCompile(`([\w.\-]+)("?\s*[=:]\s*"?)([^\s,;)"]+)`)

// MaskOutput hides the secrets in a line of a program's output, and whatever is given to a name that looks like a secret's.
func (m *Masker) MaskOutput(line string) string {
	return assignment.ReplaceAllStringFunc(m.Mask(line), func(found string) string {
		parts := assignment.FindStringSubmatch(found)
		if !looksSecret(parts[1]) {
			return found
		}
		return parts[1] + parts[2] + Redacted
	})
}
