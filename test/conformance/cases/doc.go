// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package cases makes applications for the conformance suite: one for each field of a SparkApplication, one for each
// property of Spark, and any number that combine them at random.
package cases
