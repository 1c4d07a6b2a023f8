// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
)

func TestPrune(t *testing.T) {
	text := func(properties map[string]any) map[string]any {
		return map[string]any{"description": "text", "properties": properties}
	}
	bare := func(properties map[string]any) map[string]any { return map[string]any{"properties": properties} }
	leaf := map[string]any{"description": "text", "type": "string"}
	bareLeaf := map[string]any{"type": "string"}

	tests := map[string]struct {
		schema, want map[string]any
	}{
		"a field of ours keeps its description": {
			schema: text(map[string]any{"serviceAccount": leaf}),
			want:   text(map[string]any{"serviceAccount": leaf}),
		},
		"a field of a core type keeps its own description and loses those inside": {
			schema: text(map[string]any{"affinity": text(map[string]any{"nodeAffinity": leaf})}),
			want:   text(map[string]any{"affinity": text(map[string]any{"nodeAffinity": bareLeaf})}),
		},
		"the items of a list of a core type lose their description": {
			schema: text(map[string]any{"sidecars": map[string]any{
				"description": "text", "items": text(map[string]any{"name": leaf})}}),
			want: text(map[string]any{"sidecars": map[string]any{
				"description": "text", "items": bare(map[string]any{"name": bareLeaf})}}),
		},
		"the items of a list of ours keep theirs": {
			schema: text(map[string]any{"ports": map[string]any{"items": text(map[string]any{"name": leaf})}}),
			want:   text(map[string]any{"ports": map[string]any{"items": text(map[string]any{"name": leaf})}}),
		},
		"a property called description is not a description": {
			schema: text(map[string]any{"affinity": text(map[string]any{"description": leaf})}),
			want:   text(map[string]any{"affinity": text(map[string]any{"description": bareLeaf})}),
		},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			got := clone(tc.schema)
			prune(got, reflect.TypeFor[v1beta2.DriverSpec]())
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("schema (-want +got):\n%s", diff)
			}
		})
	}
}

func clone(o map[string]any) map[string]any {
	out := map[string]any{}
	for key, value := range o {
		if child, nested := value.(map[string]any); nested {
			value = clone(child)
		}
		out[key] = value
	}
	return out
}
