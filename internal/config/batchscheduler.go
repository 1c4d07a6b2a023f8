// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package config

import (
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	configv1alpha1 "github.com/alauda/spark-operator/apis/config/v1alpha1"
	"github.com/alauda/spark-operator/internal/batchscheduler/registry"
)

// validateBatchScheduler returns what is wrong with the batch schedulers: each has one name, and the default is one of
// them.
func validateBatchScheduler(c configv1alpha1.BatchScheduler, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	var all []string
	for i, name := range c.Enabled {
		at := path.Child("enabled").Index(i)
		switch {
		case !slices.Contains(registry.Names(), name):
			errs = append(errs, field.NotSupported(at, name, registry.Names()))
		case slices.Contains(all, name):
			errs = append(errs, field.Duplicate(at, name))
		}
		all = append(all, name)
	}
	for i, name := range c.KubeSchedulers {
		at := path.Child("kubeSchedulers").Index(i)
		switch {
		case slices.Contains(registry.Names(), name):
			errs = append(errs, field.Invalid(at, name, "it is no kube-scheduler; name it in enabled"))
		case slices.Contains(all, name):
			errs = append(errs, field.Duplicate(at, name))
		}
		errs = append(errs, problems(at, name, validation.IsDNS1123Subdomain(name))...)
		all = append(all, name)
	}
	if c.Default != "" && !slices.Contains(all, c.Default) {
		why := "no batch scheduler is enabled; add it to enabled or kubeSchedulers"
		if len(all) > 0 {
			why = "it is not enabled; use one of " + strings.Join(all, ", ") + ", or add it to enabled or kubeSchedulers"
		}
		errs = append(errs, field.Invalid(path.Child("default"), c.Default, why))
	}
	return errs
}
