// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package scheduledsparkapplication watches ScheduledSparkApplications. So far it only reports those that cannot be
// decoded; none is run.
package scheduledsparkapplication
