// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package planning

import (
	"cmp"
	"slices"

	configv1alpha1 "github.com/alauda/spark-operator/apis/config/v1alpha1"
	"github.com/alauda/spark-operator/internal/disruption"
	"github.com/alauda/spark-operator/internal/webui"
)

const (
	defaultMaster    = "k8s://https://kubernetes.default.svc:443"
	defaultSparkUser = "spark"
)

// Options are what a plan depends on beside the application.
type Options struct {
	// Master is the address of the API server with the prefix k8s://, for spark.master. The driver does not connect by it.
	Master string
	// SparkUser is the user that Spark takes itself to run as; "spark" unless set.
	SparkUser string
	// WebUI says how web UIs are reached.
	WebUI webui.Options
	// Disruption says whether drivers may keep nodes from being drained.
	Disruption disruption.Options
	// ExcludeLabels are patterns of labels that pods do not take from their application.
	ExcludeLabels []string
	// Decorations are added in their order, after what the application itself asks for.
	Decorations []Decoration
}

// Configured returns the options of an operator of that configuration.
func Configured(c *configv1alpha1.ControllerConfiguration) Options {
	o := Options{
		WebUI: webui.Options{
			Service: c.UIService.Enabled, URLFormat: c.UIIngress.URLFormat,
			ClassName: c.UIIngress.ClassName, Annotations: c.UIIngress.Annotations, TLS: c.UIIngress.TLS,
		},
		Disruption:    disruption.Options{Budgets: c.DriverPodDisruptionBudget.Enabled},
		ExcludeLabels: c.PodLabels.Exclude,
	}
	// The scheduler of the cluster is for pods of applications that name none.
	if scheduler := c.BatchScheduler.Default; scheduler != "" {
		pods := PodDecoration{SchedulerName: scheduler}
		o.Decorations = []Decoration{{Driver: pods, Executor: pods}}
	}
	return o
}

func (o Options) withDefaults() Options {
	o.Master = cmp.Or(o.Master, defaultMaster)
	o.SparkUser = cmp.Or(o.SparkUser, defaultSparkUser)
	o.Decorations, o.ExcludeLabels = slices.Clone(o.Decorations), slices.Clone(o.ExcludeLabels)
	return o
}
