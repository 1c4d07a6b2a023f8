// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package decoding

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/alauda/spark-operator/pkg/sparkconf"
)

// maxShown is how much of a value or a key is shown.
const maxShown = 64

// Problem is why a text cannot be decoded.
type Problem struct {
	// Field is the path of the field, such as spec.driver.sidecars[0].name.
	Field string
	// Value is the field's value, shortened; only what it is where it may be a secret.
	Value string
	// Reason says what is wrong and what to write.
	Reason string
}

// Error implements error: field, value and fix.
func (p *Problem) Error() string {
	if p.Value == "" {
		return p.Field + ": " + p.Reason
	}
	return p.Field + ": " + p.Value + ": " + p.Reason
}

// under puts the field below another.
func (p *Problem) under(parent string) *Problem {
	p.Field = parent + p.Field
	return p
}

// at completes a problem whose field begins at the field root.
func (p *Problem) at(root string) *Problem {
	if p == nil {
		return nil
	}
	p.Field = strings.TrimPrefix(root+p.Field, ".")
	if p.Value != "" && !slices.Contains(kinds, p.Value) {
		p.Value = sparkconf.Redact(p.Field, p.Value)
	}
	return p
}

// shorten cuts what is shown of a text.
func shorten(text string) string {
	text = strings.ToValidUTF8(text, "?")
	if len(text) <= maxShown {
		return text
	}
	end := maxShown
	for !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + "..."
}

// writeQuantity, writeTime and so on say what to write for a type that has an encoding of its own.
const writeQuantity = "write a quantity such as 2, 500m or 4Gi"

var fixes = map[reflect.Type]string{
	reflect.TypeFor[resource.Quantity]():  "it is not a quantity; " + writeQuantity,
	reflect.TypeFor[metav1.Time]():        "write a time such as " + time.RFC3339,
	reflect.TypeFor[metav1.MicroTime]():   "write a time such as " + metav1.RFC3339Micro,
	reflect.TypeFor[metav1.Duration]():    "write a duration such as 90s or 1h30m",
	reflect.TypeFor[intstr.IntOrString](): "write a number, or a text in quotes",
}

// mismatch is the problem of a value that is not of the type.
func mismatch(raw []byte, t reflect.Type) *Problem {
	p := &Problem{Value: kindOf(raw), Reason: fix(t)}
	switch {
	case !scalar(raw):
	case t.Kind() == reflect.String:
		p.Reason = "put it in quotes"
	default:
		p.Value = shorten(string(raw))
	}
	return p
}

func fix(t reflect.Type) string {
	if known, special := fixes[t]; special {
		return known
	}
	switch t.Kind() {
	case reflect.String:
		return "write a text in quotes"
	case reflect.Bool:
		return "write true or false"
	case reflect.Slice, reflect.Array:
		return "write a list"
	case reflect.Map, reflect.Struct:
		return "write an object, that is names with values"
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		limit := uint64(1) << (t.Bits() - 1)
		return fmt.Sprintf("write a whole number from -%d to %d", limit, limit-1)
	default:
		return "write a value of type " + t.String()
	}
}

// kinds are what kindOf says.
var kinds = []string{"nothing", "an object", "a list", "a text", "a boolean", "null", "a number"}

// kindOf says what a JSON value is.
func kindOf(raw []byte) string {
	if len(raw) == 0 {
		return "nothing"
	}
	switch raw[0] {
	case '{':
		return "an object"
	case '[':
		return "a list"
	case '"':
		return "a text"
	case 't', 'f':
		return "a boolean"
	case 'n':
		return "null"
	default:
		return "a number"
	}
}

func scalar(raw []byte) bool { return len(raw) > 0 && raw[0] != '{' && raw[0] != '[' }
