// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package decoding

import (
	"encoding/json"
	"reflect"
	"strings"
	"sync"

	"k8s.io/apimachinery/pkg/api/resource"
)

type kind int

const (
	// leaf is a value that costs no more than its text.
	leaf kind = iota
	quantity
	structure
	list
	dictionary
)

// shape is what matters of a Go type here.
type shape struct {
	kind kind
	// of is the type, or that which a pointer points to.
	of reflect.Type
	// size is what a value takes in memory beside its text.
	size int
	// element is that of a list's or dictionary's elements.
	element *shape
	// fields of a structure by their JSON names.
	fields map[string]*shape
}

var (
	shapes       sync.Map // of reflect.Type to *shape
	unmarshaler  = reflect.TypeFor[json.Unmarshaler]()
	quantityType = reflect.TypeFor[resource.Quantity]()
)

// shapeOf returns the shape of a type, which is computed once.
func shapeOf(t reflect.Type) *shape {
	if known, ok := shapes.Load(t); ok {
		return known.(*shape)
	}
	s := build(t, map[reflect.Type]*shape{})
	shapes.Store(t, s)
	return s
}

func build(t reflect.Type, seen map[reflect.Type]*shape) *shape {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if s, ok := seen[t]; ok {
		return s
	}
	s := &shape{of: t, size: int(t.Size())}
	seen[t] = s
	switch {
	case t == quantityType:
		s.kind = quantity
	case reflect.PointerTo(t).Implements(unmarshaler):
	case t.Kind() == reflect.Struct:
		s.kind, s.fields = structure, map[string]*shape{}
		addFields(s.fields, t, seen)
	case t.Kind() == reflect.Slice && t.Elem().Kind() != reflect.Uint8:
		s.kind, s.element = list, build(t.Elem(), seen)
	case t.Kind() == reflect.Map:
		s.kind, s.element = dictionary, build(t.Elem(), seen)
	default:
	}
	return s
}

// addFields adds the fields of a struct, and those of the structs that are embedded in it without a name.
func addFields(fields map[string]*shape, t reflect.Type, seen map[reflect.Type]*shape) {
	for field := range t.Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		switch {
		case name == "-" || !field.IsExported() && !field.Anonymous:
		case field.Anonymous && name == "":
			embedded := field.Type
			if embedded.Kind() == reflect.Pointer {
				embedded = embedded.Elem()
			}
			addFields(fields, embedded, seen)
		case name == "":
			fields[field.Name] = build(field.Type, seen)
		default:
			fields[name] = build(field.Type, seen)
		}
	}
}
