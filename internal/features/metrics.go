// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package features

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/alauda/spark-operator/internal/monitoring"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// metrics has Prometheus read the metrics of driver and executors. The pods mount the ConfigMap.
var metrics = Feature{
	Name: "metrics",
	Decorate: func(r Run) Decoration {
		exposure := monitoring.Of(r.App)
		return Decoration{
			Driver:   PodDecoration{Annotations: exposure.Driver.Annotations, JavaOptions: exposure.Driver.JavaOptions},
			Executor: PodDecoration{Annotations: exposure.Executor.Annotations, JavaOptions: exposure.Executor.JavaOptions},
			Conf:     exposure.Conf,
		}
	},
	Dependents: func(r Run) []Dependent {
		files := monitoring.Of(r.App).Files
		if len(files) == 0 {
			return nil
		}
		return []Dependent{{Required: true, Object: &corev1.ConfigMap{
			TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "ConfigMap"},
			ObjectMeta: metav1.ObjectMeta{Name: sparklabels.PrometheusConfigMap(r.App.Name)},
			Data:       files,
		}}}
	},
}
