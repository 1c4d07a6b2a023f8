// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package cases

import (
	_ "embed" // for the samples
	"fmt"
	"maps"
	"slices"

	"sigs.k8s.io/yaml"
)

//go:embed testdata/properties.yaml
var propertySamples []byte

// Property is a property of Spark and the cases of it.
type Property struct {
	// Key of the property, or how keys begin.
	Key string
	// Denied is whether the plan refuses it.
	Denied bool
	// Unsupported is whether only Spark's own client can act on it.
	Unsupported bool
	// NoExecutor is whether the executor cannot be compared.
	NoExecutor bool
	// Cases are applications that set it.
	Cases []Case
}

type propertySample struct {
	Values      []string            `json:"values"`
	Confs       []map[string]string `json:"confs"`
	Python      bool                `json:"python"`
	Denied      bool                `json:"denied"`
	Unsupported bool                `json:"unsupported"`
	NoExecutor  bool                `json:"noExecutor"`
}

// python makes the application one of Python.
var python = map[string]any{"type": "Python", "mainClass": nil, "mainApplicationFile": "local:///opt/app.py"}

// Properties returns every property that there is a sample of, in the order of their keys.
func Properties() ([]Property, error) {
	var all map[string]propertySample
	if err := yaml.UnmarshalStrict(propertySamples, &all); err != nil {
		return nil, fmt.Errorf("read properties.yaml: %w", err)
	}
	properties := make([]Property, 0, len(all))
	for _, key := range slices.Sorted(maps.Keys(all)) {
		sample := all[key]
		property := Property{Key: key, Denied: sample.Denied, Unsupported: sample.Unsupported, NoExecutor: sample.NoExecutor}
		confs := sample.Confs
		for _, value := range sample.Values {
			confs = append(confs, map[string]string{key: value})
		}
		if len(confs) == 0 {
			return nil, fmt.Errorf("property %s has no sample", key)
		}
		for i, conf := range confs {
			property.Cases = append(property.Cases, propertyCase(fmt.Sprintf("%s %d", key, i+1), conf, sample.Python))
		}
		properties = append(properties, property)
	}
	return properties, nil
}

func propertyCase(name string, conf map[string]string, ofPython bool) Case {
	values := make(map[string]any, len(conf))
	for key, value := range conf {
		values[key] = value
	}
	c := Case{Name: name, patches: []map[string]any{{"sparkConf": values}}}
	if ofPython {
		c.patches = append(c.patches, python)
	}
	return c
}
