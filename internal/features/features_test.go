// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package features_test

import (
	"fmt"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	configv1alpha1 "github.com/alauda/spark-operator/apis/config/v1alpha1"
	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/batchscheduler/registry"
	"github.com/alauda/spark-operator/internal/demand"
	"github.com/alauda/spark-operator/internal/disruption"
	"github.com/alauda/spark-operator/internal/features"
	"github.com/alauda/spark-operator/internal/identity"
	"github.com/alauda/spark-operator/internal/webui"
	"github.com/alauda/spark-operator/pkg/render"
	"github.com/alauda/spark-operator/pkg/sparkconf"
)

// everything returns a run that has everything beside it.
func everything() features.Run {
	app := &v1beta2.SparkApplication{}
	app.Namespace, app.Name = "default", "pi"
	app.Spec.Monitoring = &v1beta2.MonitoringSpec{ExposeDriverMetrics: true, Prometheus: &v1beta2.PrometheusSpec{JmxExporterJar: "/x.jar"}}
	app.Spec.DriverPodDisruptionBudget = new(true)
	for _, port := range []int32{8888, 9999} {
		app.Spec.DriverIngressOptions = append(app.Spec.DriverIngressOptions,
			v1beta2.DriverIngressConfiguration{ServicePort: &port, IngressURLFormat: fmt.Sprintf("p%d.example.com", port)})
	}
	return features.Run{App: app, Demand: &demand.Demand{Driver: &corev1.Pod{}, Executor: &corev1.Pod{}, Executors: 1}, Attempt: identity.Of(app, 1), Conf: sparkconf.New(), Options: features.Options{
		WebUI:      webui.Options{Service: true, URLFormat: "{{$appName}}.example.com/ui"},
		Disruption: disruption.Options{Budgets: true}, Schedulers: registry.Configured(configv1alpha1.BatchScheduler{Enabled: []string{"volcano"}, Default: "volcano"}),
	}}
}

func nameOf(object render.Object) string {
	kind := reflect.TypeOf(object).Elem().Name()
	if _, isUnknown := object.(*metav1.PartialObjectMetadata); isUnknown {
		kind = object.GetObjectKind().GroupVersionKind().Kind
	}
	return kind + " " + object.GetName()
}

// finished is the driver of a run as the features leave it.
func finished(run features.Run) *corev1.Pod {
	driver := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: run.Attempt.DriverPodName}, Spec: corev1.PodSpec{Containers: make([]corev1.Container, 1)}}
	for _, feature := range features.All() {
		if feature.Finish != nil {
			feature.Finish(run, driver)
		}
	}
	return driver
}

func dependentsOf(run features.Run) []features.Dependent {
	var all []features.Dependent
	for _, feature := range features.All() {
		if feature.Dependents != nil {
			all = append(all, feature.Dependents(run)...)
		}
	}
	return all
}

// What the driver mounts stays with the application; nothing else is ever left behind a driver that has ended.
func TestWhatIsMadeForADriverEndsWithIt(t *testing.T) {
	run := everything()
	var want, got []string
	for _, dependent := range dependentsOf(run) {
		if dependent.Note != nil {
			dependent.Note(dependent.Object, &run.App.Status.DriverInfo)
		}
		if _, isMounted := dependent.Object.(*corev1.ConfigMap); !isMounted {
			want = append(want, nameOf(dependent.Object))
		}
	}
	if len(want) != 8 {
		t.Errorf("%d objects are made, want the Services and Ingresses of three ports, a budget and a PodGroup: %v", len(want), want)
	}
	for _, feature := range features.All() {
		if feature.Ended != nil {
			for _, object := range feature.Ended(run.Options, run.App, finished(run)) {
				got = append(got, nameOf(object))
			}
		}
	}
	unordered := func(names []string) map[string]int {
		counts := map[string]int{}
		for _, name := range names {
			counts[name]++
		}
		return counts
	}
	if diff := cmp.Diff(unordered(want), unordered(got)); diff != "" {
		t.Errorf("objects that end with the driver (-made +ended):\n%s", diff)
	}
}

// Never is a dependent made before the one that it needs.
func TestDependentsComeAfterWhatTheyNeed(t *testing.T) {
	made, needing := map[string]bool{"": true}, 0
	for _, dependent := range dependentsOf(everything()) {
		if !made[dependent.Needs] {
			t.Errorf("%s needs %s, which is not made before it", nameOf(dependent.Object), dependent.Needs)
		}
		if dependent.Needs != "" {
			needing++
		}
		made[dependent.Object.GetName()] = true
	}
	if needing != 3 {
		t.Errorf("%d dependents need another, want the Ingresses of three ports", needing)
	}
}

func TestHowADriverIsReached(t *testing.T) {
	for name, tc := range map[string]struct {
		ip   string
		want v1beta2.DriverInfo
	}{
		"a Service with an address": {"10.0.0.1", v1beta2.DriverInfo{
			WebUIServiceName: "pi-ui-svc", WebUIPort: 4040, WebUIAddress: "10.0.0.1:4040",
			WebUIIngressName: "pi-ui-ingress", WebUIIngressAddress: "http://pi.example.com/ui",
		}},
		"a headless Service": {corev1.ClusterIPNone, v1beta2.DriverInfo{
			WebUIServiceName: "pi-ui-svc", WebUIPort: 4040, WebUIIngressName: "pi-ui-ingress", WebUIIngressAddress: "http://pi.example.com/ui",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			var got v1beta2.DriverInfo
			for _, dependent := range dependentsOf(everything()) {
				if service, isService := dependent.Object.(*corev1.Service); isService {
					service.Spec.ClusterIP = tc.ip
				}
				if dependent.Note != nil {
					dependent.Note(dependent.Object, &got)
				}
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("driver info (-want +got):\n%s", diff)
			}
		})
	}
}

// A feature that says nothing is none, and people know features by name.
func TestEveryFeatureSaysSomething(t *testing.T) {
	seen := map[string]bool{"": true}
	for _, f := range features.All() {
		if seen[f.Name] {
			t.Errorf("the name %q is not its own", f.Name)
		}
		seen[f.Name] = true
		if f.Decorate == nil && f.Finish == nil && f.Dependents == nil && f.Warnings == nil {
			t.Errorf("feature %s says nothing", f.Name)
		}
	}
}

// A status may say anything where a name is expected; nothing is looked up by what is no name.
func TestEndedBelievesOnlyNames(t *testing.T) {
	run := everything()
	run.App.Spec.DriverIngressOptions, run.App.Spec.DriverPodDisruptionBudget = nil, nil
	run.App.Status.DriverInfo = v1beta2.DriverInfo{WebUIServiceName: "../x", WebUIIngressName: "a/b"}
	for _, feature := range features.All() {
		if feature.Ended != nil {
			if got := feature.Ended(run.Options, run.App, &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "driver"}}); len(got) > 0 {
				t.Errorf("%s: %v", feature.Name, got)
			}
		}
	}
}
