// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package cases

import (
	_ "embed" // for the samples
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"

	"k8s.io/apimachinery/pkg/runtime"
	strictjson "sigs.k8s.io/json"
	"sigs.k8s.io/yaml"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
)

//go:embed testdata/fields.yaml
var fieldSamples []byte

// Case is one application.
type Case struct {
	// Name of the case, unique among its kind.
	Name string
	// NoEffect is why the objects are those of the plain application; empty where they must differ.
	NoEffect string
	// Before is the case less the field that it is about; nil for the plain application.
	Before *Case
	// Picks are what a generated case combines.
	Picks []Case

	patches []map[string]any
}

// samples is the content of fields.yaml.
type samples struct {
	Base   map[string]any    `json:"base"`
	Fields map[string]sample `json:"fields"`
}

type sample struct {
	Values   []any          `json:"values"`
	With     map[string]any `json:"with"`
	NoEffect string         `json:"noEffect"`
}

// readSamples returns the samples, which nobody may change.
var readSamples = sync.OnceValues(func() (samples, error) {
	var s samples
	if err := yaml.UnmarshalStrict(fieldSamples, &s); err != nil {
		return s, fmt.Errorf("read fields.yaml: %w", err)
	}
	return s, nil
})

// spec returns the specification of a case.
func (c Case) spec() (map[string]any, error) {
	s, err := readSamples()
	if err != nil {
		return nil, err
	}
	spec := runtime.DeepCopyJSON(s.Base)
	for _, patch := range c.patches {
		merge(spec, patch)
	}
	return spec, nil
}

// Application returns the application of a case.
func (c Case) Application() (*v1beta2.SparkApplication, error) {
	spec, err := c.spec()
	if err != nil {
		return nil, err
	}
	encoded, err := json.Marshal(map[string]any{"metadata": map[string]any{"name": "app", "uid": "0c7d0a36-53b8-4b0c-8a3e-5f5f2f6d9f11"}, "spec": spec})
	if err != nil {
		return nil, err
	}
	app := &v1beta2.SparkApplication{}
	unknown, err := strictjson.UnmarshalStrict(encoded, app)
	if err := errors.Join(append(unknown, err)...); err != nil {
		return nil, fmt.Errorf("case %s: %w", c.Name, err)
	}
	return app, nil
}

// Fields returns the cases of every field of SparkApplicationSpec. It fails where a field has no sample, or a sample no
// field.
func Fields() ([]Case, error) {
	s, err := readSamples()
	if err != nil {
		return nil, err
	}
	unused := maps.Clone(s.Fields)
	var cases []Case
	for _, path := range paths(reflect.TypeFor[v1beta2.SparkApplicationSpec](), "") {
		key := path
		found, own := s.Fields[key]
		if _, rest, ofRole := strings.Cut(path, "."); ofRole && !own {
			key = "pod." + rest
			found, own = s.Fields[key]
		}
		if !own {
			return nil, fmt.Errorf("field %s has no sample in fields.yaml", path)
		}
		delete(unused, key)
		before := &Case{Name: "before " + path, patches: []map[string]any{found.With}}
		for i, value := range found.Values {
			cases = append(cases, Case{
				Name: fmt.Sprintf("%s %d", path, i+1), NoEffect: found.NoEffect, Before: before,
				patches: []map[string]any{found.With, nested(path, value)},
			})
		}
	}
	if len(unused) > 0 {
		return nil, fmt.Errorf("fields.yaml has samples of no field: %v", slices.Sorted(maps.Keys(unused)))
	}
	return cases, nil
}

// paths returns the paths of the fields of a type of our API. Types of Kubernetes and lists are one field each.
func paths(t reflect.Type, prefix string) []string {
	var found []string
	for _, field := range reflect.VisibleFields(t) {
		if field.Anonymous || len(field.Index) > 1 && !t.FieldByIndex(field.Index[:1]).Anonymous {
			continue
		}
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		inner := field.Type
		if inner.Kind() == reflect.Pointer {
			inner = inner.Elem()
		}
		// A GPU has no field that can be set alone.
		if inner.Kind() == reflect.Struct && inner.PkgPath() == t.PkgPath() && inner != reflect.TypeFor[v1beta2.GPUSpec]() {
			found = append(found, paths(inner, prefix+name+".")...)
			continue
		}
		found = append(found, prefix+name)
	}
	return found
}

// nested returns a patch that sets the field at a path.
func nested(path string, value any) map[string]any {
	name, rest, deeper := strings.Cut(path, ".")
	if deeper {
		value = nested(rest, value)
	}
	return map[string]any{name: value}
}

// merge sets what a patch has, field by field; null removes one.
func merge(into, patch map[string]any) {
	for name, value := range patch {
		inner, isMap := value.(map[string]any)
		existing, wasMap := into[name].(map[string]any)
		switch {
		case value == nil:
			delete(into, name)
		case isMap && wasMap:
			merge(existing, inner)
		case isMap:
			copied := map[string]any{}
			merge(copied, inner)
			into[name] = copied
		default:
			into[name] = value
		}
	}
}
