// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package disruption says what keeps a node from being drained while a driver runs on it.
//
// The budget is of the same name as the driver pod and covers it alone: executors may go at any time, and Spark makes
// others.
package disruption

import (
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// Options are what the operator's configuration says.
type Options struct {
	// Budgets is whether drivers may have a budget.
	Budgets bool
}

// Budget returns the budget of the application's driver; nil where there is none.
func Budget(app *v1beta2.SparkApplication, driver string, o Options) *policyv1.PodDisruptionBudget {
	if !o.Budgets || !Wanted(app) {
		return nil
	}
	return &policyv1.PodDisruptionBudget{
		TypeMeta:   metav1.TypeMeta{APIVersion: policyv1.SchemeGroupVersion.String(), Kind: "PodDisruptionBudget"},
		ObjectMeta: metav1.ObjectMeta{Name: driver, Labels: map[string]string{sparklabels.LaunchedByOperator: sparklabels.True}},
		Spec: policyv1.PodDisruptionBudgetSpec{
			MinAvailable: new(intstr.FromInt32(1)),
			Selector: &metav1.LabelSelector{MatchLabels: map[string]string{
				sparklabels.AppName: app.Name, sparklabels.SparkRole: sparklabels.RoleDriver,
			}},
		},
	}
}

// Wanted reports whether an application asks for a budget.
func Wanted(app *v1beta2.SparkApplication) bool {
	wanted := app.Spec.DriverPodDisruptionBudget
	return wanted != nil && *wanted
}

// Warnings say what an application asks for in vain.
func Warnings(app *v1beta2.SparkApplication, o Options) []string {
	if !Wanted(app) || o.Budgets {
		return nil
	}
	return []string{"spec.driverPodDisruptionBudget has no effect: the operator's configuration does not enable it"}
}
