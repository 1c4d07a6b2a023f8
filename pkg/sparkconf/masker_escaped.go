// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkconf

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// pieces returns what of a secret is looked for: its lines, and those that are too short to be hidden alone together
// with their neighbours. Of n bytes it returns fewer than three times as many.
func pieces(secret string) []string {
	var found []string
	type part struct {
		span
		isLong bool
	}
	var last part
	// run is of short lines, and the long ones before and after.
	run, lines := span{}, 0
	end := func() {
		if lines > 1 {
			found = append(found, secret[run.from:run.to])
		}
		lines = 0
	}
	from := 0
	for line := range strings.Lines(secret) {
		trimmed := strings.TrimSpace(line)
		start := from + strings.Index(line, trimmed)
		from += len(line)
		if trimmed == "" {
			continue
		}
		found = append(found, trimmed)
		this := part{span{start, start + len(trimmed)}, !isShort(trimmed)}
		switch {
		case lines > 0:
			run.to, lines = this.to, lines+1
			if this.isLong {
				end()
			}
		case !this.isLong && last.isLong:
			run, lines = span{last.from, this.to}, 2
		case !this.isLong:
			run, lines = this.span, 1
		}
		last = this
	}
	end()
	return found
}

// isShort returns whether a text is hidden as a word of its own only, if at all.
func isShort(text string) bool { return isOrdinary(text) || len(text) < minSecret && isToken(text) }

// escapings are how languages write a text between quotes: Go, JSON as Go, JavaScript and Python write it, and the
// texts and bytes of Python.
var escapings = []func(string) string{
	func(s string) string { return unquoted(strconv.Quote(s)) },
	func(s string) string { return unquoted(strconv.QuoteToASCII(s)) },
	func(s string) string {
		encoded, err := json.Marshal(s)
		if err != nil {
			return s
		}
		return unquoted(string(encoded))
	},
	escaping{quote: '"', control: `\u%04x`, named: "\b\f"}.escape,
	escaping{quote: '"', control: `\u%04x`, named: "\b\f", other: jsonUnits}.escape,
	escaping{control: `\x%02x`}.escape,
	escaping{quote: '\'', control: `\x%02x`}.escape,
	escaping{quote: '\'', control: `\x%02x`, other: pythonBytes}.escape,
	escaping{control: `\x%02x`, other: pythonText}.escape,
	escaping{quote: '\'', control: `\x%02x`, other: pythonText}.escape,
}

func unquoted(quoted string) string { return quoted[1 : len(quoted)-1] }

// escaped returns how languages write a text where that is not as it is, and how others encode it.
func escaped(text string) []string {
	var all []string
	if strings.IndexFunc(text, needsEscape) >= 0 {
		all = escapedBy(escapings, text)
	}
	if !isToken(text) {
		all = append(all, escapedBy(encodings, text)...)
	}
	all = append(all, inBase64(text)...)
	slices.Sort(all)
	return slices.Compact(all)
}

// escapedBy returns how some write a text where that is not as it is.
func escapedBy(writers []func(string) string, text string) []string {
	var all []string
	for _, write := range writers {
		if written := write(text); written != text {
			all = append(all, written)
		}
	}
	return all
}

func needsEscape(r rune) bool { return r < ' ' || r >= 0x7f || strings.ContainsRune(`\"'<>&`, r) }

// escaping is how a language writes a text.
type escaping struct {
	// quote has a backslash before it, as the backslash has.
	quote rune
	// control is the format of control characters that have no letter, and named are those that have one beside line
	// feed, return and tab.
	control, named string
	// other writes what is not ASCII; nil leaves it.
	other func(*strings.Builder, rune)
}

func (e escaping) escape(text string) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case r == '\\', r == e.quote && r != 0:
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n', r == '\r', r == '\t', strings.ContainsRune(e.named, r):
			b.WriteString(unquoted(strconv.QuoteRune(r)))
		case r < ' ', r == 0x7f && !strings.Contains(e.control, "u"):
			fmt.Fprintf(&b, e.control, r)
		case r >= utf8.RuneSelf && e.other != nil:
			e.other(&b, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

func jsonUnits(b *strings.Builder, r rune) {
	for _, unit := range utf16.Encode([]rune{r}) {
		fmt.Fprintf(b, `\u%04x`, unit)
	}
}

func pythonBytes(b *strings.Builder, r rune) {
	for _, c := range []byte(string(r)) {
		fmt.Fprintf(b, `\x%02x`, c)
	}
}
