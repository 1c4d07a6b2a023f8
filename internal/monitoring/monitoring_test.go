// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package monitoring

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/pkg/sparkconf"
)

func application(change func(*v1beta2.MonitoringSpec)) *v1beta2.SparkApplication {
	app := &v1beta2.SparkApplication{ObjectMeta: metav1.ObjectMeta{Namespace: "etl", Name: "pi"}}
	app.Spec.Monitoring = &v1beta2.MonitoringSpec{
		ExposeDriverMetrics: true, ExposeExecutorMetrics: true, Prometheus: &v1beta2.PrometheusSpec{JmxExporterJar: "/jmx.jar"},
	}
	change(app.Spec.Monitoring)
	return app
}

// exposed is the exposure of application without a change, changed.
func exposed(change func(*Exposure)) Exposure {
	pod := func() Pod {
		return Pod{
			Annotations: map[string]string{"prometheus.io/scrape": "true", "prometheus.io/port": "8090", "prometheus.io/path": "/metrics"},
			JavaOptions: "-javaagent:/jmx.jar=8090:/etc/metrics/conf/prometheus.yaml",
		}
	}
	e := Exposure{
		Conf: []sparkconf.Property{
			{Key: "spark.metrics.namespace", Value: "etl.pi"},
			{Key: "spark.metrics.conf", Value: "/etc/metrics/conf/metrics.properties"},
		},
		Driver: pod(), Executor: pod(),
		Files: map[string]string{"metrics.properties": defaultMetricsProperties, "prometheus.yaml": defaultConfiguration},
	}
	change(&e)
	return e
}

func TestExposure(t *testing.T) {
	cases := map[string]struct {
		change func(*v1beta2.MonitoringSpec)
		want   Exposure
	}{
		"driver and executors with the defaults": {
			change: func(*v1beta2.MonitoringSpec) {},
			want:   exposed(func(*Exposure) {}),
		},
		"without prometheus there is nothing": {
			change: func(m *v1beta2.MonitoringSpec) { m.Prometheus = nil },
		},
		"the driver alone": {
			change: func(m *v1beta2.MonitoringSpec) { m.ExposeExecutorMetrics = false },
			want:   exposed(func(e *Exposure) { e.Executor = Pod{} }),
		},
		"the executors alone": {
			change: func(m *v1beta2.MonitoringSpec) { m.ExposeDriverMetrics = false },
			want:   exposed(func(e *Exposure) { e.Driver = Pod{} }),
		},
		"files that nobody mounts are not made": {
			change: func(m *v1beta2.MonitoringSpec) { m.ExposeDriverMetrics, m.ExposeExecutorMetrics = false, false },
			want:   exposed(func(e *Exposure) { e.Driver, e.Executor, e.Files = Pod{}, Pod{}, nil }),
		},
		"another port": {
			change: func(m *v1beta2.MonitoringSpec) { m.Prometheus.Port = new(int32(9404)) },
			want: exposed(func(e *Exposure) {
				for _, pod := range []*Pod{&e.Driver, &e.Executor} {
					pod.Annotations["prometheus.io/port"] = "9404"
					pod.JavaOptions = "-javaagent:/jmx.jar=9404:/etc/metrics/conf/prometheus.yaml"
				}
			}),
		},
		"content of the application's own": {
			change: func(m *v1beta2.MonitoringSpec) {
				m.MetricsProperties, m.Prometheus.Configuration = new("a=b"), new("rules: []")
			},
			want: exposed(func(e *Exposure) {
				e.Files = map[string]string{"metrics.properties": "a=b", "prometheus.yaml": "rules: []"}
			}),
		},
		"empty content is content": {
			change: func(m *v1beta2.MonitoringSpec) { m.MetricsProperties = new("") },
			want:   exposed(func(e *Exposure) { e.Files["metrics.properties"] = "" }),
		},
		"a metrics.properties of the image wins over content": {
			change: func(m *v1beta2.MonitoringSpec) {
				m.MetricsPropertiesFile, m.MetricsProperties = new("/image/metrics.properties"), new("a=b")
			},
			want: exposed(func(e *Exposure) {
				e.Conf[1].Value = "/image/metrics.properties"
				e.Files = map[string]string{"prometheus.yaml": defaultConfiguration}
			}),
		},
		"a configuration of the image wins over content": {
			change: func(m *v1beta2.MonitoringSpec) {
				m.Prometheus.ConfigFile, m.Prometheus.Configuration = new("/image/jmx.yaml"), new("rules: []")
			},
			want: exposed(func(e *Exposure) {
				e.Driver.JavaOptions = "-javaagent:/jmx.jar=8090:/image/jmx.yaml"
				e.Executor.JavaOptions = e.Driver.JavaOptions
				e.Files = map[string]string{"metrics.properties": defaultMetricsProperties}
			}),
		},
		"with both files in the image there is nothing to mount": {
			change: func(m *v1beta2.MonitoringSpec) {
				m.MetricsPropertiesFile, m.Prometheus.ConfigFile = new("/image/metrics.properties"), new("/image/jmx.yaml")
			},
			want: exposed(func(e *Exposure) {
				e.Conf[1].Value = "/image/metrics.properties"
				e.Driver.JavaOptions = "-javaagent:/jmx.jar=8090:/image/jmx.yaml"
				e.Executor.JavaOptions = e.Driver.JavaOptions
				e.Files = nil
			}),
		},
		"a file without a name is none": {
			change: func(m *v1beta2.MonitoringSpec) { m.MetricsPropertiesFile, m.Prometheus.ConfigFile = new(""), new("") },
			want:   exposed(func(*Exposure) {}),
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, Of(application(tc.change))); diff != "" {
				t.Errorf("exposure (-want +got):\n%s", diff)
			}
		})
	}
}

func TestWithoutMonitoringThereIsNothing(t *testing.T) {
	if diff := cmp.Diff(Exposure{}, Of(&v1beta2.SparkApplication{})); diff != "" {
		t.Errorf("exposure (-want +got):\n%s", diff)
	}
}
