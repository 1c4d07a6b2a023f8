// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package webhooks

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"

	"gomodules.xyz/jsonpatch/v2"
)

// patch returns the operations that make of the raw object what changed it from before to after. What the types of this
// program do not know, because the API server is newer, stays as it is in the raw object, and so does what only the
// encoding would add.
func patch(raw []byte, before, after any) ([]jsonpatch.Operation, error) {
	original, err := decodeTree(raw)
	if err != nil {
		return nil, err
	}
	from, err := tree(before)
	if err != nil {
		return nil, err
	}
	to, err := tree(after)
	if err != nil {
		return nil, err
	}
	changed, err := json.Marshal(overlay(original, from, to))
	if err != nil {
		return nil, fmt.Errorf("encode object: %w", err)
	}
	patches, err := jsonpatch.CreatePatch(raw, changed)
	if err != nil {
		return nil, fmt.Errorf("compare object with its change: %w", err)
	}
	return patches, nil
}

// overlay returns original with what differs between before and after.
func overlay(original, before, after any) any {
	if reflect.DeepEqual(before, after) {
		return original
	}
	switch to := after.(type) {
	case map[string]any:
		from, _ := before.(map[string]any)
		old, _ := original.(map[string]any)
		return overlayMap(old, from, to)
	case []any:
		from, _ := before.([]any)
		old, _ := original.([]any)
		return overlayList(old, from, to)
	}
	return after
}

func overlayMap(original, before, after map[string]any) map[string]any {
	merged := maps.Clone(original)
	if merged == nil {
		merged = make(map[string]any, len(after))
	}
	for key := range before {
		if _, stays := after[key]; !stays {
			delete(merged, key)
		}
	}
	for key, value := range after {
		was, existed := before[key]
		if existed && reflect.DeepEqual(was, value) {
			continue
		}
		merged[key] = overlay(original[key], was, value)
	}
	return merged
}

// overlayList takes elements at the same place for the same: mutators add to lists at their end and change in place.
func overlayList(original, before, after []any) []any {
	merged := make([]any, 0, len(after))
	for i, value := range after {
		if i < len(before) && i < len(original) {
			value = overlay(original[i], before[i], value)
		}
		merged = append(merged, value)
	}
	return merged
}

func tree(object any) (any, error) {
	encoded, err := json.Marshal(object)
	if err != nil {
		return nil, fmt.Errorf("encode object: %w", err)
	}
	return decodeTree(encoded)
}

// decodeTree keeps numbers as they are written.
func decodeTree(encoded []byte) (any, error) {
	var decoded any
	decoder := json.NewDecoder(bytes.NewReader(encoded))
	decoder.UseNumber()
	if err := decoder.Decode(&decoded); err != nil {
		return nil, fmt.Errorf("decode object: %w", err)
	}
	return decoded, nil
}
