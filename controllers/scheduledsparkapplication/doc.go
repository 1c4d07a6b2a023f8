// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package scheduledsparkapplication reconciles ScheduledSparkApplications: it observes, lets package schedule decide,
// makes runs, stores the status and deletes runs, in this order. It takes no decision of its own.
//
// Nothing is done on the cache's word alone. Before a run is made or deleted, or a slot counted as missed, the API
// server is asked whether the decision is on the newest version of the schedule, and, where runs may not go together,
// which there are.
package scheduledsparkapplication
