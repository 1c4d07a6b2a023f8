// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package native_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
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
	"github.com/alauda/spark-operator/internal/batchscheduler"
	"github.com/alauda/spark-operator/internal/identity"
	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/internal/submission"
	"github.com/alauda/spark-operator/internal/submission/native"
	"github.com/alauda/spark-operator/internal/testing/builder"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

func application() *v1beta2.SparkApplication {
	return builder.Stored("default", "pi", func(app *v1beta2.SparkApplication) {
		app.Spec.SparkVersion, app.Spec.Image = "4.3.0", new("spark:4.3.0")
		app.Spec.SparkConf = map[string]string{
			"spark.kubernetes.driver.volumes.persistentVolumeClaim.work.mount.path":           "/mnt/job",
			"spark.kubernetes.driver.volumes.persistentVolumeClaim.work.options.claimName":    "OnDemand",
			"spark.kubernetes.driver.volumes.persistentVolumeClaim.work.options.storageClass": "fast",
			"spark.kubernetes.driver.volumes.persistentVolumeClaim.work.options.sizeLimit":    "1Gi",
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

// confirmed is the answer where nobody else leads.
func confirmed(context.Context) error { return nil }

// creations are the kinds in the order of their creation.
var creations = []string{"ConfigMap", "ConfigMap", "PersistentVolumeClaim", "Service", "NetworkPolicy", "Pod"}

func TestSubmitCreatesThePodLastAndEverythingOwned(t *testing.T) {
	var order []string
	c := fake.NewClientBuilder().WithInterceptorFuncs(interceptor.Funcs{
		Create: func(ctx context.Context, c client.WithWatch, obj client.Object, opts ...client.CreateOption) error {
			order = append(order, obj.GetObjectKind().GroupVersionKind().Kind)
			if owner := metav1.GetControllerOf(obj); owner == nil || owner.Kind != "SparkApplication" {
				t.Errorf("%s is owned by %v, want the application", obj.GetName(), owner)
			}
			return c.Create(ctx, obj, opts...)
		},
	}).Build()
	app := application()
	result, err := native.New(c, batchscheduler.Schedulers{}).Submit(t.Context(), planOf(t, app, 1), confirmed)
	if err != nil {
		t.Fatal(err)
	}
	want := submission.Result{Driver: v1beta2.DriverInfo{PodName: "pi-driver"}, SparkApplicationID: identity.Of(app, 1).ApplicationID}
	if diff := cmp.Diff(want, result); diff != "" {
		t.Errorf("result (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(creations, order); diff != "" {
		t.Errorf("creations (-want +got):\n%s", diff)
	}
}

// Whichever call fails, before or after it took effect, calling again ends in the same objects as calling once.
func monitored() *v1beta2.SparkApplication {
	app := application()
	app.Spec.Monitoring = &v1beta2.MonitoringSpec{ExposeExecutorMetrics: true, Prometheus: &v1beta2.PrometheusSpec{JmxExporterJar: "/jmx.jar"}}
	return app
}

func TestDependentsComeFirstAndGoWithTheAttempt(t *testing.T) {
	var order []string
	c := fake.NewClientBuilder().WithInterceptorFuncs(interceptor.Funcs{
		Create: func(ctx context.Context, c client.WithWatch, obj client.Object, opts ...client.CreateOption) error {
			order = append(order, obj.GetName())
			return c.Create(ctx, obj, opts...)
		},
	}).Build()
	submitter, app := native.New(c, batchscheduler.Schedulers{}), monitored()
	for range 2 {
		if _, err := submitter.Submit(t.Context(), planOf(t, app, 1), confirmed); err != nil {
			t.Fatal(err)
		}
	}
	if count := len(creations) + 1; len(order) != 2*count || order[0] != "pi-prom-conf" || order[count-1] != "pi-driver" {
		t.Errorf("creations: %v", order)
	}
	if err := submitter.Release(t.Context(), app, identity.Of(app, 1), sure); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"pi-driver"}, names(t, c)); diff != "" {
		t.Errorf("after the release (-want +got):\n%s", diff)
	}
}

func TestNothingIsMadeBesideAForeignDependent(t *testing.T) {
	foreign := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "pi-prom-conf"}}
	c := fake.NewClientBuilder().WithObjects(foreign).Build()
	_, err := native.New(c, batchscheduler.Schedulers{}).Submit(t.Context(), planOf(t, monitored(), 1), confirmed)
	want := "configmap default/pi-prom-conf is not this application's, it belongs to nobody that it names: delete it or choose another name"
	if _, isConflict := errors.AsType[*apply.ConflictError](err); !isConflict || err.Error() != want {
		t.Errorf("error = %v, want %s", err, want)
	}
	if diff := cmp.Diff([]string{"pi-prom-conf"}, names(t, c)); diff != "" {
		t.Errorf("objects (-want +got):\n%s", diff)
	}
}

func TestSubmitIsFinishedByTheNextCallWhateverFailed(t *testing.T) {
	want := created(t, fake.NewClientBuilder().Build())
	for failing := range creations {
		for _, tookEffect := range []bool{false, true} {
			t.Run(fmt.Sprintf("creation %d fails, took effect %t", failing, tookEffect), func(t *testing.T) {
				count := 0
				cut := errors.New("connection cut")
				c := fake.NewClientBuilder().WithInterceptorFuncs(interceptor.Funcs{
					Create: func(ctx context.Context, c client.WithWatch, obj client.Object, opts ...client.CreateOption) error {
						count++
						if count-1 != failing {
							return c.Create(ctx, obj, opts...)
						}
						if tookEffect {
							if err := c.Create(ctx, obj, opts...); err != nil {
								return err
							}
						}
						return cut
					},
				}).Build()
				submitter, plan := native.New(c, batchscheduler.Schedulers{}), planOf(t, application(), 1)
				if _, err := submitter.Submit(t.Context(), plan, confirmed); !errors.Is(err, cut) {
					t.Fatalf("first call = %v, want the client's error", err)
				}
				result, err := submitter.Submit(t.Context(), plan, confirmed)
				if err != nil {
					t.Fatal(err)
				}
				if wantAdopted := tookEffect && failing == len(creations)-1; result.Adopted != wantAdopted {
					t.Errorf("adopted = %t, want %t", result.Adopted, wantAdopted)
				}
				if diff := cmp.Diff(want, objects(t, c), cmpopts.IgnoreFields(metav1.ObjectMeta{}, "ResourceVersion")); diff != "" {
					t.Errorf("objects (-want +got):\n%s", diff)
				}
			})
		}
	}
}

// A crash after any creation and a changed spec: the attempt has the same number and names, and must not get what was
// made of the old spec.
func TestSubmitTakesNothingThatWasMadeOfAnotherSpec(t *testing.T) {
	for last := range creations {
		t.Run(fmt.Sprintf("%d objects are left", last+1), func(t *testing.T) {
			count := 0
			c := fake.NewClientBuilder().WithInterceptorFuncs(interceptor.Funcs{
				Create: func(ctx context.Context, c client.WithWatch, obj client.Object, opts ...client.CreateOption) error {
					if count++; count-1 == last {
						return errors.Join(c.Create(ctx, obj, opts...), errors.New("crash"))
					}
					return c.Create(ctx, obj, opts...)
				},
			}).Build()
			submitter, app := native.New(c, batchscheduler.Schedulers{}), application()
			if _, err := submitter.Submit(t.Context(), planOf(t, app, 1), confirmed); err == nil {
				t.Fatal("there was no crash")
			}
			changed := app.DeepCopy()
			changed.Spec.Arguments = []string{"changed"}
			plan := planOf(t, changed, 1)
			if _, err := submitter.Submit(t.Context(), plan, confirmed); err != nil {
				t.Fatal(err)
			}
			for _, object := range objects(t, c) {
				if got := object.GetAnnotations()[sparklabels.SpecHash]; got != plan.Attempt().SpecHash {
					t.Errorf("%s is of spec %q, want %q", object.GetName(), got, plan.Attempt().SpecHash)
				}
			}
		})
	}
}

func TestSubmitRecognisesWhatIsInTheWay(t *testing.T) {
	app := application()
	stranger := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "pi-driver", UID: "stranger"}}
	current := func(change func(*corev1.Pod)) *corev1.Pod {
		pod := driver(t, planOf(t, app, 2))
		change(pod)
		return pod
	}
	earlier, kept := driver(t, planOf(t, app, 1)), driver(t, planOf(t, app, 1))
	kept.Finalizers = append(kept.Finalizers, "example.com/keep")
	const adopted, replaced = "adopted", "replaced"
	cases := map[string]struct {
		existing *corev1.Pod
		want     string
	}{
		"a pod of nobody's is a conflict": {stranger, "driver pod already exist: pod default/pi-driver is not this application's, it belongs to " +
			"nobody that it names: delete it or choose another name"},
		"a pod of an earlier attempt is replaced": {earlier, replaced},
		"one that somebody keeps is waited for":   {kept, "waiting for pod default/pi-driver to go, which an earlier attempt has left"},
		"a pod of this attempt is adopted":        {current(func(*corev1.Pod) {}), adopted},
		"one with a sidecar is adopted": {current(func(p *corev1.Pod) {
			p.Spec.Containers = append([]corev1.Container{{Name: "proxy"}}, p.Spec.Containers...)
		}), adopted},
		"one with another image is replaced": {current(func(p *corev1.Pod) { p.Spec.Containers[0].Image = "forged" }), replaced},
		"one without a hash is replaced":     {current(func(p *corev1.Pod) { delete(p.Annotations, sparklabels.SpecHash) }), replaced},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			c := fake.NewClientBuilder().WithObjects(tc.existing.DeepCopy()).Build()
			result, err := native.New(c, batchscheduler.Schedulers{}).Submit(t.Context(), planOf(t, app, 2), confirmed)
			switch {
			case tc.want == adopted || tc.want == replaced:
				if err != nil || result.Adopted != (tc.want == adopted) {
					t.Errorf("Submit = %+v, %v, want it %s", result, err, tc.want)
				}
			case err == nil || !strings.HasPrefix(err.Error(), tc.want):
				t.Errorf("error = %v, want %s", err, tc.want)
			}
		})
	}
}

// A pod that is refused because of one that then ends its life immediately is created by the same call.
func TestSubmitCreatesWhatWasInTheWayAndWentAway(t *testing.T) {
	refused := false
	c := fake.NewClientBuilder().WithInterceptorFuncs(interceptor.Funcs{
		Create: func(ctx context.Context, c client.WithWatch, obj client.Object, opts ...client.CreateOption) error {
			if _, isPod := obj.(*corev1.Pod); isPod && !refused {
				refused = true
				return apierrors.NewAlreadyExists(schema.GroupResource{Resource: "pods"}, obj.GetName())
			}
			return c.Create(ctx, obj, opts...)
		},
	}).Build()
	result, err := native.New(c, batchscheduler.Schedulers{}).Submit(t.Context(), planOf(t, application(), 1), confirmed)
	if err != nil || result.Adopted || !refused {
		t.Errorf("Submit = %+v, %v, want a new driver", result, err)
	}
	if got := len(objects(t, c)); got != len(creations) {
		t.Errorf("%d objects, want %d", got, len(creations))
	}
}

func TestReleaseDeletesTheAttemptsObjectsAndNoOthers(t *testing.T) {
	app := application()
	first, second := identity.Of(app, 1), identity.Of(app, 2)
	foreign := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{
		Namespace: "default", Name: "foreign", Labels: map[string]string{sparklabels.SubmissionID: first.SubmissionID},
	}}
	c := fake.NewClientBuilder().WithObjects(foreign).Build()
	submitter := native.New(c, batchscheduler.Schedulers{})
	if _, err := submitter.Submit(t.Context(), planOf(t, app, 1), confirmed); err != nil {
		t.Fatal(err)
	}
	before := names(t, c)
	if err := submitter.Release(t.Context(), app, second, sure); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, names(t, c)); diff != "" {
		t.Errorf("after the release of another attempt (-want +got):\n%s", diff)
	}
	for range 2 {
		if err := submitter.Release(t.Context(), app, first, sure); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"foreign", "pi-driver"}, names(t, c)); diff != "" {
			t.Errorf("after the release (-want +got):\n%s", diff)
		}
	}
}

// sure confirms every release.
func sure(context.Context) error { return nil }

func names(t *testing.T, c client.Client) []string {
	t.Helper()
	var all []string
	for _, object := range objects(t, c) {
		all = append(all, object.GetName())
	}
	return all
}

func TestSubmitCallsWhatTheServerRefusesInvalid(t *testing.T) {
	c := fake.NewClientBuilder().WithInterceptorFuncs(interceptor.Funcs{
		Create: func(context.Context, client.WithWatch, client.Object, ...client.CreateOption) error {
			return apierrors.NewInvalid(schema.GroupKind{Kind: "Pod"}, "pi-driver", nil)
		},
	}).Build()
	_, err := native.New(c, batchscheduler.Schedulers{}).Submit(t.Context(), planOf(t, application(), 1), confirmed)
	if _, ok := errors.AsType[*planning.InvalidError](err); !ok {
		t.Errorf("error = %v, want an InvalidError", err)
	}
}

func TestSubmitWritesNothingForWhatItCannotExpress(t *testing.T) {
	app := application()
	app.Spec.MainApplicationFile = new("/home/me/pi.jar")
	c := fake.NewClientBuilder().Build()
	_, err := native.New(c, batchscheduler.Schedulers{}).Submit(t.Context(), planOf(t, app, 1), confirmed)
	if _, ok := errors.AsType[*planning.UnsupportedError](err); !ok {
		t.Errorf("error = %v, want an UnsupportedError", err)
	}
	if got := objects(t, c); len(got) != 0 {
		t.Errorf("%d objects were written", len(got))
	}
}

func created(t *testing.T, c client.Client) []client.Object {
	t.Helper()
	if _, err := native.New(c, batchscheduler.Schedulers{}).Submit(t.Context(), planOf(t, application(), 1), confirmed); err != nil {
		t.Fatal(err)
	}
	return objects(t, c)
}

func objects(t *testing.T, c client.Client) []client.Object {
	t.Helper()
	var all []client.Object
	for _, list := range []client.ObjectList{
		&corev1.ConfigMapList{}, &corev1.PersistentVolumeClaimList{}, &corev1.ServiceList{}, &networkingv1.NetworkPolicyList{}, &corev1.PodList{},
	} {
		if err := c.List(t.Context(), list); err != nil {
			t.Fatal(err)
		}
		err := meta.EachListItem(list, func(item runtime.Object) error {
			object, isObject := item.(client.Object)
			if !isObject {
				return fmt.Errorf("%T is no object", item)
			}
			all = append(all, object)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// driver returns the driver pod of a plan as the server has it.
func driver(t *testing.T, plan *planning.Plan) *corev1.Pod {
	t.Helper()
	rendered, err := plan.Render()
	if err != nil {
		t.Fatal(err)
	}
	rendered.Driver.UID = types.UID("made")
	return rendered.Driver
}
