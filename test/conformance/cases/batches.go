// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package cases

import (
	"reflect"
	"slices"
)

// Batches distributes cases to batches of at most the size, each case to one, so that those of a batch can be tried in
// one application: of none is anything overwritten.
func Batches(all []Case, size int) ([][]Case, error) {
	batches := make([][]Case, (len(all)+size-1)/size)
	for i, c := range all {
		placed := false
		// Neighbours are about the same field: each starts to look at another batch.
		for j := 0; j < len(batches) && !placed; j++ {
			batch := &batches[(i+j)%len(batches)]
			if len(*batch) == size {
				continue
			}
			joined := append(slices.Clone(*batch), c)
			overwritten, err := Combine("", joined).Overwritten()
			if err != nil {
				return nil, err
			}
			if placed = len(overwritten) == 0; placed {
				*batch = joined
			}
		}
		if !placed {
			batches = append(batches, []Case{c})
		}
	}
	return slices.DeleteFunc(batches, func(batch []Case) bool { return len(batch) == 0 }), nil
}

// Overwritten returns those of a combined case of which the application lacks something, because another one wins.
func (c Case) Overwritten() ([]Case, error) {
	spec, err := c.spec()
	if err != nil {
		return nil, err
	}
	var overwritten []Case
	for _, pick := range c.Picks {
		own := map[string]any{}
		for _, patch := range pick.patches {
			overlay(own, patch)
		}
		if !holds(spec, own) {
			overwritten = append(overwritten, pick)
		}
	}
	return overwritten, nil
}

// overlay puts a patch over another one, which stays a patch: what is removed is null in it.
func overlay(into, patch map[string]any) {
	for name, value := range patch {
		inner, isMap := value.(map[string]any)
		existing, wasMap := into[name].(map[string]any)
		switch {
		case isMap && wasMap:
			overlay(existing, inner)
		case isMap:
			copied := map[string]any{}
			overlay(copied, inner)
			into[name] = copied
		default:
			into[name] = value
		}
	}
}

// holds returns whether a patch would change nothing of a specification.
func holds(spec, patch map[string]any) bool {
	for name, want := range patch {
		got, found := spec[name]
		inner, isMap := want.(map[string]any)
		within, wasMap := got.(map[string]any)
		switch {
		case want == nil && found, want != nil && !found:
			return false
		case isMap && wasMap && !holds(within, inner):
			return false
		case isMap != wasMap, !isMap && !reflect.DeepEqual(got, want):
			return false
		}
	}
	return true
}
