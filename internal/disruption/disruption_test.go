// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package disruption_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/disruption"
)

func TestBudget(t *testing.T) {
	made := &policyv1.PodDisruptionBudget{
		TypeMeta:   metav1.TypeMeta{APIVersion: "policy/v1", Kind: "PodDisruptionBudget"},
		ObjectMeta: metav1.ObjectMeta{Name: "pi-driver", Labels: map[string]string{"sparkoperator.k8s.io/launched-by-spark-operator": "true"}},
		Spec: policyv1.PodDisruptionBudgetSpec{
			MinAvailable: new(intstr.FromInt32(1)),
			Selector:     &metav1.LabelSelector{MatchLabels: map[string]string{"sparkoperator.k8s.io/app-name": "pi", "spark-role": "driver"}},
		},
	}
	const inVain = "spec.driverPodDisruptionBudget has no effect: the operator's configuration does not enable it"
	for name, tc := range map[string]struct {
		asked   *bool
		enabled bool
		want    *policyv1.PodDisruptionBudget
		warns   []string
	}{
		"asked for and enabled": {asked: new(true), enabled: true, want: made},
		"not enabled":           {asked: new(true), warns: []string{inVain}},
		"not asked for":         {enabled: true},
		"not wanted":            {asked: new(false), enabled: true},
	} {
		app := &v1beta2.SparkApplication{ObjectMeta: metav1.ObjectMeta{Name: "pi"}}
		app.Spec.DriverPodDisruptionBudget = tc.asked
		options := disruption.Options{Budgets: tc.enabled}
		if diff := cmp.Diff(tc.want, disruption.Budget(app, "pi-driver", options)); diff != "" {
			t.Errorf("%s: budget (-want +got):\n%s", name, diff)
		}
		if diff := cmp.Diff(tc.warns, disruption.Warnings(app, options)); diff != "" {
			t.Errorf("%s: warnings (-want +got):\n%s", name, diff)
		}
	}
}
