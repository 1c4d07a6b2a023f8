// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package podmutation

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// exposeMetrics mounts the monitoring configuration and opens the exporter's port. The ConfigMap is made by the
// operator that submits the driver, before it: this one, or for pods that the webhook gets from another operator, that
// one. Where the application brings both files in its image there is no ConfigMap, and mounting one that is not there
// would hold the pod up for ever.
func exposeMetrics(t Target) error {
	monitoring := t.App.Spec.Monitoring
	if !exposed(monitoring, t.Role) {
		return nil
	}
	if !named(monitoring.MetricsPropertiesFile) || !named(monitoring.Prometheus.ConfigFile) {
		name := sparklabels.PrometheusConfigMap(t.App.Name)
		mountsOf(t).configMap(name, sparklabels.PrometheusVolume(t.App.Name), sparklabels.MetricsConfPath)
	}
	port := corev1.ContainerPort{
		Name:          sparklabels.MetricsPortName,
		ContainerPort: sparklabels.DefaultMetricsPort,
		Protocol:      corev1.ProtocolTCP,
	}
	if name := monitoring.Prometheus.PortName; name != nil && *name != "" {
		port.Name = *name
	}
	if number := monitoring.Prometheus.Port; number != nil {
		port.ContainerPort = *number
	}
	keyedBy(&t.Container().Ports, nameOfPort).set(port)
	return nil
}

func named(file *string) bool { return file != nil && *file != "" }

func exposed(monitoring *v1beta2.MonitoringSpec, role Role) bool {
	if monitoring == nil || monitoring.Prometheus == nil {
		return false
	}
	if role == Driver {
		return monitoring.ExposeDriverMetrics
	}
	return monitoring.ExposeExecutorMetrics
}
