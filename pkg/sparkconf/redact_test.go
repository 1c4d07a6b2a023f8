// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkconf_test

import (
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/alauda/spark-operator/pkg/sparkconf"
)

// FuzzRedact compares with the pattern that is the default of spark.redaction.regex.
func FuzzRedact(f *testing.F) {
	pattern := regexp.MustCompile(`(?i)secret|password|token|access[.]?key`)
	for _, seed := range []string{"spark.ssl.keyPassword", "spark.a.Access.Key", "accesskey", "access-key", "ſecret", "toKen", "a\xffSECRET", ""} {
		f.Add(seed, "value")
		f.Add("spark.x", seed)
	}
	f.Fuzz(func(t *testing.T, key, value string) {
		want := value
		if pattern.MatchString(key) || pattern.MatchString(value) {
			want = sparkconf.Redacted
		}
		if got := sparkconf.Redact(key, value); got != want {
			t.Errorf("Redact(%q, %q) = %q, want %q", key, value, got, want)
		}
	})
}

func TestMaskerHidesSecretsInTexts(t *testing.T) {
	masker := sparkconf.New(
		sparkconf.Property{Key: "spark.my.password", Value: "hunter2"},
		sparkconf.Property{Key: "spark.my.secret", Value: "hunter2hunter2"},
		sparkconf.Property{Key: "spark.quoted.token", Value: `a"b\c`},
		sparkconf.Property{Key: "spark.lines.secret", Value: "-----BEGIN\nabcdefgh\n"},
		sparkconf.Property{Key: "spark.short.token", Value: "on"},
		sparkconf.Property{Key: "spark.plain", Value: "plain"},
	).Masker()
	for text, want := range map[string]string{
		"plain on hunter2.":            "plain on *********(redacted).",
		"x=hunter2hunter2":             "x=*********(redacted)",
		`Invalid value: "a\"b\\c"`:     `Invalid value: "*********(redacted)"`,
		`a"b\c`:                        "*********(redacted)",
		"-----BEGIN / abcdefgh":        "*********(redacted) / *********(redacted)",
		"other.password=unknown, next": "other.password=unknown, next",
	} {
		if diff := cmp.Diff(want, masker.Mask(text)); diff != "" {
			t.Errorf("Mask(%q) (-want +got):\n%s", text, diff)
		}
	}
	for line, want := range map[string]string{
		"other.password=unknown, next":       "other.password=*********(redacted), next",
		`{"authToken":"abc","level":"INFO"}`: `{"authToken":"*********(redacted)","level":"INFO"}`,
		"level: INFO":                        "level: INFO",
	} {
		if diff := cmp.Diff(want, masker.MaskOutput(line)); diff != "" {
			t.Errorf("MaskOutput(%q) (-want +got):\n%s", line, diff)
		}
	}
}
