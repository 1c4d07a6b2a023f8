// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client/apiutil"

	configv1alpha1 "github.com/alauda/spark-operator/apis/config/v1alpha1"
)

// Nothing is kept whole, and what no controller reads is not kept at all.
func TestTheCacheKeepsOnlyWhatControllersRead(t *testing.T) {
	options, err := ManagerOptions(configv1alpha1.DefaultControllerConfiguration())
	if err != nil {
		t.Fatal(err)
	}
	if !options.Cache.ReaderFailOnMissingInformer {
		t.Error("reading any kind starts to keep all of it in memory")
	}
	for object, by := range options.Cache.ByObject {
		if by.Transform == nil {
			t.Errorf("%T is kept whole", object)
		}
		if _, err := apiutil.GVKForObject(object, options.Scheme); err != nil {
			t.Errorf("%T: %v", object, err)
		}
	}
	if options.NewCache == nil {
		t.Error("objects of namespaces that are not served are kept")
	}
}

func TestABadNamespaceSelectorIsAnError(t *testing.T) {
	cfg := configv1alpha1.DefaultControllerConfiguration()
	cfg.NamespaceSelector = &metav1.LabelSelector{MatchExpressions: []metav1.LabelSelectorRequirement{{Key: "a", Operator: "Near"}}}
	if _, err := ManagerOptions(cfg); err == nil {
		t.Error("no error")
	}
}
