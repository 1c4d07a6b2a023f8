// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package webhooks

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"gomodules.xyz/jsonpatch/v2"
)

// patch returns the operations that make of the raw object what changed it from before to after. What the types of this
// program do not know, because the API server is newer, stays as it is in the raw object, and so does what only the
// encoding would add.
//
// Only what differs is taken apart, and a list that gets longer is written anew: to add its elements one by one would
// cost the API server the square.
func patch(raw []byte, before, after any) ([]jsonpatch.Operation, error) {
	from, err := json.Marshal(before)
	if err != nil {
		return nil, fmt.Errorf("encode object: %w", err)
	}
	to, err := json.Marshal(after)
	if err != nil {
		return nil, fmt.Errorf("encode object: %w", err)
	}
	c := &comparison{}
	c.compare("", change{raw, from, to})
	return c.operations, c.err
}

// change is a value as it was sent, and as the program reads it before and after its change; nil where there is none.
type change struct{ original, before, after json.RawMessage }

// comparison collects operations.
type comparison struct {
	operations []jsonpatch.Operation
	err        error
}

// compare adds the operations of a value that was sent.
func (c *comparison) compare(path string, v change) {
	switch {
	case bytes.Equal(v.before, v.after):
	case isObject(v.original) && isObject(v.after):
		c.compareObjects(path, v)
	case isList(v.original) && isList(v.before) && isList(v.after):
		c.compareLists(path, v)
	default:
		c.do("replace", path, c.overlay(v))
	}
}

func (c *comparison) compareObjects(path string, v change) {
	original, before, after := c.members(v.original), c.members(v.before), c.members(v.after)
	for _, key := range slices.Sorted(maps.Keys(after)) {
		at, member := path+"/"+pointer.Replace(key), change{original[key], before[key], after[key]}
		if _, sent := original[key]; sent {
			c.compare(at, member)
		} else if !bytes.Equal(member.before, member.after) {
			c.do("add", at, c.overlay(member))
		}
	}
	for _, key := range slices.Sorted(maps.Keys(before)) {
		_, sent := original[key]
		if _, stays := after[key]; sent && !stays {
			c.do("remove", path+"/"+pointer.Replace(key), nil)
		}
	}
}

func (c *comparison) compareLists(path string, v change) {
	original, before, after := c.elements(v.original), c.elements(v.before), c.elements(v.after)
	if len(original) != len(before) || len(before) != len(after) {
		c.do("replace", path, c.overlay(v))
		return
	}
	for i := range after {
		c.compare(path+"/"+strconv.Itoa(i), change{original[i], before[i], after[i]})
	}
}

// overlay returns the value that was sent with what differs between before and after.
func (c *comparison) overlay(v change) any {
	switch {
	case bytes.Equal(v.before, v.after):
		return v.original
	case isObject(v.after):
		return c.overlayObject(v)
	case isList(v.after):
		return c.overlayList(v)
	}
	return v.after
}

func (c *comparison) overlayObject(v change) map[string]any {
	original, before, after := c.members(v.original), c.members(v.before), c.members(v.after)
	merged := make(map[string]any, len(after))
	for key, value := range original {
		_, known := before[key]
		if _, stays := after[key]; stays || !known {
			merged[key] = value
		}
	}
	for key, value := range after {
		if was, existed := before[key]; !existed || !bytes.Equal(was, value) {
			merged[key] = c.overlay(change{original[key], before[key], value})
		}
	}
	return merged
}

// overlayList takes elements at the same place for the same: mutators add to lists at their end and change in place.
func (c *comparison) overlayList(v change) []any {
	original, before, after := c.elements(v.original), c.elements(v.before), c.elements(v.after)
	merged := make([]any, 0, len(after))
	for i, value := range after {
		if i < len(before) && i < len(original) {
			merged = append(merged, c.overlay(change{original[i], before[i], value}))
		} else {
			merged = append(merged, value)
		}
	}
	return merged
}

func (c *comparison) do(operation, path string, value any) {
	c.operations = append(c.operations, jsonpatch.NewOperation(operation, path, value))
}

// members returns the members of an object; none where it is no object.
func (c *comparison) members(object json.RawMessage) map[string]json.RawMessage {
	var members map[string]json.RawMessage
	if isObject(object) {
		c.decode(object, &members)
	}
	return members
}

// elements returns the elements of a list; none where it is no list.
func (c *comparison) elements(list json.RawMessage) []json.RawMessage {
	var elements []json.RawMessage
	if isList(list) {
		c.decode(list, &elements)
	}
	return elements
}

func (c *comparison) decode(encoded json.RawMessage, into any) {
	if err := json.Unmarshal(encoded, into); err != nil && c.err == nil {
		c.err = fmt.Errorf("decode object: %w", err)
	}
}

func isObject(encoded json.RawMessage) bool { return begins(encoded, '{') }
func isList(encoded json.RawMessage) bool   { return begins(encoded, '[') }

func begins(encoded json.RawMessage, with byte) bool {
	encoded = bytes.TrimLeft(encoded, " \t\r\n")
	return len(encoded) > 0 && encoded[0] == with
}

// pointer escapes a name for a path: JSON pointers, RFC 6901.
var pointer = strings.NewReplacer("~", "~0", "/", "~1")
