// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package validation

import (
	"errors"
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/schedule"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// ScheduledSparkApplication returns everything that is wrong with a schedule, but for its template: that is an
// application's spec, and looked at as one.
func ScheduledSparkApplication(scheduled *v1beta2.ScheduledSparkApplication) field.ErrorList {
	spec, path := &scheduled.Spec, field.NewPath("spec")
	var errs field.ErrorList
	errs = append(errs, cronExpression(spec.Schedule, path.Child("schedule"))...)
	errs = append(errs, timeZone(spec.TimeZone, path.Child("timeZone"))...)
	policies := []v1beta2.ConcurrencyPolicy{v1beta2.ConcurrencyAllow, v1beta2.ConcurrencyForbid, v1beta2.ConcurrencyReplace}
	switch spec.ConcurrencyPolicy {
	case "", v1beta2.ConcurrencyAllow, v1beta2.ConcurrencyForbid, v1beta2.ConcurrencyReplace:
	default:
		errs = append(errs, field.NotSupported(path.Child("concurrencyPolicy"), spec.ConcurrencyPolicy, policies))
	}
	errs = append(errs, backfill(spec.Backfill, path.Child("backfill"))...)
	errs = append(errs, historyLimit(spec.SuccessfulRunHistoryLimit, path.Child("successfulRunHistoryLimit"))...)
	errs = append(errs, historyLimit(spec.FailedRunHistoryLimit, path.Child("failedRunHistoryLimit"))...)
	return append(errs, runNow(scheduled)...)
}

func cronExpression(expression string, path *field.Path) field.ErrorList {
	_, err := schedule.ParseExpression(expression)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, schedule.ErrTooLong):
		return field.ErrorList{field.TooLong(path, expression, schedule.MaxExpressionBytes)}
	case errors.Is(err, schedule.ErrNeverDue):
		return field.ErrorList{field.Invalid(path, expression, err.Error())}
	}
	return field.ErrorList{field.Invalid(path, expression, fmt.Sprintf(`must be a cron expression of five fields, a descriptor such as @daily, or "@every 1h": %v`, err))}
}

func timeZone(name string, path *field.Path) field.ErrorList {
	if _, err := schedule.LoadZone(name, nil); err != nil {
		return field.ErrorList{field.Invalid(path, name, "must be a time zone of the IANA data base, such as Europe/Berlin")}
	}
	return nil
}

func backfill(b *v1beta2.Backfill, path *field.Path) field.ErrorList {
	if b == nil {
		return nil
	}
	var errs field.ErrorList
	from, to := b.From.UTC().Format(time.RFC3339), b.To.UTC().Format(time.RFC3339)
	if b.From.Unix() < 0 {
		errs = append(errs, field.Invalid(path.Child("from"), from, "must not be before 1970"))
	}
	if b.To.Time.Before(b.From.Time) {
		errs = append(errs, field.Invalid(path.Child("to"), to, "must not be before from, which is "+from))
	}
	return errs
}

func historyLimit(limit *int32, path *field.Path) field.ErrorList {
	if limit != nil && *limit < 0 {
		return field.ErrorList{field.Invalid(path, *limit, "must not be negative; 0 keeps none")}
	}
	return nil
}

// runNow looks at the annotation that asks for a run.
func runNow(scheduled *v1beta2.ScheduledSparkApplication) field.ErrorList {
	token := scheduled.Annotations[sparklabels.RunNow]
	if len(token) <= schedule.MaxTokenBytes {
		return nil
	}
	return field.ErrorList{field.TooLong(field.NewPath("metadata", "annotations").Key(sparklabels.RunNow), token, schedule.MaxTokenBytes)}
}
