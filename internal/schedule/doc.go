// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package schedule decides which runs of a ScheduledSparkApplication are to be made, replaced and forgotten.
//
// Decide is a pure function: equal observations and policies give equal decisions. A slot is a moment at which a run is
// due, whenever it comes to be made. The name of a run follows from the schedule's UID and the slot, so that making it
// again finds it; and one status write counts the slot as made or as missed. So every slot is run, or counted as missed
// with a reason, exactly once, whatever crashes in between.
//
// The controller makes the runs of a decision, puts what came of it into the observation, and asks again; a decision
// that makes none is stored, and what it deletes is deleted afterwards.
package schedule
