// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package lifecycle decides what happens next to a SparkApplication.
//
// Decide is a pure function: equal observations and policies give equal decisions. It reads no clock and calls no API;
// a fact that it needs is a field of Observation, a knob a field of Policy. One call walks through as many states as
// need no waiting, so that one decision is one status write, and stops at the first action or wait.
//
// The controller executes the actions and calls again. Every action is idempotent, and an attempt's ids follow from the
// application (package identity), so a crash at any point is recovered from by observing and deciding anew.
package lifecycle
