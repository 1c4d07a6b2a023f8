// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkconf

import (
	"fmt"
	"iter"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Property is one Spark property.
type Property struct {
	Key, Value string
}

// Conf is an ordered set of Spark properties. The zero value is empty and ready to use. A Conf is not safe for
// concurrent writes.
type Conf struct {
	// entries are the properties in their order, and those that were deleted since, which have no place in at.
	entries []entry
	at      map[string]int
	// binary is whether sizes may have units such as Gi.
	binary bool
}

type entry struct {
	Property

	deleted bool
}

// New returns a Conf of the given properties, in this order.
func New(properties ...Property) *Conf {
	c := &Conf{at: make(map[string]int, len(properties)), entries: make([]entry, 0, len(properties))}
	for _, p := range properties {
		c.Set(p.Key, p.Value)
	}
	return c
}

// Set sets a property. A key that is set already keeps its place and gets the new value.
func (c *Conf) Set(key, value string) {
	if c.at == nil {
		c.at = make(map[string]int, 32)
	}
	if i, set := c.at[key]; set {
		c.entries[i].Value = value
		return
	}
	c.at[key] = len(c.entries)
	c.entries = append(c.entries, entry{Property: Property{key, value}})
}

// SetIfMissing sets a property that is not set yet.
func (c *Conf) SetIfMissing(key, value string) {
	if !c.Contains(key) {
		c.Set(key, value)
	}
}

// SetAll sets the properties of a map, each key with the prefix put before it, in the order of the keys.
func (c *Conf) SetAll(prefix string, properties map[string]string) {
	for _, key := range slices.Sorted(maps.Keys(properties)) {
		c.Set(prefix+key, properties[key])
	}
}

// Delete removes a property.
func (c *Conf) Delete(key string) {
	if i, set := c.at[key]; set {
		delete(c.at, key)
		c.entries[i] = entry{deleted: true}
	}
}

// Contains returns whether a property is set, be it to nothing.
func (c *Conf) Contains(key string) bool {
	_, set := c.at[key]
	return set
}

// Get returns the value of a property, or nothing where it is not set.
func (c *Conf) Get(key string) string {
	value, _ := c.Lookup(key)
	return value
}

// Lookup returns the value of the first of the keys that is set. Spark reads some properties under older names, too.
func (c *Conf) Lookup(keys ...string) (string, bool) {
	for _, key := range keys {
		if i, set := c.at[key]; set {
			return c.entries[i].Value, true
		}
	}
	return "", false
}

// Len returns the number of properties.
func (c *Conf) Len() int { return len(c.at) }

// All iterates over the properties in the order in which their keys were first set.
func (c *Conf) All() iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		for _, e := range c.entries {
			if !e.deleted && !yield(e.Key, e.Value) {
				return
			}
		}
	}
}

// Sorted returns the properties in the order of their keys.
func (c *Conf) Sorted() []Property {
	properties := make([]Property, 0, c.Len())
	for key, value := range c.All() {
		properties = append(properties, Property{key, value})
	}
	slices.SortFunc(properties, byKey)
	return properties
}

// WithPrefix returns the properties whose key begins with the prefix, without it, in the order of their keys.
func (c *Conf) WithPrefix(prefix string) []Property {
	var properties []Property
	for key, value := range c.All() {
		if rest, found := strings.CutPrefix(key, prefix); found {
			properties = append(properties, Property{rest, value})
		}
	}
	slices.SortFunc(properties, byKey)
	return properties
}

func byKey(a, b Property) int { return strings.Compare(a.Key, b.Key) }

// MapWithPrefix returns the properties whose key begins with the prefix, without it; nil where there is none.
func (c *Conf) MapWithPrefix(prefix string) map[string]string {
	var properties map[string]string
	for key, value := range c.All() {
		if rest, found := strings.CutPrefix(key, prefix); found {
			if properties == nil {
				properties = map[string]string{}
			}
			properties[rest] = value
		}
	}
	return properties
}

// Clone returns a copy.
func (c *Conf) Clone() *Conf {
	return &Conf{entries: slices.Clone(c.entries), at: maps.Clone(c.at), binary: c.binary}
}

// WithBinaryUnits returns a copy that reads sizes with units such as Gi, which Spark takes from 4.2 on.
func (c *Conf) WithBinaryUnits() *Conf {
	copied := c.Clone()
	copied.binary = true
	return copied
}

// Int returns a property as a number, or the fallback where it is not set.
func (c *Conf) Int(key string, fallback int64) (int64, error) {
	return read(c, fallback, ParseInt, key)
}

// Float returns a property as a number, or the fallback where it is not set.
func (c *Conf) Float(key string, fallback float64) (float64, error) {
	return read(c, fallback, ParseFloat, key)
}

// Bool returns a property as a truth value, or the fallback where it is not set.
func (c *Conf) Bool(key string, fallback bool) (bool, error) {
	return read(c, fallback, ParseBool, key)
}

// MiB returns the first of the keys that is set as mebibytes, which is also its unit where the value names none, or the
// fallback where none is set.
func (c *Conf) MiB(fallback int64, keys ...string) (int64, error) {
	return read(c, fallback, func(s string) (int64, error) { return parseSize(s, mib, c.binary) }, keys...)
}

// Bytes returns the first of the keys that is set as bytes, which is also its unit where the value names none, or the
// fallback where none is set.
func (c *Conf) Bytes(fallback int64, keys ...string) (int64, error) {
	return read(c, fallback, func(s string) (int64, error) { return parseSize(s, 1, c.binary) }, keys...)
}

// List returns a property that is a list separated by commas. Blank elements are dropped.
func (c *Conf) List(key string) []string { return SplitList(c.Get(key)) }

// SplitList splits a list separated by commas, as Spark does: elements are trimmed and blank ones dropped. Blank is
// what it is to Java: a no-break space stays, and makes of a URI a path.
func SplitList(list string) []string {
	var elements []string
	for element := range strings.SplitSeq(list, ",") {
		if element = strings.TrimFunc(element, isBlank); element != "" {
			elements = append(elements, element)
		}
	}
	return elements
}

func isBlank(r rune) bool { return r <= ' ' }

// FormatFloat returns a number as Java prints a double: 0.1, 1.0, 1.0E7.
func FormatFloat(f float64) string {
	if size := math.Abs(f); size != 0 && (size < 1e-3 || size >= 1e7) {
		mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(f, 'E', -1, 64), "E")
		if !strings.Contains(mantissa, ".") {
			mantissa += ".0"
		}
		number, err := strconv.Atoi(exponent)
		if err != nil {
			return mantissa + "E" + exponent
		}
		return mantissa + "E" + strconv.Itoa(number)
	}
	s := strconv.FormatFloat(f, 'f', -1, 64)
	if !strings.Contains(s, ".") {
		s += ".0"
	}
	return s
}

// read returns the first of the keys that is set, parsed; an error names the key.
func read[T any](c *Conf, fallback T, parse func(string) (T, error), keys ...string) (T, error) {
	for _, key := range keys {
		value, set := c.Lookup(key)
		if !set {
			continue
		}
		parsed, err := parse(value)
		if err != nil {
			return fallback, fmt.Errorf("%s: %w", key, err)
		}
		return parsed, nil
	}
	return fallback, nil
}
