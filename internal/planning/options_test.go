// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package planning_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	configv1alpha1 "github.com/alauda/spark-operator/apis/config/v1alpha1"
	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/batchscheduler"
	"github.com/alauda/spark-operator/internal/batchscheduler/kubescheduler"
	"github.com/alauda/spark-operator/internal/batchscheduler/volcano"
	"github.com/alauda/spark-operator/internal/disruption"
	"github.com/alauda/spark-operator/internal/features"
	"github.com/alauda/spark-operator/internal/identity"
	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/internal/webui"
)

func TestConfigured(t *testing.T) {
	plain := planning.Configured(configv1alpha1.DefaultControllerConfiguration())
	tools := []string{"argocd.argoproj.io/*", "kustomize.toolkit.fluxcd.io/*", "helm.toolkit.fluxcd.io/*"}
	if diff := cmp.Diff(planning.Options{Features: features.Options{WebUI: webui.Options{Service: true}}, ExcludeLabels: tools}, plain); diff != "" {
		t.Errorf("options of the defaults (-want +got):\n%s", diff)
	}
	annotations, tls := map[string]string{"a": "b"}, []networkingv1.IngressTLS{{SecretName: "tls"}}
	want := planning.Options{Features: features.Options{
		WebUI:      webui.Options{URLFormat: "{{$appName}}.example.com", ClassName: "nginx", Annotations: annotations, TLS: tls},
		Disruption: disruption.Options{Budgets: true},
		Schedulers: batchscheduler.Schedulers{Plugins: []batchscheduler.Plugin{volcano.Plugin{}, kubescheduler.Plugin("gangs")}, Default: "volcano"},
	}}
	got := planning.Configured(&configv1alpha1.ControllerConfiguration{
		UIIngress:                 configv1alpha1.UIIngress{URLFormat: "{{$appName}}.example.com", ClassName: "nginx", Annotations: annotations, TLS: tls},
		DriverPodDisruptionBudget: configv1alpha1.DriverPodDisruptionBudget{Enabled: true},
		SharedConfiguration:       configv1alpha1.SharedConfiguration{BatchScheduler: configv1alpha1.BatchScheduler{Enabled: []string{"volcano"}, KubeSchedulers: []string{"gangs"}, Default: "volcano"}},
	})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("options (-want +got):\n%s", diff)
	}
}

// The cluster's scheduler is for driver and executors alike, where nobody names another; what the author names wins
// wherever it stands.
func TestSchedulingGivesWayToTheAuthor(t *testing.T) {
	type app = v1beta2.SparkApplication
	conf := func(key string) func(*app) { return func(a *app) { a.Spec.SparkConf = map[string]string{key: "own"} } }
	const driverKey, executorKey, sharedKey = "spark.kubernetes.driver.scheduler.name", "spark.kubernetes.executor.scheduler.name", "spark.kubernetes.scheduler.name"
	template := &corev1.PodTemplateSpec{Spec: corev1.PodSpec{SchedulerName: "own"}}
	type schedulers struct{ Driver, Executor string }
	for name, tc := range map[string]struct {
		change func(*app)
		want   schedulers
	}{
		"nobody names one":            {func(*app) {}, schedulers{"volcano", "volcano"}},
		"the batch scheduler":         {func(a *app) { a.Spec.BatchScheduler = new("gangs") }, schedulers{"gangs", "gangs"}},
		"a field of the driver":       {func(a *app) { a.Spec.Driver.SchedulerName = new("own") }, schedulers{"own", "volcano"}},
		"a field of the executors":    {func(a *app) { a.Spec.Executor.SchedulerName = new("own") }, schedulers{"volcano", "own"}},
		"sparkConf for the driver":    {conf(driverKey), schedulers{"own", "volcano"}},
		"sparkConf for the executors": {conf(executorKey), schedulers{"volcano", "own"}},
		"sparkConf for both":          {conf(sharedKey), schedulers{"own", "own"}},
		"a template of the driver":    {func(a *app) { a.Spec.Driver.Template = template }, schedulers{"own", "volcano"}},
		"a template of the executors": {func(a *app) { a.Spec.Executor.Template = template }, schedulers{"volcano", "own"}},
	} {
		t.Run(name, func(t *testing.T) {
			a := &app{ObjectMeta: metav1.ObjectMeta{Namespace: "team", Name: "pi", UID: "0c7d0a36-53b8-4b0c-8a3e-5f5f2f6d9f11"}, Spec: v1beta2.SparkApplicationSpec{
				SparkVersion: "4.0.1", Image: new("spark"), MainClass: new("Pi"), MainApplicationFile: new("local:///pi.jar"),
			}}
			tc.change(a)
			plan, err := planning.NewPlan(a, identity.Of(a, 1), planning.Options{Features: enabled("volcano")})
			if err != nil {
				t.Fatal(err)
			}
			demand, err := plan.Demand()
			if err != nil {
				t.Fatal(err)
			}
			got := schedulers{demand.Driver.Spec.SchedulerName, demand.Executor.Spec.SchedulerName}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("schedulers (-want +got):\n%s", diff)
			}
		})
	}
}
