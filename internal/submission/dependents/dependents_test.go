// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package dependents_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/apply"
	"github.com/alauda/spark-operator/internal/disruption"
	"github.com/alauda/spark-operator/internal/features"
	"github.com/alauda/spark-operator/internal/identity"
	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/internal/submission/dependents"
	"github.com/alauda/spark-operator/internal/testing/builder"
	"github.com/alauda/spark-operator/internal/webui"
	"github.com/alauda/spark-operator/pkg/render"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

func application() *v1beta2.SparkApplication {
	return builder.Stored("default", "pi", func(app *v1beta2.SparkApplication) {
		app.Spec.Monitoring = &v1beta2.MonitoringSpec{
			ExposeDriverMetrics: true, Prometheus: &v1beta2.PrometheusSpec{JmxExporterJar: "/jmx.jar"},
		}
	})
}

func planOf(t *testing.T, app *v1beta2.SparkApplication, attempt int64) *planning.Plan {
	t.Helper()
	plan, err := planning.NewPlan(app, identity.Of(app, attempt), planning.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

// wanted is the one ConfigMap of a plan.
func wanted(t *testing.T, plan *planning.Plan) *corev1.ConfigMap {
	t.Helper()
	first := dependentsOf(t, plan)[0]
	configMap, isConfigMap := first.(*corev1.ConfigMap)
	if !isConfigMap {
		t.Fatalf("the dependent is a %T", first)
	}
	return configMap
}

func dependentsOf(t *testing.T, plan *planning.Plan) []render.Object {
	t.Helper()
	objects, err := plan.DependentObjects()
	if err != nil {
		t.Fatal(err)
	}
	return objects
}

// stored are all ConfigMaps.
func stored(t *testing.T, c client.Client) []corev1.ConfigMap {
	t.Helper()
	var list corev1.ConfigMapList
	if err := c.List(t.Context(), &list); err != nil {
		t.Fatal(err)
	}
	return list.Items
}

var written = cmpopts.IgnoreFields(metav1.ObjectMeta{}, "ResourceVersion", "UID")

// confirmed is the answer where nobody else leads.
func confirmed(context.Context) error { return nil }

func TestEnsure(t *testing.T) {
	app := application()
	plan := planOf(t, app, 2)
	changed := func(change func(*corev1.ConfigMap)) *corev1.ConfigMap {
		configMap := wanted(t, plan).DeepCopy()
		configMap.UID = "existing"
		change(configMap)
		return configMap
	}
	// Of an operator that knows no attempts, of the same application.
	unlabelled := changed(func(c *corev1.ConfigMap) {
		c.Labels, c.Annotations = map[string]string{sparklabels.CreatedByOperator: "true"}, nil
		c.OwnerReferences[0].Controller = new(true)
	})
	foreign := changed(func(c *corev1.ConfigMap) { c.OwnerReferences = nil })
	others := changed(func(c *corev1.ConfigMap) { c.OwnerReferences[0].UID = "another" })
	annotated := changed(func(c *corev1.ConfigMap) { c.Annotations["example.com/note"] = "mine" })
	kept := changed(func(c *corev1.ConfigMap) {
		c.Data["prometheus.yaml"], c.Finalizers = "old", []string{"example.com/keep"}
	})
	cases := map[string]struct {
		existing *corev1.ConfigMap
		want     *corev1.ConfigMap
		wantErr  error
	}{
		"nothing is there":                        {want: wanted(t, plan)},
		"it is there":                             {existing: changed(func(*corev1.ConfigMap) {}), want: wanted(t, plan)},
		"what others added stays":                 {existing: annotated, want: annotated},
		"one of an earlier attempt is replaced":   {existing: wanted(t, planOf(t, app, 1)), want: wanted(t, plan)},
		"one of the operator before is replaced":  {existing: unlabelled, want: wanted(t, plan)},
		"one with another content is replaced":    {existing: changed(func(c *corev1.ConfigMap) { c.Data["prometheus.yaml"] = "old" }), want: wanted(t, plan)},
		"one that was made of another spec, too":  {existing: changed(func(c *corev1.ConfigMap) { c.Annotations[sparklabels.SpecHash] = "h2-0" }), want: wanted(t, plan)},
		"one that cannot be changed, too":         {existing: changed(func(c *corev1.ConfigMap) { c.Immutable = new(true); c.Data = nil }), want: wanted(t, plan)},
		"nobody's is a conflict and left alone":   {existing: foreign, want: foreign, wantErr: conflict("nobody that it names")},
		"one of an application that is gone, too": {existing: others, want: wanted(t, plan)},
		"one with more content, too":              {existing: changed(func(c *corev1.ConfigMap) { c.BinaryData = map[string][]byte{"more": {1}} }), want: wanted(t, plan)},
		"one without a hash, too":                 {existing: changed(func(c *corev1.ConfigMap) { delete(c.Annotations, sparklabels.SpecHash) }), want: wanted(t, plan)},
		"one that is kept is waited for":          {existing: kept, want: kept, wantErr: &apply.WaitError{}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			builder := fake.NewClientBuilder()
			if tc.existing != nil {
				builder.WithObjects(tc.existing.DeepCopy())
			}
			c := builder.Build()
			for range 2 {
				_, err := dependents.Ensure(t.Context(), c, plan, confirmed)
				if diff := cmp.Diff(fmt.Sprintf("%T", tc.wantErr), fmt.Sprintf("%T", err)); diff != "" {
					t.Errorf("error %v (-want +got):\n%s", err, diff)
				}
				ignored := cmpopts.IgnoreFields(metav1.ObjectMeta{}, "DeletionTimestamp")
				if diff := cmp.Diff([]corev1.ConfigMap{*tc.want}, stored(t, c), written, ignored, cmpopts.IgnoreTypes(metav1.TypeMeta{})); diff != "" {
					t.Errorf("ConfigMaps (-want +got):\n%s", diff)
				}
			}
		})
	}
}

// A leader that was deposed may find what its successor has made for the attempt that follows.
func TestEnsureReplacesNothingIfAnotherDecides(t *testing.T) {
	app, deposed := application(), errors.New("deposed")
	c := fake.NewClientBuilder().WithObjects(wanted(t, planOf(t, app, 2))).Build()
	unconfirmed := func(context.Context) error { return deposed }
	if _, err := dependents.Ensure(t.Context(), c, planOf(t, app, 1), unconfirmed); !errors.Is(err, deposed) {
		t.Errorf("error = %v, want that of the confirmation", err)
	}
	if diff := cmp.Diff([]corev1.ConfigMap{*wanted(t, planOf(t, app, 2))}, stored(t, c), written, cmpopts.IgnoreTypes(metav1.TypeMeta{})); diff != "" {
		t.Errorf("ConfigMaps (-want +got):\n%s", diff)
	}
}

// Without a Service a run goes on, but not without a decision.
func TestEnsureGoesOnWithNothingUnconfirmed(t *testing.T) {
	forbidden := apierrors.NewForbidden(schema.GroupResource{Resource: "sparkapplications"}, "pi", nil)
	app := exposed()
	app.Spec.Monitoring = nil
	c := fake.NewClientBuilder().Build()
	if _, err := dependents.Ensure(t.Context(), c, planOf(t, app, 2), confirmed); err != nil {
		t.Fatal(err)
	}
	made, err := dependents.Ensure(t.Context(), c, planOf(t, app, 1), func(context.Context) error { return forbidden })
	if !apierrors.IsForbidden(err) {
		t.Errorf("Ensure = %+v, %v, want the error of the confirmation", made, err)
	}
}

func conflict(owner string) error {
	return &apply.ConflictError{Kind: "ConfigMap", Namespace: "default", Name: "pi-prom-conf", Owner: owner}
}

// An application without dependents costs no call.
func TestEnsureNothing(t *testing.T) {
	app := application()
	app.Spec.Monitoring = nil
	if _, err := dependents.Ensure(t.Context(), nil, planOf(t, app, 1), confirmed); err != nil {
		t.Error(err)
	}
}

func TestEnsureIsFinishedByTheNextCallWhateverFailed(t *testing.T) {
	app := application()
	plan := planOf(t, app, 2)
	cut := errors.New("connection cut")
	// Creation, look, deletion and creation.
	for failing := range 4 {
		for _, tookEffect := range []bool{false, true} {
			t.Run(fmt.Sprintf("call %d fails, took effect %t", failing, tookEffect), func(t *testing.T) {
				count := 0
				call := func(do func() error) error {
					count++
					if count-1 != failing {
						return do()
					}
					if tookEffect {
						_ = do()
					}
					return cut
				}
				c := fake.NewClientBuilder().WithObjects(wanted(t, planOf(t, app, 1))).WithInterceptorFuncs(interceptor.Funcs{
					Get: func(ctx context.Context, c client.WithWatch, key client.ObjectKey, obj client.Object, opts ...client.GetOption) error {
						return call(func() error { return c.Get(ctx, key, obj, opts...) })
					},
					Create: func(ctx context.Context, c client.WithWatch, obj client.Object, opts ...client.CreateOption) error {
						return call(func() error { return c.Create(ctx, obj, opts...) })
					},
					Delete: func(ctx context.Context, c client.WithWatch, obj client.Object, opts ...client.DeleteOption) error {
						return call(func() error { return c.Delete(ctx, obj, opts...) })
					},
				}).Build()
				if _, err := dependents.Ensure(t.Context(), c, plan, confirmed); !errors.Is(err, cut) {
					t.Fatalf("first call = %v, want the client's error", err)
				}
				if _, err := dependents.Ensure(t.Context(), c, plan, confirmed); err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff([]corev1.ConfigMap{*wanted(t, plan)}, stored(t, c), written, cmpopts.IgnoreTypes(metav1.TypeMeta{})); diff != "" {
					t.Errorf("ConfigMaps (-want +got):\n%s", diff)
				}
			})
		}
	}
}

func TestEnsureCallsWhatTheServerRefusesInvalid(t *testing.T) {
	c := fake.NewClientBuilder().WithInterceptorFuncs(interceptor.Funcs{
		Create: func(context.Context, client.WithWatch, client.Object, ...client.CreateOption) error {
			return apierrors.NewInvalid(schema.GroupKind{Kind: "ConfigMap"}, "pi-prom-conf", nil)
		},
	}).Build()
	_, err := dependents.Ensure(t.Context(), c, planOf(t, application(), 1), confirmed)
	if _, ok := errors.AsType[*planning.InvalidError](err); !ok {
		t.Errorf("error = %v, want an InvalidError", err)
	}
}

func TestEnsureCreatesWhatWasInTheWayAndWentAway(t *testing.T) {
	refused := false
	c := fake.NewClientBuilder().WithInterceptorFuncs(interceptor.Funcs{
		Create: func(ctx context.Context, c client.WithWatch, obj client.Object, opts ...client.CreateOption) error {
			if !refused {
				refused = true
				return apierrors.NewAlreadyExists(schema.GroupResource{Resource: "configmaps"}, obj.GetName())
			}
			return c.Create(ctx, obj, opts...)
		},
	}).Build()
	plan := planOf(t, application(), 1)
	if _, err := dependents.Ensure(t.Context(), c, plan, confirmed); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]corev1.ConfigMap{*wanted(t, plan)}, stored(t, c), written, cmpopts.IgnoreTypes(metav1.TypeMeta{})); diff != "" {
		t.Errorf("ConfigMaps (-want +got):\n%s", diff)
	}
}

// exposed asks for all that an application may have beside its driver.
func exposed() *v1beta2.SparkApplication {
	app := application()
	app.Spec.DriverPodDisruptionBudget = new(true)
	app.Spec.DriverIngressOptions = []v1beta2.DriverIngressConfiguration{{ServicePort: new(int32(8888)), IngressURLFormat: "n.example.com"}}
	return app
}

func exposedPlan(t *testing.T, app *v1beta2.SparkApplication) *planning.Plan {
	t.Helper()
	plan, err := planning.NewPlan(app, identity.Of(app, 1), planning.Options{
		Features: features.Options{
			WebUI:      webui.Options{Service: true, URLFormat: "https://{{$appName}}.example.com"},
			Disruption: disruption.Options{Budgets: true},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

// names returns kind and name of all objects that are stored.
func names(t *testing.T, c client.Client) []string {
	t.Helper()
	var found []string
	for _, list := range []client.ObjectList{
		&corev1.ConfigMapList{}, &corev1.ServiceList{}, &networkingv1.IngressList{}, &policyv1.PodDisruptionBudgetList{},
	} {
		if err := c.List(t.Context(), list); err != nil {
			t.Fatal(err)
		}
		if err := meta.EachListItem(list, func(item runtime.Object) error {
			object, isObject := item.(client.Object)
			if !isObject {
				return fmt.Errorf("%T is no object", item)
			}
			found = append(found, fmt.Sprintf("%T %s", item, object.GetName()))
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	return found
}

// A run goes on without what its author or the cluster's administrator forbids, and says so; never does an Ingress lead
// to a Service that is not ours.
func TestEnsureGoesOnWithoutWhatIsRefused(t *testing.T) {
	const (
		configMap                = "*v1.ConfigMap pi-prom-conf"
		uiService, uiIngress     = "*v1.Service pi-ui-svc", "*v1.Ingress pi-ui-ingress"
		portService, portIngress = "*v1.Service pi-driver-8888", "*v1.Ingress pi-ing-8888"
		budget                   = "*v1.PodDisruptionBudget pi-driver"
	)
	all := v1beta2.DriverInfo{
		PodName: "pi-driver", WebUIServiceName: "pi-ui-svc", WebUIPort: 4040, WebUIAddress: "10.0.0.1:4040",
		WebUIIngressName: "pi-ui-ingress", WebUIIngressAddress: "https://pi.example.com",
	}
	noIngress, nothing := all, v1beta2.DriverInfo{PodName: "pi-driver"}
	noIngress.WebUIIngressName, noIngress.WebUIIngressAddress = "", ""
	forbidden := func(name string) error {
		return apierrors.NewForbidden(schema.GroupResource{Resource: "things"}, name, errors.New("exceeded quota: small"))
	}
	cases := map[string]struct {
		refuse   map[string]error
		existing client.Object
		want     dependents.Made
		stored   []string
	}{
		"nothing is refused": {
			want: dependents.Made{Driver: all}, stored: []string{configMap, portService, uiService, portIngress, uiIngress, budget},
		},
		"the Service of the web UI": {
			refuse: map[string]error{"pi-ui-svc": forbidden("pi-ui-svc")},
			want: dependents.Made{Driver: nothing, Warnings: []string{
				`the run goes on without what was refused: create Service default/pi-ui-svc: things "pi-ui-svc" is forbidden: exceeded quota: small`}},
			stored: []string{configMap, portService, portIngress, budget},
		},
		"the Ingresses": {
			refuse: map[string]error{"pi-ui-ingress": forbidden("pi-ui-ingress"), "pi-ing-8888": apierrors.NewInvalid(schema.GroupKind{Kind: "Ingress"}, "pi-ing-8888", nil)},
			want: dependents.Made{Driver: noIngress, Warnings: []string{
				`the run goes on without what was refused: create Ingress default/pi-ui-ingress: things "pi-ui-ingress" is forbidden: exceeded quota: small`,
				`the run goes on without what was refused: invalid application: spec: Ingress "pi-ing-8888" is invalid`}},
			stored: []string{configMap, portService, uiService, budget},
		},
		"what a webhook denies, as a conflict": {
			refuse: map[string]error{"pi-ui-ingress": &apierrors.StatusError{ErrStatus: metav1.Status{
				Code: 409, Reason: metav1.StatusReasonConflict, Message: `admission webhook "hosts.example.com" denied the request: the host is taken`}}},
			want: dependents.Made{Driver: noIngress, Warnings: []string{
				`the run goes on without what was refused: create Ingress default/pi-ui-ingress: admission webhook "hosts.example.com" denied the request: the host is taken`}},
			stored: []string{configMap, portService, uiService, portIngress, budget},
		},
		"a Service for which there is no address": {
			refuse: map[string]error{"pi-ui-svc": apierrors.NewInternalError(errors.New("failed to allocate a serviceIP: range is full"))},
			want: dependents.Made{Driver: nothing, Warnings: []string{
				"the run goes on without what was refused: create Service default/pi-ui-svc: Internal error occurred: failed to allocate a serviceIP: range is full"}},
			stored: []string{configMap, portService, portIngress, budget},
		},
		"the budget": {
			refuse: map[string]error{"pi-driver": apierrors.NewBadRequest("no budgets here")},
			want: dependents.Made{Driver: all, Warnings: []string{
				"the run goes on without what was refused: create PodDisruptionBudget default/pi-driver: no budgets here"}},
			stored: []string{configMap, portService, uiService, portIngress, uiIngress},
		},
		"a name that somebody else has": {
			existing: &corev1.Service{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "pi-ui-svc"}},
			want: dependents.Made{Driver: nothing, Warnings: []string{
				"the run goes on without what was refused: service default/pi-ui-svc is not this application's, it belongs to nobody that it names: delete it or choose another name"}},
			stored: []string{configMap, portService, uiService, portIngress, budget},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			builder := fake.NewClientBuilder().WithInterceptorFuncs(interceptor.Funcs{
				Create: func(ctx context.Context, c client.WithWatch, obj client.Object, opts ...client.CreateOption) error {
					if err := tc.refuse[obj.GetName()]; err != nil {
						return err
					}
					if service, isService := obj.(*corev1.Service); isService {
						service.Spec.ClusterIP = "10.0.0.1"
					}
					return c.Create(ctx, obj, opts...)
				},
			})
			if tc.existing != nil {
				builder.WithObjects(tc.existing)
			}
			c := builder.Build()
			for range 2 { // The second time finds what the first has made.
				made, err := dependents.Ensure(t.Context(), c, exposedPlan(t, exposed()), confirmed)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(tc.want, made); diff != "" {
					t.Errorf("made (-want +got):\n%s", diff)
				}
				if diff := cmp.Diff(tc.stored, names(t, c)); diff != "" {
					t.Errorf("stored (-want +got):\n%s", diff)
				}
			}
		})
	}
}

// A driver would wait for ever for the ConfigMap that it mounts.
func TestEnsureGoesNowhereWithoutTheConfigMap(t *testing.T) {
	c := fake.NewClientBuilder().WithInterceptorFuncs(interceptor.Funcs{
		Create: func(context.Context, client.WithWatch, client.Object, ...client.CreateOption) error {
			return apierrors.NewForbidden(schema.GroupResource{Resource: "configmaps"}, "pi-prom-conf", errors.New("quota"))
		},
	}).Build()
	if _, err := dependents.Ensure(t.Context(), c, exposedPlan(t, exposed()), confirmed); !apierrors.IsForbidden(err) {
		t.Errorf("error = %v, want forbidden", err)
	}
}

func ownedBy(uid types.UID) []metav1.OwnerReference {
	return []metav1.OwnerReference{{Kind: "SparkApplication", Name: "pi", UID: uid, Controller: new(true)}}
}

func TestRelease(t *testing.T) {
	all := []string{"*v1.Service pi-driver-8888", "*v1.Service pi-ui-svc", "*v1.Ingress pi-ing-8888", "*v1.Ingress pi-ui-ingress", "*v1.PodDisruptionBudget pi-driver"}
	const configMap = "*v1.ConfigMap pi-prom-conf"
	app := exposed()
	plan := exposedPlan(t, app)
	app.Status.DriverInfo.WebUIServiceName, app.Status.DriverInfo.WebUIIngressName = "pi-ui-svc", "pi-ui-ingress"
	objects, err := plan.Render()
	if err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		change func(client.Object)
		want   []string
	}{
		"the driver's own":       {func(client.Object) {}, []string{configMap}},
		"of another attempt":     {func(o client.Object) { o.SetLabels(map[string]string{sparklabels.SubmissionID: "other"}) }, append([]string{configMap}, all...)},
		"of another application": {func(o client.Object) { o.SetOwnerReferences(ownedBy("other")) }, append([]string{configMap}, all...)},
	} {
		t.Run(name, func(t *testing.T) {
			c := fake.NewClientBuilder().Build()
			for _, dependent := range dependentsOf(t, plan) {
				made, isObject := dependent.DeepCopyObject().(client.Object)
				if !isObject {
					t.Fatalf("%T is no object", dependent)
				}
				tc.change(made)
				if err := c.Create(t.Context(), made); err != nil {
					t.Fatal(err)
				}
			}
			for range 2 {
				if err := dependents.Release(t.Context(), c, features.Options{}, app, objects.Driver); err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(tc.want, names(t, c)); diff != "" {
					t.Errorf("stored (-want +got):\n%s", diff)
				}
			}
		})
	}
}
