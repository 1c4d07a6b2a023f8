// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package companions_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/identity"
	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/internal/submission"
	"github.com/alauda/spark-operator/internal/submission/companions"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

func application() *v1beta2.SparkApplication {
	return &v1beta2.SparkApplication{
		ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "pi", UID: "0c7d0a36-53b8-4b0c-8a3e-5f5f2f6d9f11"},
		Spec: v1beta2.SparkApplicationSpec{
			Type: v1beta2.SparkApplicationTypeScala, SparkVersion: "4.0.1", Image: new("spark:4.0.1"),
			MainClass: new("org.example.Pi"), MainApplicationFile: new("local:///opt/pi.jar"),
			Monitoring: &v1beta2.MonitoringSpec{ExposeDriverMetrics: true, Prometheus: &v1beta2.PrometheusSpec{JmxExporterJar: "/jmx.jar"}},
		},
	}
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
	configMap, isConfigMap := plan.Companions()[0].(*corev1.ConfigMap)
	if !isConfigMap {
		t.Fatalf("the companion is a %T", plan.Companions()[0])
	}
	return configMap
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
		"nothing is there":                         {want: wanted(t, plan)},
		"it is there":                              {existing: changed(func(*corev1.ConfigMap) {}), want: wanted(t, plan)},
		"what others added stays":                  {existing: annotated, want: annotated},
		"one of an earlier attempt is replaced":    {existing: wanted(t, planOf(t, app, 1)), want: wanted(t, plan)},
		"one of the operator before is replaced":   {existing: unlabelled, want: wanted(t, plan)},
		"one with another content is replaced":     {existing: changed(func(c *corev1.ConfigMap) { c.Data["prometheus.yaml"] = "old" }), want: wanted(t, plan)},
		"one that was made of another spec, too":   {existing: changed(func(c *corev1.ConfigMap) { c.Annotations[sparklabels.SpecHash] = "h2-0" }), want: wanted(t, plan)},
		"one that cannot be changed, too":          {existing: changed(func(c *corev1.ConfigMap) { c.Immutable = new(true); c.Data = nil }), want: wanted(t, plan)},
		"nobody's is a conflict and left alone":    {existing: foreign, want: foreign, wantErr: conflict("nobody that it names")},
		"another application's is left alone, too": {existing: others, want: others, wantErr: conflict("SparkApplication pi (UID another)")},
		"one that is kept is a remnant": {existing: kept, want: kept, wantErr: &submission.RemnantError{
			Kind: "ConfigMap", Namespace: "default", Name: "pi-prom-conf", UID: "existing", SubmissionID: plan.Attempt().SubmissionID}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			builder := fake.NewClientBuilder()
			if tc.existing != nil {
				builder.WithObjects(tc.existing.DeepCopy())
			}
			c := builder.Build()
			for range 2 {
				err := companions.Ensure(t.Context(), c, plan)
				if diff := cmp.Diff(fmt.Sprintf("%T: %[1]v", tc.wantErr), fmt.Sprintf("%T: %[1]v", err)); diff != "" {
					t.Errorf("error (-want +got):\n%s", diff)
				}
				ignored := cmpopts.IgnoreFields(metav1.ObjectMeta{}, "DeletionTimestamp")
				if diff := cmp.Diff([]corev1.ConfigMap{*tc.want}, stored(t, c), written, ignored, cmpopts.IgnoreTypes(metav1.TypeMeta{})); diff != "" {
					t.Errorf("ConfigMaps (-want +got):\n%s", diff)
				}
			}
		})
	}
}

func conflict(owner string) error {
	return &submission.ConflictError{Kind: "ConfigMap", Namespace: "default", Name: "pi-prom-conf", Owner: owner}
}

// An application without companions costs no call.
func TestEnsureNothing(t *testing.T) {
	app := application()
	app.Spec.Monitoring = nil
	if err := companions.Ensure(t.Context(), nil, planOf(t, app, 1)); err != nil {
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
				if err := companions.Ensure(t.Context(), c, plan); !errors.Is(err, cut) {
					t.Fatalf("first call = %v, want the client's error", err)
				}
				if err := companions.Ensure(t.Context(), c, plan); err != nil {
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
	err := companions.Ensure(t.Context(), c, planOf(t, application(), 1))
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
	if err := companions.Ensure(t.Context(), c, plan); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]corev1.ConfigMap{*wanted(t, plan)}, stored(t, c), written, cmpopts.IgnoreTypes(metav1.TypeMeta{})); diff != "" {
		t.Errorf("ConfigMaps (-want +got):\n%s", diff)
	}
}
