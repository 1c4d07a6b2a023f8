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

// +kubebuilder:webhook:path=/mutate-sparkoperator-k8s-io-v1beta2-sparkapplication,mutating=true,failurePolicy=ignore,sideEffects=None,groups=sparkoperator.k8s.io,resources=sparkapplications,verbs=create;update,versions=v1beta2,name=mutate-sparkapplication.sparkoperator.k8s.io,admissionReviewVersions=v1,serviceName=spark-operator-webhook-svc,serviceNamespace=spark-operator,timeoutSeconds=5,matchPolicy=Equivalent,reinvocationPolicy=Never
// +kubebuilder:webhook:path=/validate-sparkoperator-k8s-io-v1beta2-sparkapplication,mutating=false,failurePolicy=ignore,sideEffects=None,groups=sparkoperator.k8s.io,resources=sparkapplications,verbs=create;update,versions=v1beta2,name=validate-sparkapplication.sparkoperator.k8s.io,admissionReviewVersions=v1,serviceName=spark-operator-webhook-svc,serviceNamespace=spark-operator,timeoutSeconds=5,matchPolicy=Equivalent

const (
	sparkApplicationDefaultPath  = "/mutate-sparkoperator-k8s-io-v1beta2-sparkapplication"
	sparkApplicationValidatePath = "/validate-sparkoperator-k8s-io-v1beta2-sparkapplication"
)

var specPath = field.NewPath("spec")

// sparkApplicationValidator refuses what the controller would refuse to submit, and warns of what there is no quota
// for.
type sparkApplicationValidator struct {
	quota quotaCheck
	// options are those of every plan, as far as the webhook's configuration knows them.
	options planning.Options
}

// ValidateCreate implements admission.Validator.
func (v sparkApplicationValidator) ValidateCreate(ctx context.Context, app *v1beta2.SparkApplication) (admission.Warnings, error) {
	examined := planning.Examine(app, specPath, v.options)
	warnings, errs := examined.Warnings, examined.Errors
	if !suspended(app) {
		notes, exceeded := v.quota.ask(ctx, app.Namespace, examined.Demand, nil)
		warnings, errs = append(warnings, notes...), append(errs, exceeded...)
	}
	return answerToApplication(app, warnings, errs)
}

// ValidateUpdate implements admission.Validator. It looks at what the update changes.
func (v sparkApplicationValidator) ValidateUpdate(ctx context.Context, before, after *v1beta2.SparkApplication) (admission.Warnings, error) {
	// What says the same otherwise is looked at as well: to find out that it does takes longer than that.
	specChanged := !reflect.DeepEqual(before.Spec, after.Spec)
	if !after.DeletionTimestamp.IsZero() || !specChanged && sameMetadata(before, after) {
		return nil, nil
	}
	examined := planning.Examine(after, specPath, v.options)
	errs := examined.Errors
	if len(errs) > 0 {
		errs = validation.Changes(planning.Examine(before, specPath, v.options).Errors, errs)
	}
	var warnings admission.Warnings
	if specChanged {
		warnings = examined.Warnings
	}
	if specChanged && examined.Demand != nil && startsAnew(before, after) {
		notes, exceeded := v.quota.ask(ctx, after.Namespace, examined.Demand, running(before, v.options))
		warnings, errs = append(warnings, notes...), append(errs, exceeded...)
	}
	return answerToApplication(after, warnings, errs)
}

// ValidateDelete implements admission.Validator; deletions are not asked about.
func (sparkApplicationValidator) ValidateDelete(context.Context, *v1beta2.SparkApplication) (admission.Warnings, error) {
	return nil, nil
}

func answerToApplication(app *v1beta2.SparkApplication, warnings admission.Warnings, errs field.ErrorList) (admission.Warnings, error) {
	secrets := func() *sparkconf.Masker { return planning.Secrets(app) }
	return answerOf(subject{v1beta2.GroupVersion, "SparkApplication", app.Name}, secrets, warnings, errs)
}

// sameMetadata reports whether an update leaves alone what is looked at beside the spec.
func sameMetadata(before, after *v1beta2.SparkApplication) bool {
	return maps.Equal(before.Labels, after.Labels) &&
		before.Annotations[sparklabels.ExcludePodLabels] == after.Annotations[sparklabels.ExcludePodLabels]
}
