// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package features

import (
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/disruption"
	"github.com/alauda/spark-operator/pkg/podmutation"
	"github.com/alauda/spark-operator/pkg/render"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// disruptionBudget has a drain of its node wait for the driver.
var disruptionBudget = Feature{
	Name: "disruption budget",
	Dependents: func(r Run) []Dependent {
		budget := disruption.Budget(r.App, r.Attempt.DriverPodName, r.Options.Disruption)
		if budget == nil {
			return nil
		}
		return []Dependent{{Object: budget}}
	},
	// Sidecars of a driver may run on when it has ended.
	Ended: func(_ Options, app *v1beta2.SparkApplication, driver *corev1.Pod) []render.Object {
		if !disruption.Wanted(app) {
			return nil
		}
		return []render.Object{&policyv1.PodDisruptionBudget{ObjectMeta: metav1.ObjectMeta{Name: driver.Name}}}
	},
	Warnings: func(r Run) []string { return disruption.Warnings(r.App, r.Options.Disruption) },
}

// followUp adds to a driver what the operator follows it by: the spec that it was made from, the finalizer that keeps
// it until its end has been recorded, and last words that outlive it.
var followUp = Feature{
	Name: "follow-up",
	Finish: func(r Run, driver *corev1.Pod) {
		if driver.Annotations == nil {
			driver.Annotations = map[string]string{}
		}
		driver.Annotations[sparklabels.SpecHash] = r.Attempt.SpecHash
		if !podmutation.IsServer(r.App) {
			// A server has no result that could be lost.
			driver.Finalizers = append(driver.Finalizers, sparklabels.DriverEnd)
		}
		spark := podmutation.SparkContainer(driver, podmutation.Input{App: r.App, Role: podmutation.Driver})
		if spark.TerminationMessagePolicy == "" {
			spark.TerminationMessagePolicy = corev1.TerminationMessageFallbackToLogsOnError
		}
	},
}
