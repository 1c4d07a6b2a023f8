// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package planning_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/identity"
	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/internal/testing/golden"
	"github.com/alauda/spark-operator/internal/testing/manifest"
	"github.com/alauda/spark-operator/pkg/render"
	"github.com/alauda/spark-operator/pkg/sparkconf"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// monitored is the application of a golden file.
func monitored(t *testing.T) *v1beta2.SparkApplication {
	t.Helper()
	return manifest.Application(t, "testdata/monitoring.input.yaml")
}

// The executor is not among the objects of the plan: its driver makes it.
func TestGoldenMonitoredExecutor(t *testing.T) {
	plan := mustPlan(t, monitored(t), planning.Options{})
	objects, err := plan.Render()
	if err != nil {
		t.Fatal(err)
	}
	executor, err := plan.Executor(objects)
	if err != nil {
		t.Fatal(err)
	}
	golden.Check(t, "testdata/monitoring.executor.yaml", documentsYAML(t, []render.Object{executor}))
}

func TestMonitoringInTheConfiguration(t *testing.T) {
	const agent = "-javaagent:/prometheus/jmx_prometheus_javaagent.jar=9404:/etc/metrics/conf/prometheus.yaml"
	plain := monitored(t)
	plain.Spec.Monitoring = nil
	conf := func(app *v1beta2.SparkApplication) map[string]string {
		return maps.Collect(mustPlan(t, app, planning.Options{}).Conf().All())
	}
	want := conf(plain)
	maps.Copy(want, map[string]string{
		sparkconf.MetricsNamespace:         "etl.nightly-report",
		sparkconf.MetricsConf:              "/etc/metrics/conf/metrics.properties",
		sparkconf.DriverExtraJavaOptions:   "-Dlog.level=info " + agent,
		sparkconf.ExecutorExtraJavaOptions: "-XX:+UseParallelGC " + agent,
	})
	for _, prefix := range []string{sparkconf.DriverAnnotationPrefix, sparkconf.ExecutorAnnotationPrefix} {
		want[prefix+"prometheus.io/scrape"] = "true"
		want[prefix+"prometheus.io/port"] = "9404"
		want[prefix+"prometheus.io/path"] = "/metrics"
	}
	if diff := cmp.Diff(want, conf(monitored(t))); diff != "" {
		t.Errorf("configuration (-want +got):\n%s", diff)
	}
}

func TestDependentsOfEveryAttempt(t *testing.T) {
	app := monitored(t)
	app.Spec.Monitoring.MetricsProperties, app.Spec.Monitoring.Prometheus.Configuration = new("a=b"), new("rules: []")
	for number := int64(1); number <= 2; number++ {
		attempt := identity.Of(app, number)
		plan, err := planning.NewPlan(app, attempt, planning.Options{})
		if err != nil {
			t.Fatal(err)
		}
		yes := true
		want := []render.Object{&corev1.ConfigMap{
			TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "ConfigMap"},
			ObjectMeta: metav1.ObjectMeta{
				Namespace: "etl", Name: "nightly-report-prom-conf",
				Labels: map[string]string{
					sparklabels.AppName: app.Name, sparklabels.CreatedByOperator: "true", sparklabels.SubmissionID: attempt.SubmissionID,
				},
				Annotations: map[string]string{sparklabels.SpecHash: attempt.SpecHash},
				OwnerReferences: []metav1.OwnerReference{{
					APIVersion: v1beta2.GroupVersion.String(), Kind: "SparkApplication", Name: app.Name, UID: app.UID,
					Controller: &yes, BlockOwnerDeletion: &yes,
				}},
			},
			Data: map[string]string{"metrics.properties": "a=b", "prometheus.yaml": "rules: []"},
		}}
		if diff := cmp.Diff(want, dependentsOf(t, plan)); diff != "" {
			t.Errorf("dependents (-want +got):\n%s", diff)
		}
	}
}

// Never does a pod wait for a ConfigMap that nobody makes, and every file that it is given is one of the image or is
// mounted.
func TestPodsMountWhatIsMade(t *testing.T) {
	choices := []func(*v1beta2.MonitoringSpec){
		func(m *v1beta2.MonitoringSpec) { m.ExposeDriverMetrics = false },
		func(m *v1beta2.MonitoringSpec) { m.ExposeExecutorMetrics = false },
		func(m *v1beta2.MonitoringSpec) { m.MetricsPropertiesFile = new("/image/metrics.properties") },
		func(m *v1beta2.MonitoringSpec) { m.MetricsProperties = new("a=b") },
		func(m *v1beta2.MonitoringSpec) { m.Prometheus.ConfigFile = new("/image/jmx.yaml") },
		func(m *v1beta2.MonitoringSpec) { m.Prometheus.ConfigFile = new("") },
		func(m *v1beta2.MonitoringSpec) { m.Prometheus = nil },
	}
	for chosen := range 1 << len(choices) {
		app := monitored(t)
		app.Name = strings.Repeat("a", 63)
		for i, choose := range choices {
			if chosen&(1<<i) != 0 && app.Spec.Monitoring.Prometheus != nil {
				choose(app.Spec.Monitoring)
			}
		}
		plan := mustPlan(t, app, planning.Options{})
		objects, err := plan.Render()
		if err != nil {
			t.Fatal(err)
		}
		executor, err := plan.Executor(objects)
		if err != nil {
			t.Fatal(err)
		}
		made := map[string]map[string]string{}
		for _, dependent := range dependentsOf(t, plan) {
			if configMap, isConfigMap := dependent.(*corev1.ConfigMap); isConfigMap {
				made[configMap.Name] = configMap.Data
			}
		}
		mounted := map[string]bool{}
		for key, pod := range map[string]*corev1.Pod{sparkconf.DriverExtraJavaOptions: objects.Driver, sparkconf.ExecutorExtraJavaOptions: executor} {
			for _, problem := range unmounted(pod, made, mounted, plan.Conf().Get(key), plan.Conf().Get(sparkconf.MetricsConf)) {
				t.Errorf("choice %b: %s pod: %s", chosen, key, problem)
			}
		}
		if want := slices.Collect(maps.Keys(made)); len(want) != len(mounted) {
			t.Errorf("choice %b: %v is made, and %v mounted", chosen, want, mounted)
		}
	}
}

// unmounted says what a pod mounts that is not made, and which files of the texts it does not have. Texts of pods that
// start no exporter do not count.
func unmounted(pod *corev1.Pod, made map[string]map[string]string, mounted map[string]bool, texts ...string) []string {
	var problems []string
	var files map[string]string
	for i := range pod.Spec.Volumes {
		volume := &pod.Spec.Volumes[i]
		if len(volume.Name) > 63 {
			problems = append(problems, "the name of a volume is too long: "+volume.Name)
		}
		if volume.ConfigMap == nil || !strings.HasSuffix(volume.ConfigMap.Name, "-prom-conf") {
			continue
		}
		mounted[volume.ConfigMap.Name] = true
		if files = made[volume.ConfigMap.Name]; files == nil {
			problems = append(problems, "nobody makes "+volume.ConfigMap.Name)
		}
	}
	if !strings.Contains(texts[0], "-javaagent:") {
		return problems
	}
	for _, name := range []string{"metrics.properties", "prometheus.yaml"} {
		if _, has := files[name]; has != strings.Contains(fmt.Sprint(texts), "/etc/metrics/conf/"+name) {
			problems = append(problems, name+" is named and not mounted, or the other way round")
		}
	}
	return problems
}
