// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package metrics counts what becomes of applications. Counters and latencies follow from the status before and after a
// write that has succeeded, and from nothing else: what is merely read again, at a start or after a lost watch, moves
// none of them. Gauges are computed from the cache when they are asked for, so that they are right after a restart and
// after a deletion.
package metrics
