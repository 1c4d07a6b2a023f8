// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkconf_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf16"
)

// quotes are texts as programs print them in error messages, by language.
var quotes = map[string]func(string) string{
	"as it is":                      func(s string) string { return s },
	"Go %q":                         func(s string) string { return fmt.Sprintf("%q", s) },
	"Go %+q":                        func(s string) string { return fmt.Sprintf("%+q", s) },
	"Go JSON":                       func(s string) string { b, _ := json.Marshal(s); return string(b) },
	"JSON, as JavaScript":           plainJSON,
	"Python json.dumps":             func(s string) string { return onlyASCII(plainJSON(s)) },
	"Python repr":                   func(s string) string { return "'" + python(s, `'`) + "'" },
	"Python repr, in double quotes": func(s string) string { return `"` + python(s, "") + `"` },
	"Python repr of bytes":          func(s string) string { return "b'" + bytesOf(python(s, `'`)) + "'" },
}

func plainJSON(s string) string {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(s)
	return strings.NewReplacer("\\u2028", "\u2028", "\\u2029", "\u2029").Replace(strings.TrimSuffix(b.String(), "\n"))
}

func onlyASCII(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r < 0x80:
			b.WriteRune(r)
		case r < 0x10000:
			fmt.Fprintf(&b, "\\u%04x", r)
		default:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&b, "\\u%04x\\u%04x", high, low)
		}
	}
	return b.String()
}

// python escapes as repr does, and the quote, if any.
func python(s, quote string) string {
	s = strings.ReplaceAll(s, `\`, `\\`)
	if quote != "" {
		s = strings.ReplaceAll(s, quote, `\`+quote)
	}
	s = strings.NewReplacer("\n", `\n`, "\r", `\r`, "\t", `\t`, "\x01", `\x01`, "\b", `\x08`, "\x7f", `\x7f`).Replace(s)
	return s
}

func bytesOf(s string) string {
	var b strings.Builder
	for i := range len(s) {
		if s[i] < 0x80 {
			b.WriteByte(s[i])
			continue
		}
		fmt.Fprintf(&b, `\x%02x`, s[i])
	}
	return b.String()
}

// A secret of several lines is hidden down to its last short line, which alone is too ordinary to hide, however a
// program has escaped it.
func TestMaskerHidesSecretsHoweverTheyArePrinted(t *testing.T) {
	for name, secret := range map[string]string{
		"a short last line":         "-----BEGIN KEY-----\nabcd1234efgh5678\nQ9\n",
		"a short last line, CRLF":   "-----BEGIN KEY-----\r\nabcd1234efgh5678\r\nQ9",
		"a short first line":        "Q9\n  abcd1234efgh5678\n",
		"short lines":               "Q9\nab\n\ncd\nabcd1234efgh5678\nef\n",
		"only short lines":          "Q9\nword\nQ9\n",
		"tabs and quotes":           "abcd\t1234\"efgh'5678\n\tQ9",
		"what JSON escapes in HTML": "abcd<1234>&efgh\nQ9",
		"other letters":             "pässwörter-1234\nQ9",
		"letters of two units":      "abcd\U0001F511efgh1234\nQ9",
		"backslashes":               `ab\cd\1234` + "\nQ9",
		"control characters":        "ab\x01cd\b1234\x7f\nQ9",
	} {
		for language, quote := range quotes {
			t.Run(name+"/"+language, func(t *testing.T) {
				m := masker(nil, "spark.my.password", secret)
				text := "error: cannot sign in with " + quote(secret) + ": denied"
				masked := m.Mask(text)
				if strings.Contains(masked, "Q9") || strings.Contains(masked, "1234") || !strings.HasPrefix(masked, "error: cannot sign in with ") || !strings.HasSuffix(masked, ": denied") {
					t.Errorf("%q shows %q", masked, text)
				}
			})
		}
	}
}

// A short line that stands for itself is left: it may be an ordinary word.
func TestShortLinesOfSecretsAloneAreLeft(t *testing.T) {
	m := masker(nil, "spark.my.password", "abcd1234efgh5678\nmain\n")
	const text = "the main class"
	if got := m.Mask(text); got != text {
		t.Errorf("Mask() = %q", got)
	}
}

// What it costs to know a secret and to look for it at the cut beginning of a text grows with their lengths: a mebibyte
// takes well under a second of what a square would take hours for.
func TestMaskerIsLinear(t *testing.T) {
	for name, secret := range map[string]string{
		"one letter":       strings.Repeat("a", 1<<20),
		"short lines":      strings.Repeat("ab\n", 1<<18),
		"lines in turn":    strings.Repeat("ab\nabcd1234efgh5678\n", 1<<15),
		"what is escaped":  strings.Repeat("\\\"é\n", 1<<17),
		"nothing but ends": strings.Repeat("\n", 1<<20),
	} {
		t.Run(name, func(t *testing.T) {
			began := time.Now()
			m := masker(nil, "spark.my.password", secret)
			half := secret[len(secret)/2:]
			m.Mask(half)
			m.MaskEnd(half)
			if took := time.Since(began); took > 20*time.Second {
				t.Errorf("took %s", took)
			}
		})
	}
}
