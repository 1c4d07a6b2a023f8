// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package monitoring

import (
	"cmp"
	_ "embed" // for the defaults
	"fmt"
	"strconv"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/pkg/sparkconf"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// What applications get that bring no configuration of their own.
var (
	//go:embed metrics.properties
	defaultMetricsProperties string
	//go:embed prometheus.yaml
	defaultConfiguration string
)

// Exposure is what exposes the metrics of an application. The zero value exposes none.
type Exposure struct {
	// Conf are properties to set, in place of the application's.
	Conf []sparkconf.Property
	// Driver and Executor are added to the pods of the role.
	Driver, Executor Pod
	// Files are the content of the ConfigMap that the pods mount, by key; nil where they mount none.
	Files map[string]string
}

// Pod is what is added to the pods of a role. The zero value adds nothing.
type Pod struct {
	// Annotations are those by which Prometheus finds the exporter.
	Annotations map[string]string
	// JavaOptions start the exporter.
	JavaOptions string
}

// Of returns the exposure that an application asks for.
func Of(app *v1beta2.SparkApplication) Exposure {
	spec := app.Spec.Monitoring
	if spec == nil || spec.Prometheus == nil {
		return Exposure{}
	}
	const mounted = sparklabels.MetricsConfPath + "/"
	e := Exposure{Conf: []sparkconf.Property{
		{Key: sparkconf.MetricsNamespace, Value: app.Namespace + "." + app.Name},
		{Key: sparkconf.MetricsConf, Value: cmp.Or(valueOf(spec.MetricsPropertiesFile), mounted+sparklabels.MetricsPropertiesKey)},
	}}
	configuration := cmp.Or(valueOf(spec.Prometheus.ConfigFile), mounted+sparklabels.PrometheusConfigKey)
	if spec.ExposeDriverMetrics {
		e.Driver = exporter(spec.Prometheus, configuration)
	}
	if spec.ExposeExecutorMetrics {
		e.Executor = exporter(spec.Prometheus, configuration)
	}
	if spec.ExposeDriverMetrics || spec.ExposeExecutorMetrics {
		e.Files = files(spec)
	}
	return e
}

// exporter returns what starts the exporter with a configuration file of the pod, and makes it known to Prometheus.
func exporter(spec *v1beta2.PrometheusSpec, file string) Pod {
	port := sparklabels.DefaultMetricsPort
	if spec.Port != nil {
		port = *spec.Port
	}
	return Pod{
		Annotations: map[string]string{
			"prometheus.io/scrape": sparklabels.True,
			"prometheus.io/port":   strconv.Itoa(int(port)),
			"prometheus.io/path":   "/metrics",
		},
		JavaOptions: fmt.Sprintf("-javaagent:%s=%d:%s", spec.JmxExporterJar, port, file),
	}
}

// files returns those files that the image does not have; nil where it has both.
func files(spec *v1beta2.MonitoringSpec) map[string]string {
	files := map[string]string{}
	if valueOf(spec.MetricsPropertiesFile) == "" {
		files[sparklabels.MetricsPropertiesKey] = contentOr(spec.MetricsProperties, defaultMetricsProperties)
	}
	if valueOf(spec.Prometheus.ConfigFile) == "" {
		files[sparklabels.PrometheusConfigKey] = contentOr(spec.Prometheus.Configuration, defaultConfiguration)
	}
	if len(files) == 0 {
		return nil
	}
	return files
}

// contentOr returns the application's own content. Nothing is a content, too.
func contentOr(own *string, otherwise string) string {
	if own == nil {
		return otherwise
	}
	return *own
}

func valueOf(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
