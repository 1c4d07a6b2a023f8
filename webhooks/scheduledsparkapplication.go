// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package webhooks

import (
	"context"
	"maps"
	"reflect"

	"k8s.io/apimachinery/pkg/util/validation/field"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/internal/validation"
	"github.com/alauda/spark-operator/pkg/sparkconf"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// +kubebuilder:webhook:path=/mutate-sparkoperator-k8s-io-v1beta2-scheduledsparkapplication,mutating=true,failurePolicy=ignore,sideEffects=None,groups=sparkoperator.k8s.io,resources=scheduledsparkapplications,verbs=create;update,versions=v1beta2,name=mutate-scheduledsparkapplication.sparkoperator.k8s.io,admissionReviewVersions=v1,serviceName=spark-operator-webhook-svc,serviceNamespace=spark-operator,timeoutSeconds=5,matchPolicy=Equivalent,reinvocationPolicy=Never
// +kubebuilder:webhook:path=/validate-sparkoperator-k8s-io-v1beta2-scheduledsparkapplication,mutating=false,failurePolicy=ignore,sideEffects=None,groups=sparkoperator.k8s.io,resources=scheduledsparkapplications,verbs=create;update,versions=v1beta2,name=validate-scheduledsparkapplication.sparkoperator.k8s.io,admissionReviewVersions=v1,serviceName=spark-operator-webhook-svc,serviceNamespace=spark-operator,timeoutSeconds=5,matchPolicy=Equivalent

const (
	scheduledSparkApplicationDefaultPath  = "/mutate-sparkoperator-k8s-io-v1beta2-scheduledsparkapplication"
	scheduledSparkApplicationValidatePath = "/validate-sparkoperator-k8s-io-v1beta2-scheduledsparkapplication"
)

// scheduledSparkApplicationValidator looks at the schedule, and at its template as at an application. Quotas are for
// the runs: what is left when one is due cannot be known before.
type scheduledSparkApplicationValidator struct{ options planning.Options }

// ValidateCreate implements admission.Validator.
func (v scheduledSparkApplicationValidator) ValidateCreate(_ context.Context, schedule *v1beta2.ScheduledSparkApplication) (admission.Warnings, error) {
	examined := planning.ExamineSchedule(schedule, v.options)
	return answerToSchedule(schedule, examined.Warnings, append(validation.Name(schedule.Name, validation.MaxNameLength), examined.Errors...))
}

// ValidateUpdate implements admission.Validator. It looks at what the update changes.
func (v scheduledSparkApplicationValidator) ValidateUpdate(_ context.Context, before, after *v1beta2.ScheduledSparkApplication) (admission.Warnings, error) {
	specChanged := !reflect.DeepEqual(before.Spec, after.Spec)
	if !after.DeletionTimestamp.IsZero() || !specChanged && makesSameRuns(before, after) {
		return nil, nil
	}
	examined := planning.ExamineSchedule(after, v.options)
	errs := examined.Errors
	if len(errs) > 0 {
		errs = validation.Changes(planning.ExamineSchedule(before, v.options).Errors, errs)
	}
	var warnings admission.Warnings
	if specChanged {
		warnings = examined.Warnings
	}
	return answerToSchedule(after, warnings, errs)
}

// makesSameRuns reports whether an update leaves alone what runs are made from beside the spec.
func makesSameRuns(before, after *v1beta2.ScheduledSparkApplication) bool {
	for _, name := range []string{sparklabels.RunNow, sparklabels.SubmissionMode, sparklabels.ExcludePodLabels} {
		if before.Annotations[name] != after.Annotations[name] {
			return false
		}
	}
	return maps.Equal(before.Labels, after.Labels)
}

// ValidateDelete implements admission.Validator; deletions are not asked about.
func (scheduledSparkApplicationValidator) ValidateDelete(context.Context, *v1beta2.ScheduledSparkApplication) (admission.Warnings, error) {
	return nil, nil
}

func answerToSchedule(schedule *v1beta2.ScheduledSparkApplication, warnings admission.Warnings, errs field.ErrorList) (admission.Warnings, error) {
	secrets := func() *sparkconf.Masker { return planning.SecretsOfSchedule(schedule) }
	return answerOf(subject{v1beta2.GroupVersion, "ScheduledSparkApplication", schedule.Name}, secrets, warnings, errs)
}
