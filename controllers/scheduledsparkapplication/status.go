// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package scheduledsparkapplication

import (
	"strings"
	"time"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/decoding"
	"github.com/alauda/spark-operator/internal/stored"
	"github.com/alauda/spark-operator/internal/unreadable"
)

// unreadablePrefix begins the reason of a schedule that cannot be read; by it what was written is found again.
const unreadablePrefix = "It cannot be read: "

var kind = unreadable.Kind[*stored.ScheduledSparkApplication]{
	Noun: "schedule", New: func() *stored.ScheduledSparkApplication { return &stored.ScheduledSparkApplication{} }, SetStatus: setStatus,
}

// setStatus has a schedule that cannot be read fail validation, and takes that back once it can. What it has run stays.
func setStatus(schedule *stored.ScheduledSparkApplication, problem *decoding.Problem, _ time.Time) {
	status := &schedule.Status
	switch {
	case problem != nil:
		status.ScheduleState, status.Reason = v1beta2.ScheduleStateFailedValidation, unreadablePrefix+problem.Error()
	case status.ScheduleState == v1beta2.ScheduleStateFailedValidation && strings.HasPrefix(status.Reason, unreadablePrefix):
		status.ScheduleState, status.Reason = v1beta2.ScheduleStateNew, ""
	}
}
