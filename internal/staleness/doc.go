// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package staleness guards a controller against a cache that has not caught up with what the controller itself has
// stored. A decision on a stale version is lost work at best: it ends in a conflict. The guard knows the newest version
// of each object that was stored here, has older ones wait for it, and ends a wait that takes too long by having the
// API server asked: whatever that says is the truth, also where it was restored from a backup and has gone back.
//
// Versions of one resource are ordered, those of an object that was deleted and made anew included. Where an API
// server's versions are not numbers, nothing is taken for stale; its own check of the version of a write is left.
package staleness
