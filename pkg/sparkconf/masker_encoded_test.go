// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkconf_test

import (
	"encoding/base64"
	"html"
	"net/url"
	"strings"
	"testing"
)

// Secrets are hidden in the forms in which drivers print them, written out here as the programs print them.
func TestMaskerHidesEncodedSecrets(t *testing.T) {
	for name, tc := range map[string]struct{ secret, printed, shows string }{
		"URL":                        {"Tr0ub4dor&3xyz", "Tr0ub4dor%263xyz", "Tr0ub4dor"},
		"URL, lower case":            {"Tr0ub4dor/+3xyz", "Tr0ub4dor%2f%2b3xyz", "Tr0ub4dor"},
		"URL path":                   {"Tr0ub4dor/3 xyz", "Tr0ub4dor/3%20xyz", "Tr0ub4dor"},
		"URL form":                   {"Tr0ub4dor&3 xyz", "Tr0ub4dor%263+xyz", "Tr0ub4dor"},
		"URL by JavaScript":          {"Tr0ub4dor!(3)&xyz", "Tr0ub4dor!(3)%26xyz", "Tr0ub4dor"},
		"Python's ascii":             {"unicod\u00e9\u2713pass99", `unicod\xe9\u2713pass99`, "pass99"},
		"Python's ascii, beyond BMP": {"unicod\U0001F511pass99", `unicod\U0001f511pass99`, "pass99"},
		"base64":                     {"Tr0ub4dor3xyz", "VHIwdWI0ZG9yM3h5eg==", "VHIwdWI0ZG9yM3h5"},
		"HTML":                       {`Tr0ub&4<do"r'3xyz`, "Tr0ub&amp;4&lt;do&quot;r&#39;3xyz", "3xyz"},
		"XML":                        {`Tr0ub&4<do"r'3xyz`, "Tr0ub&amp;4&lt;do&quot;r&apos;3xyz", "3xyz"},
		"shell":                      {"Tr0ub4dor&3 xyz", `Tr0ub4dor\&3\ xyz`, "Tr0ub4dor"},
		"shell, in quotes":           {"Tr0ub4dor'3xyz", `Tr0ub4dor'\''3xyz`, "Tr0ub4dor"},
	} {
		t.Run(name, func(t *testing.T) {
			masked := masker(nil, "spark.my.password", tc.secret).Mask("denied: " + tc.printed + " is wrong")
			if strings.Contains(masked, tc.shows) || !strings.Contains(masked, "(redacted)") || !strings.HasPrefix(masked, "denied: ") || !strings.HasSuffix(masked, " is wrong") {
				t.Errorf("Mask() = %q", masked)
			}
		})
	}
}

// Of a secret that is part of what is encoded, such as the credential of Basic authentication, nothing is shown but
// what is shared with its neighbours.
func TestMaskerHidesSecretsWithinBase64(t *testing.T) {
	const secret = "Tr0ub4dor&3\u00ff\u00fexyz?>"
	m := masker(nil, "spark.my.password", secret)
	for name, encoding := range map[string]*base64.Encoding{"standard": base64.StdEncoding, "URL": base64.URLEncoding} {
		for _, user := range []string{"", "a:", "ab:", "abc:", "user:"} {
			for _, after := range []string{"", "\n", "@h", "@host"} {
				encoded := encoding.EncodeToString([]byte(user + secret + after))
				masked := m.Mask("Authorization: Basic " + encoded)
				whole := strings.TrimPrefix(masked, "Authorization: Basic ")
				head, tail, found := strings.Cut(whole, "*********(redacted)")
				if most := len(encoding.EncodeToString([]byte(user))) + 1; !found || len(head) > most || len(tail) > 10 {
					t.Errorf("%s, %q before and %q after: %q", name, user, after, masked)
				}
			}
		}
	}
}

// However a library encodes a secret that is drawn, it is hidden.
func TestMaskerHidesWhatLibrariesEncode(t *testing.T) {
	encoders := map[string]func(string) string{
		"query": url.QueryEscape, "path": url.PathEscape, "HTML": html.EscapeString,
		"base64": func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) },
	}
	for range 2000 {
		secret := "Zq7" + letters("abc019&<>\"'/ +=@:\u00e9", 20) + "Zq8"
		m := masker(nil, "a.secret", secret)
		for name, encode := range encoders {
			if masked := m.Mask("x " + encode(secret) + " y"); !strings.HasPrefix(masked, "x *********(redacted)") || strings.Contains(masked, "Zq") {
				t.Fatalf("%s of %q: %q", name, secret, masked)
			}
		}
	}
}
