// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package metrics

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
)

func TestLabelName(t *testing.T) {
	for key, want := range map[string]string{
		"app_type": "app_type", "app-type": "app_type", "app.type": "app_type",
		"example.com/app-type": "example_com_app_type", "1st": "_1st", "Team": "Team",
	} {
		if got := LabelName(key); got != want {
			t.Errorf("LabelName(%q) = %q, want %q", key, got, want)
		}
	}
}

func TestLabelValues(t *testing.T) {
	keys := []string{"app_type", "namespace", "example.com/team"}
	app := func(labels map[string]string) *v1beta2.SparkApplication {
		return &v1beta2.SparkApplication{ObjectMeta: metav1.ObjectMeta{Namespace: "ns", Labels: labels}}
	}
	tests := map[string]struct {
		app                    *v1beta2.SparkApplication
		application, executors []string
	}{
		"no labels": {
			app:         app(nil),
			application: []string{"Unknown", "ns", "Unknown"}, executors: []string{"Unknown", "ns", "Unknown"},
		},
		"labels, one of them with another punctuation; a label named namespace means nothing": {
			app:         app(map[string]string{"app-type": "etl", "namespace": "no", "example.com/team": "a"}),
			application: []string{"etl", "ns", "a"}, executors: []string{"etl", "ns", "a"},
		},
		"the very key wins": {
			app:         app(map[string]string{"app-type": "other", "app_type": "etl", "app.type": "more"}),
			application: []string{"etl", "ns", "Unknown"}, executors: []string{"etl", "ns", "Unknown"},
		},
		"executors have labels of their own": {
			app: func() *v1beta2.SparkApplication {
				a := app(map[string]string{"app_type": "etl", "example.com/team": "a"})
				a.Spec.Executor.Labels = map[string]string{"app_type": "etl-executor"}
				a.Spec.Executor.Template = &corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{
					Labels: map[string]string{"app_type": "template", "example.com/team": "b"},
				}}
				return a
			}(),
			application: []string{"etl", "ns", "a"}, executors: []string{"etl-executor", "ns", "b"},
		},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.application, ofApplication(keys, tc.app)); diff != "" {
				t.Errorf("values of the application (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tc.executors, ofExecutors(keys, tc.app)); diff != "" {
				t.Errorf("values of its executors (-want +got):\n%s", diff)
			}
		})
	}
}
