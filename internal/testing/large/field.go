// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package large

import (
	"reflect"
	"slices"
	"strings"
)

// Stored is the size of the largest object that etcd stores unless it is configured otherwise, in bytes of a request.
const Stored = 1500 << 10

// Field is a list, a map or a string of a type, to be made large.
type Field struct {
	// Path of the field in JSON, such as spec.driver.tolerations; [] stands for the one element of a list or map on the
	// way.
	Path string
	// Text is whether it is a string.
	Text bool
	// Depth is the number of types of other projects on the way, such as those of Kubernetes.
	Depth int

	steps []int
	text  string
}

// Of returns the field filled with a text of another form: the keys of a map, the elements of a list or a string's own.
// In it %d is the number of the entry.
func (f Field) Of(text string) Field {
	f.Path, f.text = f.Path+"="+text, text
	return f
}

// own is the path of this project's packages.
const own = "github.com/alauda/spark-operator/"

// leaves are types that encode as one value, whatever they are made of.
var leaves = []string{"resource.Quantity", "intstr.IntOrString", "v1.Time", "v1.MicroTime", "v1.Duration", "v1.FieldsV1"}

// FieldsOf returns the lists, maps and strings of a type of objects.
func FieldsOf(object any) []Field {
	var found []Field
	collect(reflect.TypeOf(object), Field{}, &found)
	return found
}

func collect(t reflect.Type, at Field, found *[]Field) {
	switch t.Kind() {
	case reflect.Pointer:
		collect(t.Elem(), at, found)
	case reflect.String:
		at.Text = true
		*found = append(*found, at)
	case reflect.Map:
		*found = append(*found, at)
		if t.Elem().Kind() == reflect.Struct {
			collect(t.Elem(), at.in("[]", 0), found)
		}
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			return
		}
		*found = append(*found, at)
		if t.Elem().Kind() == reflect.Struct {
			collect(t.Elem(), at.in("[]", 0), found)
		}
	case reflect.Struct:
		collectStruct(t, at, found)
	default: // numbers and truth values have one size
	}
}

func collectStruct(t reflect.Type, at Field, found *[]Field) {
	if slices.Contains(leaves, t.String()) {
		return
	}
	if !strings.HasPrefix(t.PkgPath(), own) {
		at.Depth++
	}
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if !f.IsExported() || name == "-" || name == "" && !f.Anonymous {
			continue
		}
		collect(f.Type, at.in(name, i), found)
	}
}

func (f Field) in(name string, step int) Field {
	switch {
	case name == "[]":
		f.Path += name
	case f.Path != "" && name != "":
		f.Path += "." + name
	default:
		f.Path += name
	}
	f.steps = append(slices.Clip(f.steps), step)
	return f
}
