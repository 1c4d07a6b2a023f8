// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"maps"

	"github.com/alauda/spark-operator/pkg/sparkconf"
)

// quantityPattern is the form of what Kubernetes reads as a quantity, with exponents that can be read in reasonable
// time. That of controller-gen takes 1e1.5, which nobody reads, and 1e-1000000000, which takes an hour.
const quantityPattern = `^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?0*[0-9]{1,2})?$`

// limitQuantities gives quantities, wherever they are in a schema, a form that can be read.
func limitQuantities(schema any) {
	switch s := schema.(type) {
	case map[string]any:
		_, hasPattern := s["pattern"].(string)
		if isQuantity, _ := s["x-kubernetes-int-or-string"].(bool); isQuantity && hasPattern {
			maps.Copy(s, map[string]any{"pattern": quantityPattern, "maxLength": sparkconf.MaxQuantityLength})
			return
		}
		for _, child := range s {
			limitQuantities(child)
		}
	case []any:
		for _, child := range s {
			limitQuantities(child)
		}
	}
}
