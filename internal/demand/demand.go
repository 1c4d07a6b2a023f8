// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package demand

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/alauda/spark-operator/pkg/podrequests"
)

// Demand is the pods that an application starts with.
type Demand struct {
	// Driver is the driver pod.
	Driver *corev1.Pod
	// Executor is one executor pod, as the webhook leaves it.
	Executor *corev1.Pod
	// Executors is the number of executors at the start; with dynamic allocation the least.
	Executors int64
}

// Totals returns what the pods ask for.
func (d *Demand) Totals() podrequests.Totals {
	return podrequests.Of(d.Driver, d.Executor, d.Executors)
}
