// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkconf

import (
	"encoding/base64"
	"fmt"
	"html"
	"net/url"
	"strings"
	"unicode/utf8"
)

// encodings are how URLs, HTML and XML, and shells have a text that is more than a word.
var encodings = []func(string) string{
	url.QueryEscape,
	func(s string) string { return percent(s, "-_.~", "%%%02X") },
	func(s string) string { return percent(s, "-_.~/", "%%%02X") },
	func(s string) string { return percent(s, "-_.!~*'()", "%%%02X") },
	func(s string) string { return percent(s, "-_.~", "%%%02x") },
	url.PathEscape,
	html.EscapeString,
	strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace,
	strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;").Replace,
	strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&#39;").Replace,
	strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&#x27;").Replace,
	strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&apos;").Replace,
	func(s string) string { return backslashed(s, "") },
	func(s string) string { return backslashed(s, "/:=@%+,") },
	strings.NewReplacer("'", `'\''`).Replace,
	strings.NewReplacer("'", `'"'"'`).Replace,
	strings.NewReplacer(`\`, `\\`, `"`, `\"`, "$", `\$`, "`", "\\`").Replace,
}

// percent writes a text as URLs do, but for letters, digits and what is safe.
func percent(text, safe, format string) string {
	var b strings.Builder
	for i := range len(text) {
		if c := text[i]; isWordByte(c) && c != '_' || strings.IndexByte(safe, c) >= 0 {
			b.WriteByte(c)
			continue
		}
		fmt.Fprintf(&b, format, text[i])
	}
	return b.String()
}

// backslashed writes a text as shells do without quotes, but for what is safe.
func backslashed(text, safe string) string {
	var b strings.Builder
	for _, r := range text {
		if r < utf8.RuneSelf && notToken(r) && !strings.ContainsRune(safe, r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// inBase64 returns what a text is in base64, in both alphabets, whatever stands before and after it in what is encoded:
// of three alignments those characters that depend on the text alone.
func inBase64(text string) []string {
	var all []string
	for before, unknown := range []int{0, 2, 3} {
		bytes := make([]byte, before, before+len(text))
		bytes = append(bytes, text...)
		for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			if known := len(bytes) * 8 / 6; known-unknown >= minSecret {
				all = append(all, encoding.EncodeToString(bytes)[unknown:known])
			}
		}
	}
	return all
}

// pythonText is how Python's ascii has what is not ASCII.
func pythonText(b *strings.Builder, r rune) {
	switch {
	case r <= 0xff:
		fmt.Fprintf(b, `\x%02x`, r)
	case r <= 0xffff:
		fmt.Fprintf(b, `\u%04x`, r)
	default:
		fmt.Fprintf(b, `\U%08x`, r)
	}
}
