// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package identity

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"hash/fnv"
	"reflect"
	"strings"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
)

// specHashVersion names the way SpecHash is computed. It changes when an operator upgrade would otherwise change the
// hash of an unchanged spec: hashes of different versions are never compared (see SameSpec). The release that changes
// it keeps the way before for as long as hashes of it are about, and compares those in that way: an edit that was made
// while the operator was down for the upgrade would be missed otherwise.
const specHashVersion = "h2"

// SpecHash returns the hash of what a run is made from: the defaulted spec without the fields that do not change a run
// (see Fields). Defaults are applied first, so that a spec stored without them hashes alike, and fields that are empty
// count as absent, so that a field the API gets later changes no hash.
//
// It has three parts: the version, the hash proper, and two digits for each field, by which Changed names what differs.
func SpecHash(app *v1beta2.SparkApplication) string {
	defaulted := &v1beta2.SparkApplication{Spec: *app.Spec.DeepCopy()}
	v1beta2.SetSparkApplicationDefaults(defaulted)
	spec := reflect.ValueOf(&defaulted.Spec).Elem()

	whole := sha256.New()
	var digits strings.Builder
	for _, f := range hashed {
		encoded := encode(spec.Field(f.index))
		digits.WriteString(digitsOf(encoded))
		if encoded == nil {
			continue
		}
		// Neither writer fails.
		_, _ = whole.Write([]byte(f.name))
		_, _ = whole.Write(encoded)
	}
	return specHashVersion + "-" + hex.EncodeToString(whole.Sum(nil)[:8]) + "-" + digits.String()
}

// encode returns the field as JSON; nothing where it is empty.
func encode(field reflect.Value) []byte {
	switch field.Kind() {
	case reflect.Map, reflect.Slice, reflect.String:
		if field.Len() == 0 {
			return nil
		}
	case reflect.Pointer:
		if field.IsNil() {
			return nil
		}
	default:
		if field.IsZero() {
			return nil
		}
	}
	encoded, err := json.Marshal(field.Interface())
	if err != nil {
		// The spec came from JSON and holds only JSON types.
		panic("identity: a SparkApplication spec must encode as JSON: " + err.Error())
	}
	if field.Kind() == reflect.Struct && string(encoded) == "{}" {
		return nil
	}
	return encoded
}

// alphabet are the digits of a field.
const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_."

func digitsOf(encoded []byte) string {
	if encoded == nil {
		return alphabet[:1] + alphabet[:1]
	}
	sum := fnv.New32a()
	_, _ = sum.Write(encoded)
	n := sum.Sum32()
	return string([]byte{alphabet[n>>26], alphabet[n>>20&63]})
}

// SameSpec reports whether two spec hashes stand for the same run. Hashes of different versions, and an unknown (empty)
// one, are taken as the same: an upgrade of the operator must not restart the applications that it finds.
func SameSpec(a, b string) bool {
	return !Comparable(a, b) || proper(a) == proper(b)
}

// Comparable reports whether two spec hashes were made in the same way.
func Comparable(a, b string) bool {
	version := func(hash string) string { v, _, _ := strings.Cut(hash, "-"); return v }
	return a != "" && b != "" && version(a) == version(b)
}

// proper returns a hash without the digits of its fields, of which another release may have more.
func proper(hash string) string {
	version, rest, _ := strings.Cut(hash, "-")
	sum, _, _ := strings.Cut(rest, "-")
	return version + "-" + sum
}

// Changed names the fields of the spec in which two hashes differ, as far as they show it. One change in four thousand
// leaves its digits as they were.
func Changed(a, b string) []string {
	if SameSpec(a, b) {
		return nil
	}
	var names []string
	before, after := fieldDigits(a), fieldDigits(b)
	for i, f := range hashed {
		from := 2 * i
		if from+2 > min(len(before), len(after)) {
			break
		}
		if before[from:from+2] != after[from:from+2] {
			names = append(names, f.name)
		}
	}
	return names
}

func fieldDigits(hash string) string {
	parts := strings.SplitN(hash, "-", 3)
	if len(parts) < 3 {
		return ""
	}
	return parts[2]
}
