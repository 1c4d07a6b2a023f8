// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package api

import (
	"reflect"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// number is within the bounds of every number field: ports, counts and seconds.
const number = 2000

// leaves are the values of types that are not filled field by field.
var leaves = map[reflect.Type]any{
	reflect.TypeFor[resource.Quantity]():  resource.MustParse("1"),
	reflect.TypeFor[intstr.IntOrString](): intstr.FromInt32(number),
	reflect.TypeFor[metav1.Time]():        metav1.NewTime(time.Date(2026, 8, 1, 10, 0, 0, 0, time.UTC)),
	// A CRD that embeds object metadata keeps just these fields of it.
	reflect.TypeFor[metav1.ObjectMeta](): metav1.ObjectMeta{
		Name: "text", Namespace: "text", Labels: map[string]string{"text": "text"},
		Annotations: map[string]string{"text": "text"}, Finalizers: []string{"text"},
	},
}

// fill sets every field of a value: one element in every list and map, nothing zero.
func fill(v reflect.Value) {
	if leaf, found := leaves[v.Type()]; found {
		v.Set(reflect.ValueOf(leaf))
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
	case reflect.Struct:
		for _, field := range v.Fields() {
			fill(field)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0))
	case reflect.Map:
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(key)
		fill(value)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(key, value)
	default:
		fillScalar(v)
	}
}

func fillScalar(v reflect.Value) {
	switch {
	case v.Kind() == reflect.String:
		v.SetString("text")
	case v.Kind() == reflect.Bool:
		v.SetBool(true)
	case v.CanInt():
		v.SetInt(number)
	default:
		panic("there is a field of a kind that fill does not know: " + strings.TrimSpace(v.Type().String()))
	}
}
