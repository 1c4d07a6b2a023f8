// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package sparkconf holds Spark configuration: the keys the operator knows, an ordered set of properties with typed
// getters, and the parsers of Spark's own units.
//
// Two things hold everywhere. Later wins: setting a key again replaces its value. And the order of properties is always
// the same for the same input, so that what is rendered from them can be compared byte by byte. Values are read as
// Spark reads them: "1g" is a gibibyte here and an error to Kubernetes, "512" of memory is mebibytes.
package sparkconf
