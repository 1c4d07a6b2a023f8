// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparklabels_test

import (
	"fmt"

	"k8s.io/apimachinery/pkg/labels"

	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// A dashboard finds the executors of an application by labels that do not change.
func Example() {
	selector := labels.Set{
		sparklabels.AppName:   "spark-pi",
		sparklabels.SparkRole: sparklabels.RoleExecutor,
	}
	fmt.Println(selector)
	// Output: spark-role=executor,sparkoperator.k8s.io/app-name=spark-pi
}
