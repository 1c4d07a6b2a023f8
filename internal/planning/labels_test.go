// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package planning_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	configv1alpha1 "github.com/alauda/spark-operator/apis/config/v1alpha1"
	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/pkg/render"
)

// tracked is an application that GitOps tools have labelled, which exposes all that it can.
func tracked(change ...func(*application)) *application {
	app := sparkPi(change...)
	app.Labels = map[string]string{
		"team": "lake", "app.kubernetes.io/instance": "lake-jobs", "argocd.argoproj.io/instance": "lake-jobs",
		"kustomize.toolkit.fluxcd.io/name": "lake", "helm.toolkit.fluxcd.io/name": "lake", "kueue.x-k8s.io/queue-name": "q",
	}
	app.Spec.Monitoring = &v1beta2.MonitoringSpec{ExposeDriverMetrics: true, Prometheus: &v1beta2.PrometheusSpec{JmxExporterJar: "/jmx.jar"}}
	app.Spec.DriverIngressOptions = []v1beta2.DriverIngressConfiguration{{ServicePort: new(int32(4041)), ServicePortName: new("more"), IngressURLFormat: "{{$appName}}.example.com"}}
	return app
}

// authors returns those labels of an object that the application's author wrote.
func authors(object metav1.Object) map[string]string {
	labels := map[string]string{}
	for label, value := range object.GetLabels() {
		if label == "team" || strings.Contains(label, "instance") || strings.Contains(label, "fluxcd") || strings.Contains(label, "kueue") {
			labels[label] = value
		}
	}
	return labels
}

// A label by which a GitOps tool knows what it applied is not on what it did not apply.
func TestLabelsThatReachPods(t *testing.T) {
	exclude := func(patterns string) func(*application) {
		return func(app *application) {
			app.Annotations = map[string]string{"sparkoperator.k8s.io/exclude-pod-labels": patterns, "argocd.argoproj.io/tracking-id": "lake-jobs"}
		}
	}
	instance := map[string]string{"team": "lake", "app.kubernetes.io/instance": "lake-jobs"}
	for name, tc := range map[string]struct {
		change     func(*application)
		configured []string
		want       map[string]string
	}{
		"by default all but those of the tools themselves": {func(*application) {}, nil, instance},
		"an administrator keeps another one off":           {func(*application) {}, []string{"app.kubernetes.io/*", "argocd.argoproj.io/*", "kustomize*", "helm.toolkit.fluxcd.io/name"}, map[string]string{"team": "lake"}},
		"an administrator keeps none off": {func(*application) {}, []string{}, map[string]string{
			"team": "lake", "app.kubernetes.io/instance": "lake-jobs", "argocd.argoproj.io/instance": "lake-jobs",
			"kustomize.toolkit.fluxcd.io/name": "lake", "helm.toolkit.fluxcd.io/name": "lake",
		}},
		"an author keeps another one off": {exclude("app.kubernetes.io/instance"), nil, map[string]string{"team": "lake"}},
		"an author keeps several off":     {exclude(" app.kubernetes.io/* , team,"), nil, map[string]string{}},
		"an author asks for a label in its field": {func(app *application) {
			exclude("team, app.kubernetes.io/instance")(app)
			app.Spec.Driver.Labels, app.Spec.Executor.Labels = map[string]string{"team": "mine"}, map[string]string{"team": "mine"}
		}, nil, map[string]string{"team": "mine"}},
	} {
		t.Run(name, func(t *testing.T) {
			configuration := configv1alpha1.DefaultControllerConfiguration()
			if tc.configured != nil {
				configuration.PodLabels.Exclude = tc.configured
			}
			plan := mustPlan(t, tracked(tc.change), planning.Configured(configuration))
			objects, err := plan.Render()
			if err != nil {
				t.Fatal(err)
			}
			executor, err := plan.Executor(objects)
			if err != nil {
				t.Fatal(err)
			}
			for role, pod := range map[string]metav1.Object{"driver": objects.Driver, "executor": executor} {
				if diff := cmp.Diff(tc.want, authors(pod)); diff != "" {
					t.Errorf("labels of the %s (-want +got):\n%s", role, diff)
				}
			}
			others := append(dependentsOf(t, plan), objects.ConfigMap, objects.Service)
			for _, object := range append(others, render.Object(objects.Driver)) {
				if owner := metav1.GetControllerOf(object); owner == nil || owner.Kind != "SparkApplication" || len(object.GetOwnerReferences()) != 1 {
					t.Errorf("%s is owned by %v, not by the application alone", object.GetName(), object.GetOwnerReferences())
				}
				if len(object.GetAnnotations()["argocd.argoproj.io/tracking-id"]) > 0 {
					t.Errorf("%s has the application's annotation", object.GetName())
				}
			}
			for _, object := range others {
				if diff := cmp.Diff(map[string]string{}, authors(object)); diff != "" {
					t.Errorf("labels of %s (-want +got):\n%s", object.GetName(), diff)
				}
			}
		})
	}
}

func TestLabelsToKeepOffAreNames(t *testing.T) {
	for value, want := range map[string]string{
		"team*, a b":             `metadata.annotations[sparkoperator.k8s.io/exclude-pod-labels]: "a b": use the name of a label`,
		"*":                      `metadata.annotations[sparkoperator.k8s.io/exclude-pod-labels]: "*": use the name of a label`,
		strings.Repeat("a,", 33): `metadata.annotations[sparkoperator.k8s.io/exclude-pod-labels]: it names 33 labels; name at most 32`,
	} {
		_, err := newPlan(sparkPi(func(app *application) {
			app.Annotations = map[string]string{"sparkoperator.k8s.io/exclude-pod-labels": value}
		}), planning.Options{})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", value, err, want)
		}
	}
}
