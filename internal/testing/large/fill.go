// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package large

import (
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"
)

// Fill makes the field of an object about as large as asked, in bytes of JSON. The elements of lists and maps are
// different from each other, and as small as the required fields let them be, so that there are as many as can be.
func (f Field) Fill(object any, size int) {
	f.fill(reflect.ValueOf(object), f.steps, size)
}

func (f Field) fill(v reflect.Value, steps []int, size int) {
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			v.Set(reflect.New(v.Type().Elem()))
			complete(v.Elem(), 0)
		}
		f.fill(v.Elem(), steps, size)
		return
	}
	if len(steps) == 0 {
		f.grow(v, size)
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		f.fill(v.Field(steps[0]), steps[1:], size)
	case reflect.Slice:
		if v.Len() == 0 {
			v.Set(reflect.Append(v, f.element(v.Type().Elem(), 0)))
		}
		f.fill(v.Index(0), steps[1:], size)
	default: // a map
		element := f.element(v.Type().Elem(), 0)
		f.fill(element, steps[1:], size)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(reflect.ValueOf("x0").Convert(v.Type().Key()), element)
	}
}

// grow fills a list, a map or a string.
func (f Field) grow(v reflect.Value, size int) {
	switch v.Kind() {
	case reflect.String:
		text := f.text
		if text == "" {
			text = "a"
		}
		v.SetString(strings.Repeat(text, size/len(text)))
	case reflect.Slice:
		list := reflect.MakeSlice(v.Type(), 0, 0)
		for i, room := 0, size; room > 0; i++ {
			element := f.element(v.Type().Elem(), i)
			list, room = reflect.Append(list, element), room-encoded(element)
		}
		v.Set(list)
	default: // a map
		entries := reflect.MakeMap(v.Type())
		for i, room := 0, size; room > 0; i++ {
			key, element := f.name(i), f.element(v.Type().Elem(), i)
			entries.SetMapIndex(reflect.ValueOf(key).Convert(v.Type().Key()), element)
			room -= len(key) + len(`"":`) + encoded(element)
		}
		v.Set(entries)
	}
}

func (f Field) name(i int) string {
	if f.text == "" {
		return "x" + strconv.Itoa(i)
	}
	return strings.ReplaceAll(f.text, "%d", strconv.Itoa(i))
}

// element returns the element of a list or map of the number.
func (f Field) element(t reflect.Type, i int) reflect.Value {
	v := reflect.New(t).Elem()
	switch {
	case t.Kind() == reflect.String:
		v.SetString(f.name(i))
	case t.Kind() == reflect.Struct && !complete(v, i):
		nameFirst(v, i)
	default:
		set(v, "", i)
	}
	return v
}

// complete sets the required fields of a struct, and returns whether it has any.
func complete(v reflect.Value, i int) bool {
	any := false
	if v.Kind() != reflect.Struct || slices.Contains(leaves, v.Type().String()) {
		return false
	}
	for n := range v.NumField() {
		tag := v.Type().Field(n).Tag.Get("json")
		name, options, _ := strings.Cut(tag, ",")
		if tag == "" || strings.Contains(options, "omit") || strings.Contains(options, "inline") {
			continue
		}
		any = set(v.Field(n), name, i) || any
	}
	return any
}

// nameFirst sets the first text of a struct.
func nameFirst(v reflect.Value, i int) {
	for _, field := range v.Fields() {
		if field.CanSet() && field.Kind() == reflect.String {
			set(field, "", i)
			return
		}
	}
}

// set gives a field a value that has a chance to be right; names say what is.
func set(v reflect.Value, name string, i int) bool {
	switch {
	case v.Type() == reflect.TypeFor[resource.Quantity]():
		v.Set(reflect.ValueOf(resource.MustParse("1")))
	case v.Kind() == reflect.Struct:
		return complete(v, i)
	case v.Kind() == reflect.String && name == "protocol":
		v.SetString("TCP")
	case v.Kind() == reflect.String && strings.HasSuffix(strings.ToLower(name), "path"):
		v.SetString("/" + strconv.Itoa(i))
	case v.Kind() == reflect.String:
		v.SetString("x" + strconv.Itoa(i))
	case v.CanInt():
		v.SetInt(int64(1 + i%60000))
	default:
		return false
	}
	return true
}

// encoded is the size of a value in a list.
func encoded(v reflect.Value) int {
	text, err := json.Marshal(v.Interface())
	if err != nil {
		panic("large: a field of the API must encode as JSON: " + err.Error())
	}
	return len(text) + 1
}
