// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package validation

import (
	"fmt"
	"strings"
	"time"
	// The image of the operator has no time zones of its own.
	_ "time/tzdata"

	"github.com/robfig/cron/v3"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
)

// The runs of a schedule are named by it and the time, in a unit that the controller is configured with: the shortest
// time has 8 digits, and that of the default unit has 19.
const (
	maxScheduleName  = MaxNameLength - len("-12345678")
	safeScheduleName = MaxNameLength - len("-1234567890123456789")
)

// ScheduledSparkApplication returns everything that is wrong with a schedule. Its template is an application's spec,
// and looked at as one.
func ScheduledSparkApplication(schedule *v1beta2.ScheduledSparkApplication) field.ErrorList {
	spec, path := &schedule.Spec, field.NewPath("spec")
	var errs field.ErrorList
	errs = append(errs, cronExpression(spec.Schedule, path.Child("schedule"))...)
	errs = append(errs, timeZone(spec.TimeZone, path.Child("timeZone"))...)
	policies := []v1beta2.ConcurrencyPolicy{v1beta2.ConcurrencyAllow, v1beta2.ConcurrencyForbid, v1beta2.ConcurrencyReplace}
	switch spec.ConcurrencyPolicy {
	case "", v1beta2.ConcurrencyAllow, v1beta2.ConcurrencyForbid, v1beta2.ConcurrencyReplace:
	default:
		errs = append(errs, field.NotSupported(path.Child("concurrencyPolicy"), spec.ConcurrencyPolicy, policies))
	}
	errs = append(errs, historyLimit(spec.SuccessfulRunHistoryLimit, path.Child("successfulRunHistoryLimit"))...)
	return append(errs, historyLimit(spec.FailedRunHistoryLimit, path.Child("failedRunHistoryLimit"))...)
}

// ScheduleName returns what is wrong with the name of a schedule.
func ScheduleName(name string) field.ErrorList {
	errs := Name(name, MaxNameLength)
	if len(errs) == 0 && len(name) > maxScheduleName {
		errs = append(errs, field.Invalid(field.NewPath("metadata", "name"), name,
			fmt.Sprintf("must be no more than %d characters: runs are named by it and the time, and their names end at %d", maxScheduleName, MaxNameLength)))
	}
	return errs
}

func cronExpression(expression string, path *field.Path) field.ErrorList {
	schedule, err := parseCron(expression)
	if err != nil {
		return field.ErrorList{field.Invalid(path, expression, fmt.Sprintf(`must be a cron expression of five fields, a descriptor such as @daily, or "@every 1h": %v`, err))}
	}
	if schedule.Next(time.Unix(0, 0)).IsZero() {
		return field.ErrorList{field.Invalid(path, expression, "it is never due: there is no such day")}
	}
	return nil
}

// parseCron takes a prefix TZ= or CRON_TZ= as the library does, which panics where nothing follows it.
func parseCron(expression string) (cron.Schedule, error) {
	if hasZone(expression) && !strings.Contains(expression, " ") {
		return nil, fmt.Errorf("nothing follows the time zone")
	}
	return cron.ParseStandard(expression)
}

func hasZone(expression string) bool {
	return strings.HasPrefix(expression, "TZ=") || strings.HasPrefix(expression, "CRON_TZ=")
}

func timeZone(name string, path *field.Path) field.ErrorList {
	if name == "" {
		return nil
	}
	if _, err := time.LoadLocation(name); err != nil {
		return field.ErrorList{field.Invalid(path, name, "must be a time zone of the IANA data base, such as Europe/Berlin")}
	}
	return nil
}

func historyLimit(limit *int32, path *field.Path) field.ErrorList {
	if limit != nil && *limit < 0 {
		return field.ErrorList{field.Invalid(path, *limit, "must not be negative; 0 keeps none")}
	}
	return nil
}
