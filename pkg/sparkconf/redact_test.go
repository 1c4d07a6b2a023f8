// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkconf_test

import (
	"regexp"
	"testing"

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
