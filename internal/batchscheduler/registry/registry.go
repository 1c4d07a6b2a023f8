// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package registry is the list of the batch schedulers that the operator knows.
package registry

import (
	"errors"
	"slices"

	"k8s.io/apimachinery/pkg/runtime"

	configv1alpha1 "github.com/alauda/spark-operator/apis/config/v1alpha1"
	"github.com/alauda/spark-operator/internal/batchscheduler"
	"github.com/alauda/spark-operator/internal/batchscheduler/kubescheduler"
	"github.com/alauda/spark-operator/internal/batchscheduler/volcano"
	"github.com/alauda/spark-operator/internal/batchscheduler/yunikorn"
)

// known are the batch schedulers that have one name everywhere.
var known = []batchscheduler.Plugin{volcano.Plugin{}, yunikorn.Plugin{}}

// Names are the names of the batch schedulers that have one name everywhere.
func Names() []string {
	names := make([]string, 0, len(known))
	for _, plugin := range known {
		names = append(names, plugin.Name())
	}
	return names
}

// Configured returns the batch schedulers that a configuration enables.
func Configured(c configv1alpha1.BatchScheduler) batchscheduler.Schedulers {
	schedulers := batchscheduler.Schedulers{Default: c.Default}
	all := batchscheduler.Schedulers{Plugins: known}
	for _, name := range c.Enabled {
		if plugin := all.Named(name); plugin != nil {
			schedulers.Plugins = append(schedulers.Plugins, plugin)
		}
	}
	for _, name := range c.KubeSchedulers {
		schedulers.Plugins = append(schedulers.Plugins, kubescheduler.Plugin(name))
	}
	return schedulers
}

// AddToScheme teaches a scheme the kinds of all batch schedulers.
func AddToScheme(scheme *runtime.Scheme) error {
	var errs []error
	for _, plugin := range append(slices.Clone(known), kubescheduler.Plugin("")) {
		if group := plugin.Group(""); group.Exists() {
			errs = append(errs, group.AddToScheme(scheme))
		}
	}
	return errors.Join(errs...)
}
