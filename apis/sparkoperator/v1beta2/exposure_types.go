// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package v1beta2

import (
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
)

// BatchSchedulerConfiguration tunes a batch scheduler.
type BatchSchedulerConfiguration struct {
	// queue is the scheduler's queue to put the application into. Volcano and YuniKorn only.
	// +optional
	Queue *string `json:"queue,omitempty"`
	// priorityClassName is the priority class of the application as a whole, and of pods that have none of their own.
	// +optional
	PriorityClassName *string `json:"priorityClassName,omitempty"`
	// resources to wait for before the application starts, in place of what its pods ask for. Volcano only.
	// +optional
	Resources corev1.ResourceList `json:"resources,omitempty"`
}

// SparkUIConfiguration shapes the Service and Ingress of Spark's web UI.
type SparkUIConfiguration struct {
	// servicePort is the port of the Service. 4040 unless set.
	// +optional
	ServicePort *int32 `json:"servicePort,omitempty"`
	// servicePortName is the name of the Service's port. spark-driver-ui-port unless set.
	// +optional
	ServicePortName *string `json:"servicePortName,omitempty"`
	// serviceType is the type of the Service. ClusterIP unless set.
	// +optional
	ServiceType *corev1.ServiceType `json:"serviceType,omitempty"`
	// serviceAnnotations are added to the Service.
	// +optional
	ServiceAnnotations map[string]string `json:"serviceAnnotations,omitempty"`
	// serviceLabels are added to the Service.
	// +optional
	ServiceLabels map[string]string `json:"serviceLabels,omitempty"`
	// ingressAnnotations are added to the Ingress.
	// +optional
	IngressAnnotations map[string]string `json:"ingressAnnotations,omitempty"`
	// ingressTLS are the hosts and certificates of the Ingress.
	// +optional
	IngressTLS []networkingv1.IngressTLS `json:"ingressTLS,omitempty"`
}

// DriverIngressConfiguration exposes a port of the driver by a Service and an Ingress.
type DriverIngressConfiguration struct {
	// servicePort is the port of the Service and of the driver.
	ServicePort *int32 `json:"servicePort"`
	// servicePortName is the name of the Service's port.
	ServicePortName *string `json:"servicePortName"`
	// serviceType is the type of the Service. ClusterIP unless set.
	// +optional
	ServiceType *corev1.ServiceType `json:"serviceType,omitempty"`
	// serviceAnnotations are added to the Service.
	// +optional
	ServiceAnnotations map[string]string `json:"serviceAnnotations,omitempty"`
	// serviceLabels are added to the Service.
	// +optional
	ServiceLabels map[string]string `json:"serviceLabels,omitempty"`
	// ingressURLFormat is the URL of the Ingress, where {{$appName}}, {{$appNamespace}} and {{$appId}} are filled in.
	// +optional
	IngressURLFormat string `json:"ingressURLFormat,omitempty"`
	// ingressAnnotations are added to the Ingress.
	// +optional
	IngressAnnotations map[string]string `json:"ingressAnnotations,omitempty"`
	// ingressTLS are the hosts and certificates of the Ingress.
	// +optional
	IngressTLS []networkingv1.IngressTLS `json:"ingressTLS,omitempty"`
}

// MonitoringSpec exposes metrics of driver and executors. It has no effect without prometheus.
type MonitoringSpec struct {
	// exposeDriverMetrics exposes the driver's metrics.
	ExposeDriverMetrics bool `json:"exposeDriverMetrics"`
	// exposeExecutorMetrics exposes the executors' metrics.
	ExposeExecutorMetrics bool `json:"exposeExecutorMetrics"`
	// metricsProperties is the content of Spark's metrics.properties, in place of the operator's.
	// +optional
	MetricsProperties *string `json:"metricsProperties,omitempty"`
	// metricsPropertiesFile is a metrics.properties in the image, in place of metricsProperties.
	// +optional
	MetricsPropertiesFile *string `json:"metricsPropertiesFile,omitempty"`
	// prometheus runs the Prometheus JMX exporter in the Spark containers.
	// +optional
	Prometheus *PrometheusSpec `json:"prometheus,omitempty"`
}

// PrometheusSpec runs the Prometheus JMX exporter in the Spark containers.
type PrometheusSpec struct {
	// jmxExporterJar is the path of the exporter's jar in the image.
	JmxExporterJar string `json:"jmxExporterJar"`
	// port of the exporter. 8090 unless set.
	// +optional
	// +kubebuilder:validation:Minimum=1024
	// +kubebuilder:validation:Maximum=49151
	Port *int32 `json:"port,omitempty"`
	// portName is the name of the exporter's port. jmx-exporter unless set.
	// +optional
	PortName *string `json:"portName,omitempty"`
	// configFile is the exporter's configuration file in the image, in place of configuration.
	// +optional
	ConfigFile *string `json:"configFile,omitempty"`
	// configuration is the content of the exporter's configuration file, in place of the operator's.
	// +optional
	Configuration *string `json:"configuration,omitempty"`
}
