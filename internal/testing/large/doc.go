// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package large makes the largest objects that can be stored, and measures how work grows with them.
//
// The objects are found by reflection over the Go types: for every list, map and string that an object has, however
// deep, one object in which that one is as large as asked. A field that is added later is covered by being there.
package large
