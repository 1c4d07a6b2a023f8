// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package namespaces

import (
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	configv1alpha1 "github.com/alauda/spark-operator/apis/config/v1alpha1"
)

func TestFilter(t *testing.T) {
	type namespace struct {
		name   string
		labels map[string]string
	}
	selected := &metav1.LabelSelector{
		MatchLabels:      map[string]string{"team": "a"},
		MatchExpressions: []metav1.LabelSelectorRequirement{{Key: "frozen", Operator: metav1.LabelSelectorOpDoesNotExist}},
	}
	for name, tc := range map[string]struct {
		config     configv1alpha1.SharedConfiguration
		wantLabels bool
		served     []namespace
		refused    []namespace
	}{
		"given nothing: serves all": {
			served: []namespace{{"default", nil}, {"ops", map[string]string{"team": "b"}}},
		},
		"a list: serves those, whatever their labels": {
			config:  configv1alpha1.SharedConfiguration{Namespaces: []string{"a", "b"}},
			served:  []namespace{{"a", nil}, {"b", map[string]string{"team": "z"}}},
			refused: []namespace{{"c", nil}, {"", nil}, {"ops", nil}},
		},
		"a selector: serves by the labels there are now": {
			config:     configv1alpha1.SharedConfiguration{NamespaceSelector: selected},
			wantLabels: true,
			served:     []namespace{{"x", map[string]string{"team": "a"}}},
			refused:    []namespace{{"x", nil}, {"x", map[string]string{"team": "b"}}, {"x", map[string]string{"team": "a", "frozen": ""}}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			f, err := New(&tc.config)
			if err != nil {
				t.Fatal(err)
			}
			if f.ByLabels() != tc.wantLabels {
				t.Errorf("ByLabels() = %t, want %t", f.ByLabels(), tc.wantLabels)
			}
			for _, ns := range tc.served {
				if !f.Serves(ns.name, ns.labels) {
					t.Errorf("does not serve %+v", ns)
				}
			}
			for _, ns := range tc.refused {
				if f.Serves(ns.name, ns.labels) {
					t.Errorf("serves %+v", ns)
				}
			}
		})
	}
}

func TestFilterOfABrokenSelector(t *testing.T) {
	_, err := New(&configv1alpha1.SharedConfiguration{NamespaceSelector: &metav1.LabelSelector{MatchLabels: map[string]string{"": ""}}})
	if err == nil {
		t.Error("accepted")
	}
}
