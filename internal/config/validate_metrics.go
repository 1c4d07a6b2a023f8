// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package config

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"k8s.io/apimachinery/pkg/util/validation/field"

	configv1alpha1 "github.com/alauda/spark-operator/apis/config/v1alpha1"
	"github.com/alauda/spark-operator/internal/metrics"
)

// validateApplicationMetrics checks how the metrics about applications are named and distinguished.
func validateApplicationMetrics(m *configv1alpha1.Metrics, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	if err := metrics.CheckPrefix(m.Prefix); err != nil {
		errs = append(errs, field.Invalid(path.Child("prefix"), m.Prefix, err.Error()))
	}
	wrong := metrics.CheckLabels(m.Labels)
	for _, i := range slices.Sorted(maps.Keys(wrong)) {
		errs = append(errs, field.Invalid(path.Child("labels").Index(i), m.Labels[i], wrong[i].Error()))
	}
	errs = append(errs, validateBuckets(m.JobSubmitLatencyBuckets, path.Child("jobSubmitLatencyBuckets"))...)
	return append(errs, validateBuckets(m.JobStartLatencyBuckets, path.Child("jobStartLatencyBuckets"))...)
}

func validateBuckets(bounds []float64, path *field.Path) field.ErrorList {
	if len(bounds) == 0 {
		return field.ErrorList{field.Required(path, "give upper bounds in seconds, for example [1, 10, 100], or leave the key out for the defaults")}
	}
	var errs field.ErrorList
	floor := 0.0
	for i, bound := range bounds {
		if bound <= floor {
			errs = append(errs, field.Invalid(path.Index(i), bound, fmt.Sprintf("must be greater than %v: bounds are above zero and rise", floor)))
		}
		floor = max(floor, bound)
	}
	return errs
}

// refuseApplicationMetrics refuses what would have no effect in the webhook.
func refuseApplicationMetrics(m *configv1alpha1.Metrics, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	for name, given := range map[string]bool{
		"prefix": m.Prefix != "", "labels": len(m.Labels) > 0,
		"jobSubmitLatencyBuckets": len(m.JobSubmitLatencyBuckets) > 0, "jobStartLatencyBuckets": len(m.JobStartLatencyBuckets) > 0,
	} {
		if given {
			errs = append(errs, field.Forbidden(path.Child(name), "the webhook has no metrics about applications; set it in the controller's configuration"))
		}
	}
	slices.SortFunc(errs, func(a, b *field.Error) int { return cmp.Compare(a.Field, b.Field) })
	return errs
}
