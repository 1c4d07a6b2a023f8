// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package stored

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
)

// AddToScheme adds this package's types to a scheme, in the place of those that they are for.
func AddToScheme(scheme *runtime.Scheme) error {
	scheme.AddKnownTypes(v1beta2.GroupVersion, &SparkApplication{}, &SparkApplicationList{})
	metav1.AddToGroupVersion(scheme, v1beta2.GroupVersion)
	return nil
}
