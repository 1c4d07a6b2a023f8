// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package stored

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1alpha1"
	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
)

// kinds are all of them: an object, and its list.
var kinds = []struct {
	kind         schema.GroupVersionKind
	object, list runtime.Object
}{
	{v1beta2.GroupVersion.WithKind("SparkApplication"), &SparkApplication{}, &SparkApplicationList{}},
	{v1beta2.GroupVersion.WithKind("ScheduledSparkApplication"), &ScheduledSparkApplication{}, &ScheduledSparkApplicationList{}},
	{v1alpha1.GroupVersion.WithKind("SparkConnect"), &SparkConnect{}, &SparkConnectList{}},
}

// AddToScheme adds this package's types to a scheme, in the place of those that they are for.
func AddToScheme(scheme *runtime.Scheme) error {
	for _, k := range kinds {
		scheme.AddKnownTypeWithName(k.kind, k.object)
		scheme.AddKnownTypeWithName(k.kind.GroupVersion().WithKind(k.kind.Kind+"List"), k.list)
		metav1.AddToGroupVersion(scheme, k.kind.GroupVersion())
	}
	return nil
}
