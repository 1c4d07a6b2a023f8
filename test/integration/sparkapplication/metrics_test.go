// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkapplication

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/metrics"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// counting starts the controller with a registry of its own, as a new process has one.
func counting(t *testing.T, namespace string) (registry *prometheus.Registry, stop func()) {
	t.Helper()
	registry = prometheus.NewPedanticRegistry()
	stop = startCounting(t, namespace, func(mgr ctrl.Manager) *metrics.Recorder {
		recorder := metrics.New(metrics.Options{Labels: []string{"app_type"}, SubmitLatencyBuckets: []float64{1}, StartLatencyBuckets: []float64{1}})
		registry.MustRegister(recorder.Collector(metrics.Source{Reader: mgr.GetClient(), Elected: mgr.Elected(), Now: time.Now}))
		return recorder
	})
	return registry, stop
}

func labelled(app *v1beta2.SparkApplication) { app.Labels = map[string]string{"app-type": "etl"} }

// figures returns what is not zero, by the metric's name without its beginning, and by its own labels if it has some.
// Of latencies it is the number of observations. Ages are left out.
func figures(t *testing.T, registry prometheus.Gatherer) map[string]float64 {
	t.Helper()
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]float64{}
	for _, family := range families {
		name := strings.TrimPrefix(strings.TrimPrefix(family.GetName(), "spark_application_"), "spark_")
		for _, m := range family.GetMetric() {
			key := name
			for _, label := range m.GetLabel() {
				if label.GetName() != "app_type" && label.GetName() != "namespace" {
					key += " " + label.GetValue()
				}
			}
			value := m.GetCounter().GetValue() + m.GetGauge().GetValue() +
				float64(m.GetSummary().GetSampleCount()) + float64(m.GetHistogram().GetSampleCount())
			if value != 0 && name != "state_age_seconds" {
				found[key] += value
			}
		}
	}
	return found
}

// wantFigures waits until the figures are as wanted: the status can be read a moment before it is counted.
func wantFigures(t *testing.T, registry prometheus.Gatherer, want ...map[string]float64) {
	t.Helper()
	all := map[string]float64{}
	for _, w := range want {
		maps.Copy(all, w)
	}
	eventually(t, func(context.Context) bool { return maps.Equal(all, figures(t, registry)) }, func() string {
		return "metrics (-want +got):\n" + cmp.Diff(all, figures(t, registry))
	})
}

type counts = map[string]float64

// A whole life moves every metric once. In the middle of it the controller is started anew: the gauges are right
// immediately, and what was counted before is not counted again.
func TestMetricsOfALife(t *testing.T) {
	app := newApplication(newNamespace(t), labelled)
	registry, stop := counting(t, app.Namespace)
	wantFigures(t, registry)
	create(t, app)
	until(t, app, submitted)
	begun := counts{"count": 1, "submit_count": 1, "submit_latency_seconds": 1, "submit_latency_seconds_histogram": 1}
	wantFigures(t, registry, begun, counts{"applications SUBMITTED": 1})

	runs(t, driver(t, app))
	until(t, app, running)
	executors := []*corev1.Pod{executor(t, app, 1), executor(t, app, 2)}
	for _, pod := range executors {
		runs(t, pod)
	}
	started := counts{"start_latency_seconds": 1, "start_latency_seconds_histogram": 1}
	up := counts{"running_count": 1, "executor_running_count": 2, "applications RUNNING": 1}
	wantFigures(t, registry, begun, started, up)

	stop()
	registry, _ = counting(t, app.Namespace)
	wantFigures(t, registry, up)
	ends(t, executors[0], 0)
	ends(t, executors[1], 1)
	executorsEnded := counts{"executor_success_count": 1, "executor_failure_count": 1}
	wantFigures(t, registry, executorsEnded, counts{"running_count": 1, "applications RUNNING": 1})
	ends(t, driver(t, app), 0)
	until(t, app, completed)
	ended := counts{"success_count": 1, "success_execution_time_seconds": 1}
	wantFigures(t, registry, executorsEnded, ended, counts{"applications COMPLETED": 1})

	if err := api.Delete(t.Context(), app); err != nil {
		t.Fatal(err)
	}
	wantFigures(t, registry, executorsEnded, ended)
}

func TestMetricsOfARetriedFailure(t *testing.T) {
	app := newApplication(newNamespace(t), labelled, func(app *v1beta2.SparkApplication) {
		app.Spec.RestartPolicy = v1beta2.RestartPolicy{
			Type: v1beta2.RestartPolicyOnFailure, OnFailureRetries: ptr.To[int32](1), OnFailureRetryInterval: ptr.To[int64](1),
		}
	})
	registry, _ := counting(t, app.Namespace)
	create(t, app)
	until(t, app, submitted)
	ends(t, driver(t, app), 1)
	eventually(t, func(context.Context) bool { return figures(t, registry)["submit_count"] == 2 }, func() string { return "a second attempt" })
	ends(t, driver(t, app), 1)
	until(t, app, failed)
	wantFigures(t, registry, counts{
		"count": 1, "submit_count": 2, "submit_latency_seconds": 1, "submit_latency_seconds_histogram": 1, "attempt_failures_total Driver": 2,
		"failure_count": 1, "failure_execution_time_seconds": 1, "applications FAILED": 1,
	})
}

func TestMetricsOfARefusedSubmission(t *testing.T) {
	app := newApplication(newNamespace(t), labelled, func(app *v1beta2.SparkApplication) {
		app.Spec.SparkConf = map[string]string{"spark.master": "k8s://elsewhere"}
	})
	registry, _ := counting(t, app.Namespace)
	create(t, app)
	until(t, app, failed)
	wantFigures(t, registry, counts{
		"count": 1, "failed_submission_count": 1, "attempt_failures_total Submission": 1,
		"failure_count": 1, "failure_execution_time_seconds": 1, "applications FAILED": 1,
	})
}

func TestMetricsOfASuspendedApplication(t *testing.T) {
	app := newApplication(newNamespace(t), labelled)
	registry, _ := counting(t, app.Namespace)
	create(t, app)
	until(t, app, submitted)
	setSuspend(t, app, true)
	until(t, app, v1beta2.ApplicationStateSuspended)
	begun := counts{"count": 1, "submit_count": 1, "submit_latency_seconds": 1, "submit_latency_seconds_histogram": 1}
	wantFigures(t, registry, begun, counts{"applications SUSPENDED": 1})
	setSuspend(t, app, false)
	until(t, app, submitted)
	wantFigures(t, registry, begun, counts{"submit_count": 2, "applications SUBMITTED": 1})
}

// executor makes an executor pod, as the application's driver would.
func executor(t *testing.T, app *v1beta2.SparkApplication, id int) *corev1.Pod {
	t.Helper()
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			Name: fmt.Sprintf("%s-exec-%d", app.Name, id), Namespace: app.Namespace,
			Labels: map[string]string{
				sparklabels.AppName: app.Name, sparklabels.LaunchedByOperator: sparklabels.True,
				sparklabels.SubmissionID: app.Status.SubmissionID, sparklabels.SparkRole: sparklabels.RoleExecutor,
			},
			OwnerReferences: []metav1.OwnerReference{*metav1.NewControllerRef(driver(t, app), corev1.SchemeGroupVersion.WithKind("Pod"))},
		},
		Spec: corev1.PodSpec{
			RestartPolicy: corev1.RestartPolicyNever,
			Containers:    []corev1.Container{{Name: sparklabels.ExecutorContainer, Image: "spark"}},
		},
	}
	create(t, pod)
	return pod
}
