// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkapplication

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/apply"
	"github.com/alauda/spark-operator/internal/memory"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// finalizers are the drivers that the finalizer was removed from last: the cache may still show it.
type finalizers struct{ memory.Of[types.UID] }

// asIs returns the driver as it is: without the finalizer that was removed from it, where the cache is stale.
func (f *finalizers) asIs(app *v1beta2.SparkApplication, driver *corev1.Pod) *corev1.Pod {
	if driver == nil || !apply.Held(driver) || f.Get(app) != driver.UID {
		return driver
	}
	return withoutFinalizer(driver)
}

// withoutFinalizer returns the driver without the operator's finalizer.
func withoutFinalizer(driver *corev1.Pod) *corev1.Pod {
	driver = driver.DeepCopy()
	driver.Finalizers = slices.DeleteFunc(driver.Finalizers, func(name string) bool { return name == sparklabels.DriverEnd })
	return driver
}
