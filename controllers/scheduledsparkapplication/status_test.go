// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package scheduledsparkapplication

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/decoding"
	"github.com/alauda/spark-operator/internal/stored"
)

func TestSetStatus(t *testing.T) {
	type status = v1beta2.ScheduledSparkApplicationStatus
	problem := &decoding.Problem{Field: "spec.template.volumes", Value: `"none"`, Reason: "write a list"}
	failed := status{
		LastRunName: "daily-1", ScheduleState: v1beta2.ScheduleStateFailedValidation, Reason: `It cannot be read: spec.template.volumes: "none": write a list`,
	}
	for name, tc := range map[string]struct {
		problem      *decoding.Problem
		status, want status
	}{
		"a new one that cannot be read":  {problem, status{LastRunName: "daily-1"}, failed},
		"a scheduled one that cannot":    {problem, status{LastRunName: "daily-1", ScheduleState: v1beta2.ScheduleStateScheduled, Reason: "?"}, failed},
		"one that still cannot":          {problem, failed, failed},
		"a mended one":                   {nil, failed, status{LastRunName: "daily-1"}},
		"one that can":                   {nil, status{ScheduleState: v1beta2.ScheduleStateScheduled}, status{ScheduleState: v1beta2.ScheduleStateScheduled}},
		"one that fails for other cause": {nil, status{ScheduleState: v1beta2.ScheduleStateFailedValidation, Reason: "bad cron"}, status{ScheduleState: v1beta2.ScheduleStateFailedValidation, Reason: "bad cron"}},
	} {
		t.Run(name, func(t *testing.T) {
			object := &stored.ScheduledSparkApplication{}
			object.Status = tc.status
			setStatus(object, tc.problem, time.Time{})
			if diff := cmp.Diff(tc.want, object.Status); diff != "" {
				t.Errorf("status (-want +got):\n%s", diff)
			}
		})
	}
}
