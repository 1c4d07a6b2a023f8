// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package schedule

import (
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
)

// Observation is what is known of one schedule at one moment. Nothing in it is changed by Decide.
type Observation struct {
	// Now is the time of the observation.
	Now time.Time
	// Schedule is the schedule as stored. It is not older than what was stored here before.
	Schedule *v1beta2.ScheduledSparkApplication
	// Unreadable says why the schedule cannot be decoded; nil if it can. Then it has metadata and status only.
	Unreadable error
	// Invalid says what is wrong with the schedule, its template included; empty if nothing is. Whether the expression
	// can be parsed Decide finds out itself.
	Invalid string
	// Runs are the SparkApplications that the schedule owns, in any order. Of the runs in
	// status.activeRunNames and of those that were just made none is missing, unless it is gone: where the cache lacks
	// one, the API server was asked.
	Runs []Run
	// Lingering are the names of runs of status.activeRunNames that are gone, or deleted, and still have pods.
	Lingering map[string]bool
	// Refused says by name of runs that were to be made why the API server refuses them; a name that something else has
	// is refused, too.
	Refused map[string]string
}

// Run is what is known of a SparkApplication that the schedule owns.
type Run struct {
	Name string
	UID  types.UID
	// Slot is when it was due; zero where that is not known.
	Slot time.Time
	// Trigger is what it was made for; empty where that is not known.
	Trigger Trigger
	// Backfill is when the backfill began that made it; zero for others.
	Backfill time.Time
	// Created is when it was made.
	Created time.Time
	// State is its state.
	State v1beta2.ApplicationStateType
	// Deleting is whether it is being deleted.
	Deleting bool
}

// Policy is what the operator's configuration says about every schedule.
type Policy struct {
	// Local is the time zone of schedules that name none; nil means that of the process.
	Local *time.Location
}
