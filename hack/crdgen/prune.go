// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"maps"
	"reflect"
	"strings"
)

// ownPackages is the path under which the Go types live whose fields keep their descriptions.
const ownPackages = "github.com/alauda/spark-operator/apis/"

// pruneCRD removes from a CRD the descriptions of fields that are not declared in our own types.
func pruneCRD(crd map[string]any) error {
	spec := object(crd["spec"])
	kind, _ := object(spec["names"])["kind"].(string)
	t, known := kinds[kind]
	if !known {
		return fmt.Errorf("kind %q is not listed in kinds", kind)
	}
	versions, _ := spec["versions"].([]any)
	for _, version := range versions {
		schema := object(object(object(version)["schema"])["openAPIV3Schema"])
		limitEntries(object(object(schema["properties"])["spec"]))
		prune(schema, t)
		describeRules(schema)
	}
	return nil
}

// prune follows a schema and the Go type it was made from in step. The description of the schema itself belongs to
// whoever refers to it and stays; those of its properties stay if the type is ours.
func prune(schema map[string]any, t reflect.Type) {
	switch t.Kind() {
	case reflect.Pointer:
		prune(schema, t.Elem())
	case reflect.Slice:
		pruneElement(object(schema["items"]), t.Elem())
	case reflect.Map:
		pruneElement(object(schema["additionalProperties"]), t.Elem())
	case reflect.Struct:
		pruneStruct(schema, t)
	default:
	}
}

// pruneElement prunes the schema of a list's or map's elements, which has the doc comment of their type.
func pruneElement(schema map[string]any, t reflect.Type) {
	if !own(t) {
		delete(schema, "description")
	}
	prune(schema, t)
	describeRules(schema)
}

func pruneStruct(schema map[string]any, t reflect.Type) {
	if !own(t) {
		dropDescriptions(schema["properties"], true)
		return
	}
	fields := fieldTypes(t)
	for name, property := range object(schema["properties"]) {
		if field, found := fields[name]; found {
			prune(object(property), field)
			describeRules(object(property))
		}
	}
}

// dropDescriptions removes all descriptions below a schema. Names of properties are distinguished from keywords by
// where they stand, because a property may be called "description" too.
func dropDescriptions(value any, isProperties bool) {
	switch v := value.(type) {
	case map[string]any:
		if _, text := v["description"].(string); text && !isProperties {
			delete(v, "description")
		}
		for key, child := range v {
			dropDescriptions(child, key == "properties" && !isProperties)
		}
	case []any:
		for _, child := range v {
			dropDescriptions(child, false)
		}
	}
}

// fieldTypes are the types of a struct's fields by their JSON names, with those of inlined structs.
func fieldTypes(t reflect.Type) map[string]reflect.Type {
	fields := map[string]reflect.Type{}
	for field := range t.Fields() {
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		if strings.Contains(options, "inline") {
			maps.Copy(fields, fieldTypes(field.Type))
			continue
		}
		fields[name] = field.Type
	}
	return fields
}

func own(t reflect.Type) bool {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return strings.HasPrefix(t.PkgPath(), ownPackages)
}

// object is value as a JSON object, or an empty one.
func object(value any) map[string]any {
	o, _ := value.(map[string]any)
	return o
}
