// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package builder makes the objects that tests start from, so that a test shows nothing but what it changes.
package builder
