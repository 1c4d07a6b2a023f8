// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package webhooks

import (
	"context"
	"reflect"

	"k8s.io/apimachinery/pkg/util/validation/field"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1alpha1"
	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/internal/validation"
	"github.com/alauda/spark-operator/pkg/sparkconf"
)

// +kubebuilder:webhook:path=/mutate-sparkoperator-k8s-io-v1alpha1-sparkconnect,mutating=true,failurePolicy=ignore,sideEffects=None,groups=sparkoperator.k8s.io,resources=sparkconnects,verbs=create;update,versions=v1alpha1,name=mutate-sparkconnect.sparkoperator.k8s.io,admissionReviewVersions=v1,serviceName=spark-operator-webhook-svc,serviceNamespace=spark-operator,timeoutSeconds=5,matchPolicy=Equivalent,reinvocationPolicy=Never
// +kubebuilder:webhook:path=/validate-sparkoperator-k8s-io-v1alpha1-sparkconnect,mutating=false,failurePolicy=ignore,sideEffects=None,groups=sparkoperator.k8s.io,resources=sparkconnects,verbs=create;update,versions=v1alpha1,name=validate-sparkconnect.sparkoperator.k8s.io,admissionReviewVersions=v1,serviceName=spark-operator-webhook-svc,serviceNamespace=spark-operator,timeoutSeconds=5,matchPolicy=Equivalent

const (
	sparkConnectDefaultPath  = "/mutate-sparkoperator-k8s-io-v1alpha1-sparkconnect"
	sparkConnectValidatePath = "/validate-sparkoperator-k8s-io-v1alpha1-sparkconnect"
)

type sparkConnectValidator struct{}

// ValidateCreate implements admission.Validator.
func (sparkConnectValidator) ValidateCreate(_ context.Context, connect *v1alpha1.SparkConnect) (admission.Warnings, error) {
	errs := append(validation.Name(connect.Name, validation.MaxConnectNameLength), validation.SparkConnect(connect)...)
	return answerToServer(connect, validation.ConnectWarnings(&connect.Spec), errs)
}

// ValidateUpdate implements admission.Validator. It looks at what the update changes.
func (sparkConnectValidator) ValidateUpdate(_ context.Context, before, after *v1alpha1.SparkConnect) (admission.Warnings, error) {
	if !after.DeletionTimestamp.IsZero() || reflect.DeepEqual(before.Spec, after.Spec) {
		return nil, nil
	}
	errs := validation.SparkConnect(after)
	if len(errs) > 0 {
		errs = validation.Changes(validation.SparkConnect(before), errs)
	}
	return answerToServer(after, validation.ConnectWarnings(&after.Spec), errs)
}

// ValidateDelete implements admission.Validator; deletions are not asked about.
func (sparkConnectValidator) ValidateDelete(context.Context, *v1alpha1.SparkConnect) (admission.Warnings, error) {
	return nil, nil
}

func answerToServer(connect *v1alpha1.SparkConnect, warnings admission.Warnings, errs field.ErrorList) (admission.Warnings, error) {
	secrets := func() *sparkconf.Masker { return planning.SecretsOfServer(connect) }
	return answerOf(subject{v1alpha1.GroupVersion, "SparkConnect", connect.Name}, secrets, warnings, errs)
}
