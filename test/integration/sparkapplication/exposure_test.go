// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkapplication

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	configv1alpha1 "github.com/alauda/spark-operator/apis/config/v1alpha1"
	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/identity"
	"github.com/alauda/spark-operator/internal/submission/mode"
	"github.com/alauda/spark-operator/internal/submission/sparksubmit"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// exposed asks for all that an application may have beside its driver.
func exposed(app *v1beta2.SparkApplication) {
	app.Spec.SparkUIOptions = &v1beta2.SparkUIConfiguration{ServiceLabels: map[string]string{"team": "data"}}
	app.Spec.DriverIngressOptions = []v1beta2.DriverIngressConfiguration{
		{ServicePort: new(int32(8888)), ServicePortName: new("notebook"), IngressURLFormat: "notebook.example.com/{{$appName}}"},
	}
	app.Spec.DriverPodDisruptionBudget = new(true)
}

// exposing is an operator that gives what it is asked for.
func exposing(cfg *configv1alpha1.ControllerConfiguration) {
	cfg.UIIngress = configv1alpha1.UIIngress{URLFormat: "https://spark.example.com/{{$appNamespace}}/{{$appName}}", ClassName: "nginx"}
	cfg.DriverPodDisruptionBudget.Enabled = true
}

// besideDriver returns kind and name of what an application has beside its driver and the objects of Spark's client;
// all are the current attempt's.
func besideDriver(t *testing.T, app *v1beta2.SparkApplication) []string {
	t.Helper()
	attempt := identity.Of(app, max(1, app.Status.Attempt))
	var found []string
	for _, list := range []client.ObjectList{&corev1.ServiceList{}, &networkingv1.IngressList{}, &policyv1.PodDisruptionBudgetList{}} {
		if err := api.List(t.Context(), list, client.InNamespace(app.Namespace)); err != nil {
			t.Fatal(err)
		}
		if err := meta.EachListItem(list, func(item runtime.Object) error {
			object, isObject := item.(client.Object)
			if !isObject || strings.HasSuffix(object.GetName(), "-driver-svc") {
				return nil // It is Spark's own.
			}
			if !metav1.IsControlledBy(object, app) || object.GetLabels()[sparklabels.SubmissionID] != attempt.SubmissionID {
				t.Errorf("%T %s has owners %v, labels %v", item, object.GetName(), object.GetOwnerReferences(), object.GetLabels())
			}
			found = append(found, fmt.Sprintf("%T %s", item, object.GetName()))
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	slices.Sort(found)
	return found
}

func TestExposedApplication(t *testing.T) {
	budget := "*v1.PodDisruptionBudget pi-driver"
	all := []string{"*v1.Ingress pi-ing-8888", "*v1.Ingress pi-ui-ingress", budget, "*v1.Service pi-driver-8888", "*v1.Service pi-ui-svc"}
	for _, m := range []mode.Mode{mode.Native, mode.SparkSubmit} {
		t.Run(string(m), func(t *testing.T) {
			ns := newNamespace(t)
			app := newApplication(ns, exposed, submittedBy(m))
			spark := sparksubmit.Options{Home: fakeSpark(t, "exec sleep 600"), Dir: t.TempDir()}
			startControllerWith(t, ns, spark, exposing)
			create(t, app)
			if m == mode.SparkSubmit {
				eventually(t, func(context.Context) bool { return len(besideDriver(t, app)) == len(all) }, func() string { return fmt.Sprint(besideDriver(t, app)) })
				return // Nothing makes a driver here.
			}
			until(t, app, submitted)
			if diff := cmp.Diff(all, besideDriver(t, app)); diff != "" {
				t.Errorf("beside the driver (-want +got):\n%s", diff)
			}
			service := &corev1.Service{}
			if err := api.Get(t.Context(), client.ObjectKey{Namespace: ns, Name: "pi-ui-svc"}, service); err != nil {
				t.Fatal(err)
			}
			want := v1beta2.DriverInfo{
				PodName: "pi-driver", WebUIServiceName: "pi-ui-svc", WebUIPort: 4040, WebUIAddress: service.Spec.ClusterIP + ":4040",
				WebUIIngressName: "pi-ui-ingress", WebUIIngressAddress: "https://spark.example.com/" + ns + "/pi",
			}
			if diff := cmp.Diff(want, app.Status.DriverInfo); diff != "" || service.Spec.ClusterIP == "" || service.Labels["team"] != "data" {
				t.Errorf("driverInfo (-want +got):\n%s, labels of the Service %v", diff, service.Labels)
			}

			patchSpec(t, app, `{"sparkUIOptions":{"servicePort":80}}`)
			eventually(t, func(ctx context.Context) bool {
				return api.Get(ctx, client.ObjectKeyFromObject(app), app) == nil && app.Status.Attempt == 2 && app.Status.AppState.State == submitted
			}, func() string { return "a second attempt" })
			if diff := cmp.Diff(all, besideDriver(t, app)); diff != "" || app.Status.DriverInfo.WebUIPort != 80 {
				t.Errorf("beside the second driver (-want +got):\n%s, driverInfo %+v", diff, app.Status.DriverInfo)
			}

			runs(t, driver(t, app))
			until(t, app, running)
			ends(t, driver(t, app), 0)
			until(t, app, completed)
			eventually(t, func(context.Context) bool { return len(besideDriver(t, app)) == 0 },
				func() string {
					return fmt.Sprintf("nothing to lead to a driver that has ended: %v", besideDriver(t, app))
				})
		})
	}
}

// A run is worth more than its web UI: what cannot be had is reported, and nothing foreign is touched or routed to.
func TestRunsGoOnWithoutWhatIsRefused(t *testing.T) {
	ns := newNamespace(t)
	foreign := &corev1.Service{
		ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: "pi-ui-svc"}, Spec: corev1.ServiceSpec{Ports: []corev1.ServicePort{{Port: 80}}},
	}
	create(t, foreign)
	app := newApplication(ns, exposed)
	startControllerWith(t, ns, sparksubmit.Options{}, exposing)
	create(t, app)
	until(t, app, submitted)
	if diff := cmp.Diff(v1beta2.DriverInfo{PodName: "pi-driver"}, app.Status.DriverInfo); diff != "" {
		t.Errorf("driverInfo (-want +got):\n%s", diff)
	}
	hasEvent(t, app, "SparkApplicationSubmissionWarning", "the run goes on without what was refused: service "+ns+"/pi-ui-svc is not this application's")
	stored := &corev1.Service{}
	if err := api.Get(t.Context(), client.ObjectKeyFromObject(foreign), stored); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(foreign.ObjectMeta, stored.ObjectMeta); diff != "" {
		t.Errorf("the foreign Service (-want +got):\n%s", diff)
	}
	ingress := &networkingv1.Ingress{}
	if err := api.Get(t.Context(), client.ObjectKey{Namespace: ns, Name: "pi-ui-ingress"}, ingress); err == nil {
		t.Errorf("an Ingress leads to the foreign Service: %v", ingress.Spec)
	}
}
