// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package webhooks

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"sigs.k8s.io/controller-runtime/pkg/client"

	configv1alpha1 "github.com/alauda/spark-operator/apis/config/v1alpha1"
	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/demand"
	"github.com/alauda/spark-operator/internal/identity"
	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/internal/quota"
)

// +kubebuilder:rbac:groups="",resources=resourcequotas,verbs=list;watch

// quotaCheck compares what applications ask for with the quotas of their namespace. The quotas themselves are the API
// server's to enforce, when pods are made; a warning before that is a service.
type quotaCheck struct {
	mode  configv1alpha1.ResourceQuotaMode
	cache client.Reader
}

// ask returns what there is to say about the pods of an application, as warnings or as errors. before are the pods that
// go first.
func (q quotaCheck) ask(ctx context.Context, namespace string, wanted *demand.Demand, before []quota.Pods) ([]string, field.ErrorList) {
	if q.mode != configv1alpha1.ResourceQuotaWarn && q.mode != configv1alpha1.ResourceQuotaEnforce || wanted == nil {
		return nil, nil
	}
	quotas := &corev1.ResourceQuotaList{}
	if err := q.cache.List(ctx, quotas, client.InNamespace(namespace)); err != nil {
		return []string{fmt.Sprintf("the resource quotas of namespace %s could not be read: %v", namespace, err)}, nil
	}
	var warnings []string
	var errs field.ErrorList
	for _, excess := range quota.Exceeded(quotas.Items, podsOf(wanted, 1, wanted.Executors), before) {
		if q.mode == configv1alpha1.ResourceQuotaEnforce {
			errs = append(errs, field.Forbidden(specPath, excess.String()))
		} else {
			warnings = append(warnings, excess.String())
		}
	}
	return warnings, errs
}

func podsOf(wanted *demand.Demand, drivers, executors int64) []quota.Pods {
	return []quota.Pods{{Pod: wanted.Driver, Count: drivers}, {Pod: wanted.Executor, Count: executors}}
}

// running returns the pods of an application that quotas count by now. They go before the application starts anew.
func running(app *v1beta2.SparkApplication, o planning.Options) []quota.Pods {
	drivers, executors := int64(0), int64(0)
	switch app.Status.AppState.State {
	case v1beta2.ApplicationStateSubmitted, v1beta2.ApplicationStateRunning, v1beta2.ApplicationStateUnknown:
		drivers = 1
	default: // no driver, or one that has ended
	}
	for _, state := range app.Status.ExecutorState {
		if state == v1beta2.ExecutorStatePending || state == v1beta2.ExecutorStateRunning {
			executors++
		}
	}
	if drivers+executors == 0 {
		return nil
	}
	wanted := planning.Examine(app, specPath, o).Demand
	if wanted == nil {
		return nil
	}
	return podsOf(wanted, drivers, executors)
}

// startsAnew reports whether an update makes an application start, or start again.
func startsAnew(before, after *v1beta2.SparkApplication) bool {
	return !suspended(after) && (suspended(before) || identity.SpecHash(before) != identity.SpecHash(after))
}

func suspended(app *v1beta2.SparkApplication) bool {
	return app.Spec.Suspend != nil && *app.Spec.Suspend
}
