// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package planning

import (
	"cmp"
	"slices"

	configv1alpha1 "github.com/alauda/spark-operator/apis/config/v1alpha1"
	"github.com/alauda/spark-operator/internal/features"
)

const (
	defaultMaster    = "k8s://https://kubernetes.default.svc:443"
	defaultSparkUser = "spark"
)

// Options are what a plan depends on beside the application.
type Options struct {
	// Master is the address of the API server with the prefix k8s://, for spark.master. The driver does not use it.
	Master string
	// SparkUser is the user that Spark takes itself to run as; "spark" unless set.
	SparkUser string
	// Features say what there is beside a run.
	Features features.Options
	// ExcludeLabels are patterns of labels that pods do not take from their application.
	ExcludeLabels []string
}

// Configured returns the options of an operator of that configuration.
func Configured(c *configv1alpha1.ControllerConfiguration) Options {
	return Options{Features: features.Configured(c), ExcludeLabels: c.PodLabels.Exclude}
}

func (o Options) withDefaults() Options {
	o.Master = cmp.Or(o.Master, defaultMaster)
	o.SparkUser = cmp.Or(o.SparkUser, defaultSparkUser)
	o.ExcludeLabels = slices.Clone(o.ExcludeLabels)
	return o
}
