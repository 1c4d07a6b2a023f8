// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparksubmit

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/apply"
)

func monitored(app *v1beta2.SparkApplication) {
	app.Spec.Monitoring = &v1beta2.MonitoringSpec{ExposeDriverMetrics: true, Prometheus: &v1beta2.PrometheusSpec{JmxExporterJar: "/jmx.jar"}}
}

// promConf reads the ConfigMap that drivers of monitored applications mount; nil where it is not there.
func (w *world) promConf() *corev1.ConfigMap {
	w.t.Helper()
	configMap := &corev1.ConfigMap{}
	if w.cluster.Get(w.t.Context(), types.NamespacedName{Namespace: "default", Name: "pi-prom-conf"}, configMap) != nil {
		return nil
	}
	return configMap
}

func TestDependentsAreThereBeforeTheProcess(t *testing.T) {
	app := application(monitored)
	calls := listen(t)
	w, plan := start(t, Options{Home: fakeSpark(t, "succeed", calls)}, app.DeepCopy()), planOf(t, app, 1)
	w.pending(plan)
	p := calls.call()
	if w.promConf() == nil {
		t.Error("the process runs without the ConfigMap that its driver mounts")
	}
	w.create(driverOf(t, plan)...)
	p.proceed()
	w.awaitFinished()
	if _, err := w.Submit(t.Context(), plan, confirmed); err != nil {
		t.Error(err)
	}
}

func TestNothingIsRunBesideAForeignDependent(t *testing.T) {
	app := application(monitored)
	foreign := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "pi-prom-conf"}, Data: map[string]string{"a": "b"}}
	w, plan := start(t, Options{Home: fakeSpark(t, "succeed", listen(t))}, app.DeepCopy(), foreign.DeepCopy()), planOf(t, app, 1)
	_, err := w.Submit(t.Context(), plan, confirmed)
	if _, isConflict := errors.AsType[*apply.ConflictError](err); !isConflict {
		t.Errorf("Submit = %v, want a ConflictError", err)
	}
	if known, _, _ := w.queue.take(plan); known {
		t.Error("spark-submit was queued")
	}
	got := w.promConf()
	got.ResourceVersion = ""
	if diff := cmp.Diff(foreign, got); diff != "" {
		t.Errorf("the foreign ConfigMap (-want +got):\n%s", diff)
	}
}
