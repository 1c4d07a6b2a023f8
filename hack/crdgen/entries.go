// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

// mostEntries is how many entries a list or a map of a spec has at most where its marker names no other number.
const mostEntries = 10_000

// limitEntries gives the lists and maps of a schema a limit, wherever they are.
func limitEntries(schema map[string]any) {
	for keyword, limit := range map[string]string{"items": "maxItems", "additionalProperties": "maxProperties"} {
		elements, has := schema[keyword].(map[string]any)
		if !has {
			continue
		}
		if _, limited := schema[limit]; !limited {
			schema[limit] = mostEntries
		}
		limitEntries(elements)
	}
	for _, property := range object(schema["properties"]) {
		limitEntries(object(property))
	}
}
