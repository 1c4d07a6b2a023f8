// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package webhooks

import (
	"context"
	"maps"
	"reflect"

	"k8s.io/apimachinery/pkg/util/validation/field"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1alpha1"
	"github.com/alauda/spark-operator/internal/connect"
	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/internal/quota"
	"github.com/alauda/spark-operator/internal/validation"
	"github.com/alauda/spark-operator/pkg/sparkconf"
)

// +kubebuilder:webhook:path=/mutate-sparkoperator-k8s-io-v1alpha1-sparkconnect,mutating=true,failurePolicy=ignore,sideEffects=None,groups=sparkoperator.k8s.io,resources=sparkconnects,verbs=create;update,versions=v1alpha1,name=mutate-sparkconnect.sparkoperator.k8s.io,admissionReviewVersions=v1,serviceName=spark-operator-webhook-svc,serviceNamespace=spark-operator,timeoutSeconds=5,matchPolicy=Equivalent,reinvocationPolicy=Never
// +kubebuilder:webhook:path=/validate-sparkoperator-k8s-io-v1alpha1-sparkconnect,mutating=false,failurePolicy=ignore,sideEffects=None,groups=sparkoperator.k8s.io,resources=sparkconnects,verbs=create;update,versions=v1alpha1,name=validate-sparkconnect.sparkoperator.k8s.io,admissionReviewVersions=v1,serviceName=spark-operator-webhook-svc,serviceNamespace=spark-operator,timeoutSeconds=5,matchPolicy=Equivalent

const (
	sparkConnectDefaultPath  = "/mutate-sparkoperator-k8s-io-v1alpha1-sparkconnect"
	sparkConnectValidatePath = "/validate-sparkoperator-k8s-io-v1alpha1-sparkconnect"
)

// sparkConnectValidator refuses what the controller would make no server of, and warns of what there is no quota for.
type sparkConnectValidator struct{ quota quotaCheck }

// ValidateCreate implements admission.Validator.
func (v sparkConnectValidator) ValidateCreate(ctx context.Context, server *v1alpha1.SparkConnect) (admission.Warnings, error) {
	examined := connect.Examine(server)
	warnings, errs := examined.Warnings, append(validation.Name(server.Name, validation.MaxConnectNameLength), examined.Errors...)
	if !isSuspended(server) {
		notes, exceeded := v.quota.ask(ctx, server.Namespace, examined.Demand, nil)
		warnings, errs = append(warnings, notes...), append(errs, exceeded...)
	}
	return answerToServer(server, warnings, errs)
}

// ValidateUpdate implements admission.Validator. It looks at what the update changes.
func (v sparkConnectValidator) ValidateUpdate(ctx context.Context, before, after *v1alpha1.SparkConnect) (admission.Warnings, error) {
	specChanged := !reflect.DeepEqual(before.Spec, after.Spec)
	if !after.DeletionTimestamp.IsZero() || !specChanged && maps.Equal(before.Labels, after.Labels) {
		return nil, nil
	}
	examined := connect.Examine(after)
	errs := examined.Errors
	if len(errs) > 0 {
		errs = validation.Changes(connect.Examine(before).Errors, errs)
	}
	var warnings admission.Warnings
	if specChanged {
		warnings = examined.Warnings
	}
	if specChanged && examined.Demand != nil && serverStartsAnew(before, after) {
		notes, exceeded := v.quota.ask(ctx, after.Namespace, examined.Demand, podsOfServer(before))
		warnings, errs = append(warnings, notes...), append(errs, exceeded...)
	}
	return answerToServer(after, warnings, errs)
}

// ValidateDelete implements admission.Validator; deletions are not asked about.
func (sparkConnectValidator) ValidateDelete(context.Context, *v1alpha1.SparkConnect) (admission.Warnings, error) {
	return nil, nil
}

// serverStartsAnew reports whether an update makes a server start, or start again.
func serverStartsAnew(before, after *v1alpha1.SparkConnect) bool {
	return !isSuspended(after) && (isSuspended(before) || connect.SpecHash(before) != connect.SpecHash(after))
}

func isSuspended(server *v1alpha1.SparkConnect) bool {
	return server.Spec.Suspend != nil && *server.Spec.Suspend
}

// podsOfServer returns the pods of a server that quotas count by now. They go before it starts anew.
func podsOfServer(server *v1alpha1.SparkConnect) []quota.Pods {
	if server.Status.Server.PodName == "" {
		return nil
	}
	demand := connect.Examine(server).Demand
	if demand == nil {
		return nil
	}
	return podsOf(demand, 1, int64(server.Status.Executors["pending"]+server.Status.Executors["running"]))
}

func answerToServer(server *v1alpha1.SparkConnect, warnings admission.Warnings, errs field.ErrorList) (admission.Warnings, error) {
	secrets := func() *sparkconf.Masker { return planning.SecretsOfServer(server) }
	return answerOf(subject{v1alpha1.GroupVersion, "SparkConnect", server.Name}, secrets, warnings, errs)
}
