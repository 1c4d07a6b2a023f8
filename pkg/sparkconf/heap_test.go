// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkconf_test

import (
	"fmt"
	"regexp"
	"testing"
	"testing/quick"

	"github.com/alauda/spark-operator/pkg/sparkconf"
)

func TestHeapSize(t *testing.T) {
	for size, want := range map[string]string{
		"1024": "1024m", " 1024 ": "1024m", "1g": "1g", "512M": "512M", "1t": "1t", "512mb": "512m", "2GB": "2g", "1Gi": "1g", "1536MiB": "1536m",
		"4194304b": "4096k", "1p": "1024t", "1pib": "1024t", "lots": "lots", "1.5g": "1.5g", "": "", "-1": "-1", "${spark.mine}": "${spark.mine}",
	} {
		if got := sparkconf.HeapSize(size); got != want {
			t.Errorf("HeapSize(%q) = %q, want %q", size, got, want)
		}
	}
}

// What Spark reads as a size a JVM always reads, and Spark reads it as the same size in MiB.
func TestHeapSizeIsAlwaysTheSameToSparkAndReadByJVMs(t *testing.T) {
	jvms := regexp.MustCompile("^[0-9]+[kKmMgGtT]$")
	err := quick.Check(func(n uint16, unit uint8) bool {
		units := []string{"", "b", "k", "kb", "m", "MB", "g", "Gb", "t", "tb", "p", "ki", "KiB", "Mi", "gi", "GiB", "Ti", "Pi"}
		size := fmt.Sprint(n%4096) + units[int(unit)%len(units)]
		heap := sparkconf.HeapSize(size)
		conf := sparkconf.New(sparkconf.Property{Key: "a", Value: size}, sparkconf.Property{Key: "b", Value: heap}).WithBinaryUnits()
		want, err := conf.MiB(0, "a")
		if err != nil {
			return false
		}
		got, err := conf.MiB(0, "b")
		return err == nil && got == want && jvms.MatchString(heap)
	}, &quick.Config{MaxCount: 5000})
	if err != nil {
		t.Error(err)
	}
}

func TestWithoutBinaryUnit(t *testing.T) {
	for size, want := range map[string]string{"1Gi": "1g", "384MiB": "384m", "1g": "1g", "512mb": "512mb", "700": "700", "lots": "lots", "": ""} {
		if got := sparkconf.WithoutBinaryUnit(size); got != want {
			t.Errorf("WithoutBinaryUnit(%q) = %q, want %q", size, got, want)
		}
	}
}
