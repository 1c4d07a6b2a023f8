// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package planning

import (
	"time"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/schedule"
	"github.com/alauda/spark-operator/internal/validation"
)

// exampleRun returns a run of a schedule as it will be. Names and times of runs are equally long.
func exampleRun(scheduled *v1beta2.ScheduledSparkApplication) *v1beta2.SparkApplication {
	return schedule.RunOf(scheduled, schedule.Occasion{Trigger: schedule.TriggerSchedule, Slot: time.Unix(1_500_000_000, 0)})
}

// ExamineSchedule says everything that is wrong with a schedule and its template: what a run would be refused for is
// said of spec.template, before the run is due.
func ExamineSchedule(scheduled *v1beta2.ScheduledSparkApplication, o Options) Examination {
	examined := Examine(exampleRun(scheduled), field.NewPath("spec", "template"), o)
	examined.Warnings = append(validation.ScheduleWarnings(scheduled), examined.Warnings...)
	examined.Errors = append(validation.ScheduledSparkApplication(scheduled), examined.Errors...)
	return examined
}

// ProblemsOfSchedule says everything that is wrong with a schedule in one text without secrets; nothing where nothing
// is.
func ProblemsOfSchedule(scheduled *v1beta2.ScheduledSparkApplication, o Options) string {
	errs := ExamineSchedule(scheduled, o).Errors
	if len(errs) == 0 {
		return ""
	}
	return HideSecretsIn(SecretsOfSchedule(scheduled), errs).ToAggregate().Error()
}
