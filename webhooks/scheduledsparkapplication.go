// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package webhooks

import (
	"context"
	"maps"
	"reflect"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/internal/validation"
	"github.com/alauda/spark-operator/pkg/sparkconf"
)

// +kubebuilder:webhook:path=/mutate-sparkoperator-k8s-io-v1beta2-scheduledsparkapplication,mutating=true,failurePolicy=ignore,sideEffects=None,groups=sparkoperator.k8s.io,resources=scheduledsparkapplications,verbs=create;update,versions=v1beta2,name=mutate-scheduledsparkapplication.sparkoperator.k8s.io,admissionReviewVersions=v1,serviceName=spark-operator-webhook-svc,serviceNamespace=spark-operator,timeoutSeconds=5,matchPolicy=Equivalent,reinvocationPolicy=Never
// +kubebuilder:webhook:path=/validate-sparkoperator-k8s-io-v1beta2-scheduledsparkapplication,mutating=false,failurePolicy=ignore,sideEffects=None,groups=sparkoperator.k8s.io,resources=scheduledsparkapplications,verbs=create;update,versions=v1beta2,name=validate-scheduledsparkapplication.sparkoperator.k8s.io,admissionReviewVersions=v1,serviceName=spark-operator-webhook-svc,serviceNamespace=spark-operator,timeoutSeconds=5,matchPolicy=Equivalent

const (
	scheduledSparkApplicationDefaultPath  = "/mutate-sparkoperator-k8s-io-v1beta2-scheduledsparkapplication"
	scheduledSparkApplicationValidatePath = "/validate-sparkoperator-k8s-io-v1beta2-scheduledsparkapplication"
)

// scheduledSparkApplicationValidator looks at the schedule, and at its template as at an application. Quotas are for
// the runs: what is left when one is due cannot be known before.
type scheduledSparkApplicationValidator struct{}

// ValidateCreate implements admission.Validator.
func (scheduledSparkApplicationValidator) ValidateCreate(_ context.Context, schedule *v1beta2.ScheduledSparkApplication) (admission.Warnings, error) {
	warnings, errs := examineSchedule(schedule)
	return answerToSchedule(schedule, warnings, append(validation.ScheduleName(schedule.Name), errs...))
}

// ValidateUpdate implements admission.Validator. It looks at what the update changes.
func (scheduledSparkApplicationValidator) ValidateUpdate(_ context.Context, before, after *v1beta2.ScheduledSparkApplication) (admission.Warnings, error) {
	specChanged := !reflect.DeepEqual(before.Spec, after.Spec)
	if !after.DeletionTimestamp.IsZero() || !specChanged && maps.Equal(before.Labels, after.Labels) {
		return nil, nil
	}
	warnings, errs := examineSchedule(after)
	if len(errs) > 0 {
		_, known := examineSchedule(before)
		errs = validation.Changes(known, errs)
	}
	if !specChanged {
		warnings = nil
	}
	return answerToSchedule(after, warnings, errs)
}

// ValidateDelete implements admission.Validator; deletions are not asked about.
func (scheduledSparkApplicationValidator) ValidateDelete(context.Context, *v1beta2.ScheduledSparkApplication) (admission.Warnings, error) {
	return nil, nil
}

func answerToSchedule(schedule *v1beta2.ScheduledSparkApplication, warnings admission.Warnings, errs field.ErrorList) (admission.Warnings, error) {
	secrets := func() *sparkconf.Masker { return planning.Secrets(runOf(schedule)) }
	return answerOf(subject{v1beta2.GroupVersion, "ScheduledSparkApplication", schedule.Name}, secrets, warnings, errs)
}

// runOf returns a run of a schedule as it will be, but for its name, which is not the author's to choose.
func runOf(schedule *v1beta2.ScheduledSparkApplication) *v1beta2.SparkApplication {
	return &v1beta2.SparkApplication{
		ObjectMeta: metav1.ObjectMeta{Namespace: schedule.Namespace, Name: "run", Labels: schedule.Labels},
		Spec:       schedule.Spec.Template,
	}
}

// examineSchedule looks at the schedule and at a run of it.
func examineSchedule(schedule *v1beta2.ScheduledSparkApplication) (admission.Warnings, field.ErrorList) {
	run := planning.Examine(runOf(schedule), specPath.Child("template"))
	return append(validation.ScheduleWarnings(schedule), run.Warnings...), append(validation.ScheduledSparkApplication(schedule), run.Errors...)
}
