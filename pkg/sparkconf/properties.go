// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkconf

import (
	"strconv"
	"strings"
)

// Properties returns the properties in Java's format of properties files, below a comment, in the order of their keys.
// It is what java.util.Properties.store writes, less the date.
func (c *Conf) Properties(comment string) string {
	var b strings.Builder
	size := len(comment) + 2
	for key, value := range c.All() {
		size += len(key) + len(value) + 8
	}
	b.Grow(size)
	if comment != "" {
		b.WriteByte('#')
		b.WriteString(strings.NewReplacer("\n", " ", "\r", " ").Replace(comment))
		b.WriteByte('\n')
	}
	for _, p := range c.Sorted() {
		escapeProperty(&b, p.Key, true)
		b.WriteByte('=')
		escapeProperty(&b, p.Value, false)
		b.WriteByte('\n')
	}
	return b.String()
}

// escapeProperty writes a key or a value. Blanks are escaped in keys, and at the start of values.
func escapeProperty(b *strings.Builder, s string, key bool) {
	for i, r := range s {
		switch r {
		case ' ':
			if key || i == 0 {
				b.WriteByte('\\')
			}
			b.WriteByte(' ')
		case '\t':
			b.WriteString(`\t`)
		case '\n':
			b.WriteString(`\n`)
		case '\r':
			b.WriteString(`\r`)
		case '\f':
			b.WriteString(`\f`)
		case '=', ':', '#', '!', '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		default:
			b.WriteRune(r)
		}
	}
}

// ParseProperties reads Java's format of properties files. Like Java it never fails: what is malformed is read as it
// stands.
func ParseProperties(text string) *Conf {
	c := &Conf{}
	for _, line := range logicalLines(text) {
		key, value := splitProperty(line)
		c.Set(unescapeProperty(key), unescapeProperty(value))
	}
	return c
}

// logicalLines joins lines that end in an odd number of backslashes with the next, and drops comments and blank ones.
func logicalLines(text string) []string {
	var lines []string
	var pending strings.Builder
	joining := false
	for line := range strings.SplitSeq(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text), "\n") {
		line = strings.TrimLeft(line, " \t\f")
		if !joining && (line == "" || line[0] == '#' || line[0] == '!') {
			continue
		}
		// What is joined ends in an even number of them, so that only this line's count.
		backslashes := len(line) - len(strings.TrimRight(line, `\`))
		if joining = backslashes%2 == 1; joining {
			pending.WriteString(line[:len(line)-1])
			continue
		}
		lines = append(lines, pending.String()+line)
		pending.Reset()
	}
	if joining {
		lines = append(lines, pending.String())
	}
	return lines
}

// splitProperty splits a line at its first separator that is not escaped: a blank, '=' or ':'.
func splitProperty(line string) (key, value string) {
	end := 0
	for end < len(line) && !strings.ContainsRune("=: \t\f", rune(line[end])) {
		if line[end] == '\\' {
			end++
		}
		end++
	}
	end = min(end, len(line))
	key, rest := line[:end], strings.TrimLeft(line[end:], " \t\f")
	if rest != "" && (rest[0] == '=' || rest[0] == ':') {
		rest = strings.TrimLeft(rest[1:], " \t\f")
	}
	return key, rest
}

func unescapeProperty(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		i++
		switch s[i] {
		case 't':
			b.WriteByte('\t')
		case 'n':
			b.WriteByte('\n')
		case 'r':
			b.WriteByte('\r')
		case 'f':
			b.WriteByte('\f')
		case 'u':
			if code, err := strconv.ParseUint(s[i+1:min(i+5, len(s))], 16, 16); err == nil && i+5 <= len(s) {
				b.WriteRune(rune(code))
				i += 4
				continue
			}
			b.WriteByte('u')
		default:
			b.WriteByte(s[i])
		}
	}
	return b.String()
}
