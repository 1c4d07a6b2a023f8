// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkapplication

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/submission/mode"
	"github.com/alauda/spark-operator/internal/submission/sparksubmit"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// monitored exposes metrics by a configuration of the application's own.
func monitored(app *v1beta2.SparkApplication) {
	app.Spec.Monitoring = &v1beta2.MonitoringSpec{
		ExposeDriverMetrics: true, ExposeExecutorMetrics: true, MetricsProperties: new("a=b"),
		Prometheus: &v1beta2.PrometheusSpec{JmxExporterJar: "/jmx.jar", Configuration: new("rules: []")},
	}
}

// promConf reads the ConfigMap that the pods of a monitored application mount; nil where it is not there.
func promConf(t *testing.T, app *v1beta2.SparkApplication) *corev1.ConfigMap {
	t.Helper()
	configMap := &corev1.ConfigMap{}
	err := api.Get(t.Context(), client.ObjectKey{Namespace: app.Namespace, Name: app.Name + "-prom-conf"}, configMap)
	if apierrors.IsNotFound(err) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	return configMap
}

// version returns the resourceVersion of an object, by which objects of all kinds are in the order in which they were
// written.
func version(t *testing.T, object metav1.Object) uint64 {
	t.Helper()
	number, err := strconv.ParseUint(object.GetResourceVersion(), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return number
}

// firstPod returns the first pod of a namespace as it was created.
func firstPod(t *testing.T, namespace string) func() *corev1.Pod {
	t.Helper()
	watcher, err := client.NewWithWatch(config, client.Options{Scheme: scheme()})
	if err != nil {
		t.Fatal(err)
	}
	watch, err := watcher.Watch(t.Context(), &corev1.PodList{}, client.InNamespace(namespace))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(watch.Stop)
	return func() *corev1.Pod {
		t.Helper()
		pod, isPod := (<-watch.ResultChan()).Object.(*corev1.Pod)
		if !isPod {
			t.Fatal("the watch ended")
		}
		return pod
	}
}

func TestMonitoredApplication(t *testing.T) {
	app := newApplication(newNamespace(t), monitored)
	created := firstPod(t, app.Namespace)
	startController(t, app.Namespace)
	create(t, app)
	until(t, app, submitted)
	pod, first := created(), promConf(t, app)
	if first == nil || version(t, first) >= version(t, pod) {
		t.Fatalf("the ConfigMap is not there before the driver: %v", first)
	}
	if !metav1.IsControlledBy(first, app) || first.Labels[sparklabels.SubmissionID] != app.Status.SubmissionID ||
		first.Labels[sparklabels.CreatedByOperator] != sparklabels.True {
		t.Errorf("owners %v, labels %v of the ConfigMap", first.OwnerReferences, first.Labels)
	}
	var mounted []string
	for i := range pod.Spec.Volumes {
		if source := pod.Spec.Volumes[i].ConfigMap; source != nil && source.Name == first.Name {
			mounted = append(mounted, pod.Spec.Volumes[i].Name)
		}
	}
	if diff := cmp.Diff([]string{"pi-prom-conf-vol"}, mounted); diff != "" {
		t.Errorf("volumes of the ConfigMap (-want +got):\n%s", diff)
	}

	patchSpec(t, app, `{"monitoring":{"metricsProperties":"c=d"}}`)
	eventually(t, func(ctx context.Context) bool {
		return api.Get(ctx, client.ObjectKeyFromObject(app), app) == nil && app.Status.Attempt == 2 && app.Status.AppState.State == submitted
	}, func() string { return "a second attempt" })
	second := promConf(t, app)
	if diff := cmp.Diff(map[string]string{"metrics.properties": "c=d", "prometheus.yaml": "rules: []"}, second.Data); diff != "" {
		t.Errorf("content for the second attempt (-want +got):\n%s", diff)
	}
	if second.Labels[sparklabels.SubmissionID] != app.Status.SubmissionID {
		t.Errorf("labels of the second attempt's: %v", second.Labels)
	}

	setSuspend(t, app, true)
	until(t, app, v1beta2.ApplicationStateSuspended)
	if left := promConf(t, app); left != nil {
		t.Errorf("a suspended application still has %v", left.ObjectMeta)
	}
}

func TestMonitoredApplicationBySparkSubmit(t *testing.T) {
	ns := newNamespace(t)
	ran := filepath.Join(t.TempDir(), "ran")
	startControllerWith(t, ns, sparksubmit.Options{Home: fakeSpark(t, "touch "+ran+"; exec sleep 600"), Dir: t.TempDir()})
	app := newApplication(ns, monitored, submittedBy(mode.SparkSubmit))
	create(t, app)
	eventually(t, func(context.Context) bool { _, err := os.Stat(ran); return err == nil }, func() string { return "spark-submit to start" })
	if configMap := promConf(t, app); configMap == nil || !metav1.IsControlledBy(configMap, app) {
		t.Errorf("spark-submit runs beside %v", configMap)
	}
	setSuspend(t, app, true)
	until(t, app, v1beta2.ApplicationStateSuspended)
	if left := promConf(t, app); left != nil {
		t.Errorf("a suspended application still has %v", left.ObjectMeta)
	}
}

func TestForeignMonitoringConfigurationIsNotTouched(t *testing.T) {
	ns := newNamespace(t)
	ran := filepath.Join(t.TempDir(), "ran")
	startControllerWith(t, ns, sparksubmit.Options{Home: fakeSpark(t, "touch "+ran), Dir: t.TempDir()})
	for _, m := range []mode.Mode{mode.Native, mode.SparkSubmit} {
		app := newApplication(ns, monitored, submittedBy(m), named(strings.ToLower(string(m))))
		foreign := &corev1.ConfigMap{
			ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: app.Name + "-prom-conf"}, Data: map[string]string{"mine": "yes"},
		}
		create(t, foreign)
		create(t, app)
		until(t, app, failed)
		want := fmt.Sprintf("configmap %s/%s is not this application's, it belongs to nobody that it names: delete it or choose another name", ns, foreign.Name)
		if got := app.Status.AppState.ErrorMessage; !strings.Contains(got, want) {
			t.Errorf("%s: errorMessage %q, want %q", m, got, want)
		}
		if diff := cmp.Diff(foreign, promConf(t, app)); diff != "" {
			t.Errorf("%s: the foreign ConfigMap (-want +got):\n%s", m, diff)
		}
	}
	pods := &corev1.PodList{}
	if err := api.List(t.Context(), pods, client.InNamespace(ns)); err != nil || len(pods.Items) != 0 {
		t.Errorf("%d pods were made, %v", len(pods.Items), err)
	}
	if _, err := os.Stat(ran); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("spark-submit was run: %v", err)
	}
}
