// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package cache keeps what is expensive to make in folders named by a hash of what makes it.
//
// An entry is either complete or absent: it is built beside its final place and renamed into it, under a file lock, so
// that two runs at the same time, or a run that is killed, never leave half an entry for the next one to trust.
package cache
