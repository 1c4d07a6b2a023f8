// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package cases

import (
	configv1alpha1 "github.com/alauda/spark-operator/apis/config/v1alpha1"
	"github.com/alauda/spark-operator/internal/batchscheduler/registry"
)

// Schedulers are the batch schedulers that cases may name.
var Schedulers = registry.Configured(configv1alpha1.BatchScheduler{Enabled: registry.Names(), KubeSchedulers: []string{"gang-scheduler"}})
