// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package migration says what would become here of objects that were written for the established operator.
//
// It asks what webhook and controller ask, so that nothing is called refused that would be taken, nor the other way
// round; what both operators take and do otherwise is one list, differences. It looks at an object alone: what it costs
// is bounded by the object, and what it says depends on nothing else.
package migration
