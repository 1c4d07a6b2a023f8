// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package scheduledsparkapplication proves of the controller of ScheduledSparkApplications, against a real API server,
// that every slot is run or counted as missed, once, whatever fails and whenever. How that is proved, package engine
// says.
//
// The scenarios are a first run and its end, the limits of the history, a slot that Forbid skips, Replace, runs after
// an outage by each policy, suspend and resume, run now, a backfill, an edit, and deletion. There is no controller of
// applications: the script says what becomes of runs. The clock of the controller is the script's, so that hours pass
// without waiting; the user then touches the schedule, which has the controller look.
//
// What is asked on the way, by a watch of all applications: no slot has a second run. In the end, by the versions of
// what was seen: under Forbid and Replace no run was made before the one before it had ended, or was gone with its
// pods.
//
// # Slices
//
// By default writes meet every fault of the scenarios that make runs, and one call in four of all others. With
// FAULTS=all in the environment (make faults-all, make test-all) every call meets every fault.
package scheduledsparkapplication
