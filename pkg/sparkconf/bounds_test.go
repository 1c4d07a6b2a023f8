// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkconf_test

import (
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/alauda/spark-operator/pkg/sparkconf"
)

// Amounts that somebody may mean are read as Kubernetes reads them, and others are refused before they are read.
func TestQuantitiesOfAnyFormAreReadAtOnce(t *testing.T) {
	for _, taken := range []string{"1", "500m", "1.5", "1e3", "1E3", "12E", "2Ei", "1e-3", "1e+03", "0001", "1e-0000002", "1e99"} {
		got, err := sparkconf.ParseQuantity(taken)
		if want := resource.MustParse(taken); err != nil || got.Cmp(want) != 0 {
			t.Errorf("%s: %v, %v, want %v", taken, &got, err, &want)
		}
	}
	for _, refused := range []string{"1e-1000000000", "1E1000000000", "1e100", strings.Repeat("1", 65), "", "e", "1e1.5", "1e0000100", "1e-", " 1e-1000000000 "} {
		if got, err := sparkconf.ParseQuantity(refused); err == nil {
			t.Errorf("%.20s is read as %v", refused, &got)
		}
	}
	for name, parse := range map[string]func(string) (resource.Quantity, error){"cpu": sparkconf.ParseCPU, "memory": sparkconf.ParseMemoryLimit} {
		if got, err := parse("1e-1000000000"); err == nil {
			t.Errorf("%s: 1e-1000000000 is read as %v", name, &got)
		}
	}
}

// A pattern of the author's that there is no time for hides everything; one that there is time for hides what it
// matches.
func TestPatternsThatTakeLongHideEverything(t *testing.T) {
	const plain = "only-42-of-1234567"
	for name, tc := range map[string]struct {
		pattern, before string
		hidden          bool
	}{
		"no pattern":                     {"", "", false},
		"one that matches":               {"(?i)ONLY", "", true},
		"one that does not":              {"(?i)secret|password|token|access[.]?key", strings.Repeat("x", 1<<17), false},
		"one that Go does not read":      {"(?<!a)b(", "", false},
		"a long one":                     {strings.Repeat("(a?)", 2000), "", true},
		"one that is long once repeated": {strings.Repeat("((a?){30}){30}", 20) + "z", "", true},
		"long values":                    {"((a?){9}){9}z", strings.Repeat("a", 1<<20), true},
	} {
		masker := sparkconf.NewMasker(tc.pattern)
		masker.Note("spark.before", tc.before)
		masker.Note("spark.plain", plain)
		if hidden := masker.Mask(plain) != plain; hidden != tc.hidden {
			t.Errorf("%s: hidden is %v, want %v", name, hidden, tc.hidden)
		}
	}
}

// Of secrets that overlap in a text nothing is left.
func TestMaskHidesSecretsThatOverlap(t *testing.T) {
	masker := sparkconf.NewMasker("")
	masker.Note("spark.a.password", "ab1cdefgh")
	masker.Note("spark.b.password", "fgh2ijklmn")
	masker.Note("spark.c.password", "cdefgh2i9")
	if got, want := masker.Mask("<ab1cdefgh2ijklmn>"), "<"+sparkconf.Redacted+">"; got != want {
		t.Errorf("Mask() = %q, want %q", got, want)
	}
}

// Lines that are joined by backslashes are read in one go, however many there are.
func TestParsePropertiesJoinsLines(t *testing.T) {
	conf := sparkconf.ParseProperties("a=1\\\n  2\\\\\\\n  3\n# c\nb=x\\\\\nc=\\")
	want := []sparkconf.Property{{Key: "a", Value: `12\3`}, {Key: "b", Value: `x\`}, {Key: "c", Value: ""}}
	for i, p := range conf.Sorted() {
		if i >= len(want) || p != want[i] {
			t.Errorf("property %d is %q, want %q", i, p, want)
		}
	}
	if conf.Len() != len(want) {
		t.Errorf("%d properties, want %d", conf.Len(), len(want))
	}
}
