// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package chartvalues

import "strings"

// document is an object of YAML.
type document map[string]any

// set sets the field at a path of names that are separated by dots.
func (d document) set(path string, value any) {
	name, rest, nested := strings.Cut(path, ".")
	if !nested {
		d[name] = value
		return
	}
	inner, isObject := d[name].(document)
	if !isObject {
		inner = document{}
		d[name] = inner
	}
	inner.set(rest, value)
}

// at returns the object at a path, made if it is not there.
func (d document) at(path ...string) document {
	for _, name := range path {
		inner, isObject := d[name].(document)
		if !isObject {
			inner = document{}
			d[name] = inner
		}
		d = inner
	}
	return d
}
