// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package conformance

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/alauda/spark-operator/pkg/render"
	"github.com/alauda/spark-operator/pkg/sparkconf"
	"github.com/alauda/spark-operator/test/conformance/sparkjvm"
)

// Sizes, durations and numbers are read as Spark reads them, whatever stands there.
func TestParsersAreThoseOfSpark(t *testing.T) {
	texts := oddTexts()
	forEachSpark(t, func(t *testing.T, s *spark) {
		t.Helper()
		readings, err := s.jvm.Parse(texts)
		if err != nil {
			t.Fatal(err)
		}
		if len(readings) != len(texts) {
			t.Fatalf("%d readings of %d texts", len(readings), len(texts))
		}
		taken := 0
		for i, text := range texts {
			want := readings[i]
			// Before Java 19 large numbers are printed with more digits than they need.
			if f, err := strconv.ParseFloat(want.Float, 64); err == nil && math.Abs(f) >= 1e7 {
				want.Float = sparkconf.FormatFloat(f)
			}
			if want.Bytes != refused {
				taken++
			}
			// Ours refuses sizes of which no quantity of Kubernetes can hold the bytes.
			if size, err := strconv.ParseInt(want.MiB, 10, 64); err == nil && max(size, -size) > math.MaxInt64>>20 {
				want.MiB = refused
			}
			if diff := cmp.Diff(want, readingOf(s.version, text)); diff != "" {
				t.Errorf("%q (-Spark +ours):\n%s", text, diff)
			}
		}
		t.Logf("%d texts, %d of them sizes", len(texts), taken)
		if taken < len(texts)/10 {
			t.Errorf("only %d of %d texts are sizes: they test little", taken, len(texts))
		}
	})
}

const refused = "refused"

// readingOf returns what we read of a text.
func readingOf(version, text string) sparkjvm.Reading {
	conf := render.ForVersion(version).Version.Reading(sparkconf.New(sparkconf.Property{Key: "k", Value: text}))
	return sparkjvm.Reading{
		Bytes: reading(conf.Bytes(0, "k")), MiB: reading(conf.MiB(0, "k")), Seconds: reading(sparkconf.ParseSeconds(text)),
		Int: reading(conf.Int("k", 0)), Float: floatReading(conf.Float("k", 0)),
	}
}

func reading(n int64, err error) string {
	if err != nil {
		return refused
	}
	return strconv.FormatInt(n, 10)
}

func floatReading(f float64, err error) string {
	if err != nil {
		return refused
	}
	return sparkconf.FormatFloat(f)
}

// oddTexts are texts that look like sizes, durations and numbers, the same ones every time.
func oddTexts() []string {
	texts := []string{"", " ", "-", "0", "-0", "00012", "+5", "1.5", "1.5g", "1e3", "1e-7", "0.1", "123456789.125", "9223372036854775807",
		"9223372036854775808", "9223372036854775807k", "8388608t", "2147483647", "2147483648", "-2147483648", "1_000", "1g ", " 1g", "1 g", "1G", "1Gb",
		"1gib", "1gi", "1ki", "1Mi", "1MiB", "1ti", "1tib", "1pi", "1pib", "1bi", "--1", "- 1", "100d", "1us", "1500ms", "-1500ms", "106751991167d", "NULL", "1,5"}
	random := rand.New(rand.NewPCG(1, 2))
	units := []string{"", "", "b", "k", "kb", "m", "MB", "g", "gb", "t", "p", "pb", "s", "ms", "min", "h", "d", "us", "x", " m", "."}
	for range 2000 {
		digits := strings.Repeat("9", random.IntN(3)) + strconv.FormatInt(random.Int64N(1<<(1+random.IntN(62))), 10)
		if random.IntN(6) == 0 {
			digits = "-" + digits
		}
		if random.IntN(6) == 0 {
			digits += fmt.Sprintf(".%d", random.IntN(1000))
		}
		texts = append(texts, digits+units[random.IntN(len(units))])
	}
	return texts
}
