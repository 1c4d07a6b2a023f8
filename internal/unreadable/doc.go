// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package unreadable reports objects that cannot be decoded, of the kinds of which nothing else is handled yet: by an
// event, once for each problem, and in the status, where that can be written. What it has written is taken back once
// the object is mended; no other status is written.
package unreadable
