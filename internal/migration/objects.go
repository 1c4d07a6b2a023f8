// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package migration

import (
	"cmp"
	"slices"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1alpha1"
	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/connect"
	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/internal/validation"
	"github.com/alauda/spark-operator/pkg/sparkconf"
)

var specPath = field.NewPath("spec")

// Application returns what there is to know about an application.
func Application(app *v1beta2.SparkApplication) []Finding {
	f := findings{secrets: once(func() *sparkconf.Masker { return planning.Secrets(app) })}
	f.examined(planning.Examine(app, specPath, planning.Options{}))
	f.differ(differences(&app.Spec, app.Labels, specPath))
	return f.list
}

// Schedule returns what there is to know about a schedule and the application of its runs.
func Schedule(schedule *v1beta2.ScheduledSparkApplication) []Finding {
	f := findings{secrets: once(func() *sparkconf.Masker { return planning.SecretsOfSchedule(schedule) })}
	examined := planning.ExamineSchedule(schedule, planning.Options{})
	if errs := validation.Name(schedule.Name, validation.MaxNameLength); len(errs) > 0 {
		f.refuse(errs)
		// The names of runs begin with it and are wrong in the same way.
		examined.Errors = slices.DeleteFunc(examined.Errors, func(e *field.Error) bool { return e.Field == errs[0].Field })
	}
	f.examined(examined)
	if schedule.Spec.ConcurrencyPolicy == "" {
		f.differ([]Finding{{Effect: Differs, Field: specPath.Child("concurrencyPolicy").String(), Message: policyMessage}})
	}
	f.differ(differences(&schedule.Spec.Template, schedule.Labels, specPath.Child("template")))
	return f.list
}

// Server returns what there is to know about a Spark Connect server.
func Server(server *v1alpha1.SparkConnect) []Finding {
	f := findings{secrets: once(func() *sparkconf.Masker { return planning.SecretsOfServer(server) })}
	examined := connect.Examine(server)
	f.refuse(append(validation.Name(server.Name, validation.MaxConnectNameLength), examined.Errors...))
	f.warn(examined.Warnings)
	return f.list
}

// examined adds what webhook and controller find.
func (f *findings) examined(e planning.Examination) {
	f.refuse(e.Errors)
	f.warn(e.Warnings)
	if u := e.Unsupported; u != nil && len(e.Errors) == 0 {
		f.differ([]Finding{{
			Effect: Differs, Field: u.Field,
			Message: "is submitted by spark-submit, which takes an image of the controller that has Spark: " + u.Reason,
		}})
	}
}

// Sort puts findings in order, the worst first; those of one effect stay as they are.
func Sort(list []Finding) {
	slices.SortStableFunc(list, func(a, b Finding) int {
		return cmp.Compare(slices.Index(Effects, a.Effect), slices.Index(Effects, b.Effect))
	})
}

// once returns a function that finds the secrets at its first call.
func once(find func() *sparkconf.Masker) func() *sparkconf.Masker {
	var found *sparkconf.Masker
	return func() *sparkconf.Masker {
		if found == nil {
			found = find()
		}
		return found
	}
}
