// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkconf

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/resource"
)

// The binary units of memory.
const (
	kib = int64(1) << (10 * (iota + 1))
	mib
	gib
	tib
	pib
)

// byteUnits are Spark's suffixes of memory sizes.
var byteUnits = map[string]int64{
	"b": 1, "k": kib, "kb": kib, "m": mib, "mb": mib, "g": gib, "gb": gib, "t": tib, "tb": tib, "p": pib, "pb": pib,
}

// binaryUnits are the suffixes that Spark takes beside byteUnits from 4.2 on.
var binaryUnits = map[string]int64{
	"ki": kib, "kib": kib, "mi": mib, "mib": mib, "gi": gib, "gib": gib, "ti": tib, "tib": tib, "pi": pib, "pib": pib,
}

// timeUnits are Spark's suffixes of durations.
var timeUnits = map[string]time.Duration{
	"us": time.Microsecond, "ms": time.Millisecond, "s": time.Second, "m": time.Minute, "min": time.Minute,
	"h": time.Hour, "d": 24 * time.Hour,
}

// ParseBytes reads a size; where it names no unit it is bytes.
func ParseBytes(s string) (int64, error) { return parseSize(s, 1, false) }

// ParseMiB reads a size as mebibytes, rounded down; where it names no unit it is mebibytes.
func ParseMiB(s string) (int64, error) { return parseSize(s, mib, false) }

// parseSize reads a size in a unit that is also what a number alone is in. Spark reads a leading minus; whether the
// result may be negative is for the caller to say.
func parseSize(s string, unit int64, binary bool) (int64, error) {
	unsigned, negative := strings.CutPrefix(s, "-")
	number, suffix := splitUnit(unsigned)
	if number == "" {
		return 0, fmt.Errorf("%q is no size: want a whole number and one of b, k, m, g, t, p, as in 512m", s)
	}
	value, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%q is no size: %w", s, err)
	}
	from := unit
	if suffix != "" {
		known := false
		if from, known = byteUnits[suffix]; !known && binary {
			from, known = binaryUnits[suffix]
		}
		if !known {
			return 0, fmt.Errorf("%q is no size: unknown unit %q, want one of b, k, m, g, t, p", s, suffix)
		}
	}
	if value > math.MaxInt64/from {
		return 0, fmt.Errorf("%q is too large a size: want less than 8192p", s)
	}
	if from >= unit {
		value *= from / unit
	} else {
		value /= unit / from
	}
	if negative {
		value = -value
	}
	return value, nil
}

// WithoutBinaryUnit returns a size such as 2Gi as 2g, which is the same to Spark and read by every release; any other
// as it is.
func WithoutBinaryUnit(s string) string {
	number, suffix := splitUnit(s)
	if _, binary := binaryUnits[suffix]; number == "" || !binary {
		return s
	}
	return number + suffix[:1]
}

// HeapSize returns a size of a heap as a JVM reads it, which wants one of the letters k, m, g and t, and takes a number
// alone for bytes. What it reads already, and what is no size, stays as it is.
func HeapSize(s string) string {
	s = WithoutBinaryUnit(s)
	number, suffix := splitUnit(s)
	value, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		return s
	}
	switch suffix {
	case "":
		return number + "m"
	case "b":
		return strconv.FormatInt(value/kib, 10) + "k"
	case "p", "pb":
		if value > math.MaxInt64/kib {
			return s
		}
		return strconv.FormatInt(value*kib, 10) + "t"
	case "k", "m", "g", "t":
		return strings.TrimSpace(s)
	}
	if _, known := byteUnits[suffix]; !known {
		return s
	}
	return number + suffix[:1]
}

// ParseSeconds reads a duration as seconds, towards zero; where it names no unit it is seconds. Like Spark it takes one
// that is too long for the longest there is.
func ParseSeconds(s string) (int64, error) {
	unsigned, negative := strings.CutPrefix(strings.TrimSpace(s), "-")
	number, suffix := splitUnit(unsigned)
	if number == "" || strings.HasPrefix(unsigned, " ") {
		return 0, fmt.Errorf("%q is no duration: want a whole number and one of us, ms, s, m, h, d, as in 30s", s)
	}
	unit := time.Second
	if suffix != "" {
		known := false
		if unit, known = timeUnits[suffix]; !known {
			return 0, fmt.Errorf("%q is no duration: unknown unit %q, want one of us, ms, s, m, min, h, d", s, suffix)
		}
	}
	value, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%q is no duration: %w", s, err)
	}
	switch ratio := int64(unit / time.Second); {
	case ratio == 0:
		value /= int64(time.Second / unit)
	case value > math.MaxInt64/ratio && negative:
		return math.MinInt64, nil
	case value > math.MaxInt64/ratio:
		value = math.MaxInt64
	default:
		value *= ratio
	}
	if negative {
		value = -value
	}
	return value, nil
}

// splitUnit splits digits from the letters after them. It returns no digits where the text has another form.
func splitUnit(s string) (number, unit string) {
	s = strings.ToLower(strings.TrimSpace(s))
	end := 0
	for end < len(s) && s[end] >= '0' && s[end] <= '9' {
		end++
	}
	for _, r := range s[end:] {
		if r < 'a' || r > 'z' {
			return "", ""
		}
	}
	return s[:end], s[end:]
}

// ParseBool reads a truth value; only true and false are one, in whatever case.
func ParseBool(s string) (bool, error) {
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "true":
		return true, nil
	case "false":
		return false, nil
	}
	return false, fmt.Errorf("%q is neither true nor false", s)
}

// ParseInt reads a whole number that fits Java's int.
func ParseInt(s string) (int64, error) {
	n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 32)
	if err != nil {
		return 0, fmt.Errorf("%q is no whole number", s)
	}
	return n, nil
}

// ParseFloat reads a number. Like Java it takes a d or f at its end, and no digits that are grouped.
func ParseFloat(s string) (float64, error) {
	number := strings.TrimSpace(s)
	if end := len(number) - 1; end > 0 && strings.ContainsRune("dDfF", rune(number[end])) && strings.ContainsRune("0123456789.", rune(number[end-1])) {
		number = number[:end]
	}
	f, err := strconv.ParseFloat(number, 64)
	if err != nil || math.IsInf(f, 0) || math.IsNaN(f) || strings.Contains(number, "_") {
		return 0, fmt.Errorf("%q is no number", s)
	}
	return f, nil
}

// ParseCPU reads an amount of CPU, such as 1, 0.5 or 500m.
func ParseCPU(s string) (resource.Quantity, error) {
	q, err := ParseQuantity(s)
	if err != nil || q.Sign() < 0 {
		return resource.Quantity{}, fmt.Errorf("%q is no amount of CPU: want a number of cores, as in 1, 0.5 or 500m", s)
	}
	return q, nil
}

// ParseMemoryLimit reads an amount of memory in Spark's units or, where it is none of them, in those of Kubernetes:
// 1g and 1Gi are the same.
func ParseMemoryLimit(s string) (resource.Quantity, error) {
	if number, _ := splitUnit(s); number != "" {
		if bytes, err := ParseBytes(s); err == nil {
			return *resource.NewQuantity(bytes, resource.BinarySI), nil
		}
	}
	q, err := ParseQuantity(s)
	if err != nil || q.Sign() < 0 {
		return resource.Quantity{}, fmt.Errorf("%q is no amount of memory: want a number with a unit, as in 512m or 2Gi", s)
	}
	return q, nil
}

const (
	// MaxQuantityLength is how many characters of a quantity are read. Kubernetes keeps 18 digits before the point and
	// 9 behind.
	MaxQuantityLength = 64
	// MaxExponentDigits is how many digits its exponent may have: 1e99 is more than any cluster has.
	MaxExponentDigits = 2
)

// ParseQuantity reads a quantity as Kubernetes does, unless it would take long: 1e-1000000000 takes an hour.
func ParseQuantity(s string) (resource.Quantity, error) {
	if why := ExpensiveQuantity(s); why != "" {
		return resource.Quantity{}, fmt.Errorf("quantity %.*q: %s", MaxQuantityLength, s, why)
	}
	return resource.ParseQuantity(s)
}

// ExpensiveQuantity returns why it would take long to read a text as a quantity; nothing where it would not, whether it
// is a quantity or not.
func ExpensiveQuantity(s string) string {
	if len(s) > MaxQuantityLength {
		return fmt.Sprintf("it has more than %d characters", MaxQuantityLength)
	}
	if i := strings.IndexAny(s, "eE"); i >= 0 && LongExponent(s[i+1:]) {
		return fmt.Sprintf("its exponent has more than %d digits", MaxExponentDigits)
	}
	return ""
}

// LongExponent reports whether the number at the beginning of a text, which stands behind the e of a quantity, has more
// digits than are read.
func LongExponent[T string | []byte](s T) bool {
	i, digits := 0, 0
	if len(s) > 0 && (s[0] == '+' || s[0] == '-') {
		i++
	}
	for ; i < len(s) && '0' <= s[i] && s[i] <= '9' && digits <= MaxExponentDigits; i++ {
		if digits > 0 || s[i] != '0' {
			digits++
		}
	}
	return digits > MaxExponentDigits
}

// MiBQuantity returns mebibytes as a quantity; more than there is a number of bytes for is the most there is.
func MiBQuantity(n int64) resource.Quantity {
	return *resource.NewQuantity(min(n, math.MaxInt64/mib)*mib, resource.BinarySI)
}
