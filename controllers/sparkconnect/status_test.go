// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkconnect

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1alpha1"
	"github.com/alauda/spark-operator/internal/decoding"
	"github.com/alauda/spark-operator/internal/stored"
)

func TestSetStatus(t *testing.T) {
	type status = v1alpha1.SparkConnectStatus
	now, earlier := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), metav1.NewTime(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	problem := &decoding.Problem{Field: "spec.server.template.spec", Value: `"none"`, Reason: "write an object"}
	ready := metav1.Condition{Type: "ServerPodReady", Status: metav1.ConditionTrue, Reason: "ServerPodReady", LastTransitionTime: earlier}
	said := metav1.Condition{
		Type: "Unreadable", Status: metav1.ConditionTrue, Reason: "Undecodable", ObservedGeneration: 3,
		Message: `spec.server.template.spec: "none": write an object`, LastTransitionTime: metav1.NewTime(now),
	}
	before := said
	before.LastTransitionTime = earlier
	for name, tc := range map[string]struct {
		problem      *decoding.Problem
		status, want status
	}{
		"a new one that cannot be read": {
			problem, status{}, status{State: v1alpha1.SparkConnectStateFailed, Conditions: []metav1.Condition{said}, LastUpdateTime: metav1.NewTime(now)},
		},
		"one in a state that is unknown": {
			problem, status{State: "BANANA"}, status{State: v1alpha1.SparkConnectStateFailed, Conditions: []metav1.Condition{said}, LastUpdateTime: metav1.NewTime(now)},
		},
		"one that runs and cannot be read": {
			problem, status{State: v1alpha1.SparkConnectStateReady, Conditions: []metav1.Condition{ready}},
			status{State: v1alpha1.SparkConnectStateReady, Conditions: []metav1.Condition{ready, said}, LastUpdateTime: metav1.NewTime(now)},
		},
		"one that still cannot": {
			problem, status{State: v1alpha1.SparkConnectStateFailed, Conditions: []metav1.Condition{before}, LastUpdateTime: earlier},
			status{State: v1alpha1.SparkConnectStateFailed, Conditions: []metav1.Condition{before}, LastUpdateTime: earlier},
		},
		"a mended one": {
			nil, status{State: v1alpha1.SparkConnectStateFailed, Conditions: []metav1.Condition{before}, LastUpdateTime: earlier},
			status{Conditions: []metav1.Condition{}, LastUpdateTime: metav1.NewTime(now)},
		},
		"a mended one that runs": {
			nil, status{State: v1alpha1.SparkConnectStateReady, Conditions: []metav1.Condition{ready, before}},
			status{State: v1alpha1.SparkConnectStateReady, Conditions: []metav1.Condition{ready}, LastUpdateTime: metav1.NewTime(now)},
		},
		"one that can": {nil, status{State: v1alpha1.SparkConnectStateFailed}, status{State: v1alpha1.SparkConnectStateFailed}},
	} {
		t.Run(name, func(t *testing.T) {
			object := &stored.SparkConnect{}
			object.Generation, object.Status = 3, tc.status
			setStatus(object, tc.problem, now)
			if diff := cmp.Diff(tc.want, object.Status); diff != "" {
				t.Errorf("status (-want +got):\n%s", diff)
			}
		})
	}
}
