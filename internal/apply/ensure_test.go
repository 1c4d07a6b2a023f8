// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package apply_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/intstr"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/apply"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

const appUID, goneUID = types.UID("this"), types.UID("gone")

func metadata(owner types.UID) metav1.ObjectMeta {
	app := &v1beta2.SparkApplication{ObjectMeta: metav1.ObjectMeta{Name: "pi", UID: owner}}
	return metav1.ObjectMeta{
		Namespace: "team", Name: "thing", UID: "stored",
		Labels:          map[string]string{sparklabels.SubmissionID: "id-1"},
		Annotations:     map[string]string{sparklabels.SpecHash: "h2-1"},
		OwnerReferences: []metav1.OwnerReference{*metav1.NewControllerRef(app, v1beta2.GroupVersion.WithKind("SparkApplication"))},
	}
}

// things returns an object of each kind that applications have, of the given owner, and how somebody would forge it.
func things(owner types.UID) map[string]struct {
	object client.Object
	forge  func(client.Object)
} {
	meta := metadata(owner)
	labels := map[string]string{"run": "1"}
	return map[string]struct {
		object client.Object
		forge  func(client.Object)
	}{
		"ConfigMap": {
			&corev1.ConfigMap{ObjectMeta: meta, Data: map[string]string{"spark.properties": "a=1"}},
			func(o client.Object) { o.(*corev1.ConfigMap).Data["spark.properties"] = "a=2" },
		},
		"ConfigMap with another file": {
			&corev1.ConfigMap{ObjectMeta: meta, Data: map[string]string{"spark.properties": "a=1"}},
			func(o client.Object) { o.(*corev1.ConfigMap).Data["log4j2.properties"] = "a=2" },
		},
		"ConfigMap with another binary file": {
			&corev1.ConfigMap{ObjectMeta: meta, Data: map[string]string{"spark.properties": "a=1"}},
			func(o client.Object) { o.(*corev1.ConfigMap).BinaryData = map[string][]byte{"a": {1}} },
		},
		"Service": {
			&corev1.Service{ObjectMeta: meta, Spec: corev1.ServiceSpec{Selector: labels, Ports: []corev1.ServicePort{{Name: "ui", Port: 4040}}}},
			func(o client.Object) { o.(*corev1.Service).Spec.Selector = map[string]string{"run": "2"} },
		},
		"Service with another port": {
			&corev1.Service{ObjectMeta: meta, Spec: corev1.ServiceSpec{Selector: labels, Ports: []corev1.ServicePort{{Name: "ui", Port: 4040}}}},
			func(o client.Object) {
				spec := &o.(*corev1.Service).Spec
				spec.Ports = append(spec.Ports, corev1.ServicePort{Name: "more", Port: 22})
			},
		},
		"PersistentVolumeClaim": {
			&corev1.PersistentVolumeClaim{ObjectMeta: meta, Spec: corev1.PersistentVolumeClaimSpec{
				Resources: corev1.VolumeResourceRequirements{Requests: corev1.ResourceList{corev1.ResourceStorage: resource.MustParse("1Gi")}},
			}},
			func(o client.Object) {
				o.(*corev1.PersistentVolumeClaim).Spec.Resources.Requests[corev1.ResourceStorage] = resource.MustParse("2Gi")
			},
		},
		"NetworkPolicy": {
			&networkingv1.NetworkPolicy{ObjectMeta: meta, Spec: networkingv1.NetworkPolicySpec{
				PodSelector: metav1.LabelSelector{MatchLabels: labels},
				Ingress:     []networkingv1.NetworkPolicyIngressRule{{From: []networkingv1.NetworkPolicyPeer{{PodSelector: &metav1.LabelSelector{MatchLabels: labels}}}}},
			}},
			func(o client.Object) {
				spec := &o.(*networkingv1.NetworkPolicy).Spec
				spec.Ingress = append(spec.Ingress, networkingv1.NetworkPolicyIngressRule{})
			},
		},
		"Ingress": {
			&networkingv1.Ingress{ObjectMeta: meta, Spec: networkingv1.IngressSpec{Rules: []networkingv1.IngressRule{{Host: "a.example.com"}}}},
			func(o client.Object) { o.(*networkingv1.Ingress).Spec.Rules[0].Host = "b.example.com" },
		},
		"PodDisruptionBudget": {
			&policyv1.PodDisruptionBudget{ObjectMeta: meta, Spec: policyv1.PodDisruptionBudgetSpec{MinAvailable: new(intstr.FromInt32(1))}},
			func(o client.Object) { o.(*policyv1.PodDisruptionBudget).Spec.MinAvailable = new(intstr.FromInt32(0)) },
		},
		"Pod": {
			driver(owner),
			func(o client.Object) { o.(*corev1.Pod).Spec.Containers[0].Image = "forged" },
		},
	}
}

func driver(owner types.UID) *corev1.Pod {
	return &corev1.Pod{ObjectMeta: metadata(owner), Spec: corev1.PodSpec{
		ServiceAccountName: "spark",
		NodeSelector:       map[string]string{"disk": "ssd"},
		Volumes:            []corev1.Volume{{Name: "conf"}},
		SchedulingGates:    []corev1.PodSchedulingGate{{Name: "queue"}},
		Containers: []corev1.Container{{
			Name: "spark", Image: "spark:4.0.1", Args: []string{"driver"},
			Env:          []corev1.EnvVar{{Name: "A", Value: "1"}, {Name: "B", Value: "2"}},
			VolumeMounts: []corev1.VolumeMount{{Name: "conf", MountPath: "/opt/spark/conf"}},
			Resources:    corev1.ResourceRequirements{Limits: corev1.ResourceList{corev1.ResourceMemory: resource.MustParse("1024Mi")}},
		}},
	}}
}

func builder(objects ...client.Object) *fake.ClientBuilder {
	scheme := runtime.NewScheme()
	if err := errors.Join(clientgoscheme.AddToScheme(scheme), v1beta2.AddToScheme(scheme)); err != nil {
		panic(err)
	}
	return fake.NewClientBuilder().WithScheme(scheme).WithObjects(objects...)
}

// confirmed is the answer where nobody else leads.
func confirmed(context.Context) error { return nil }

func application(uid types.UID) *v1beta2.SparkApplication {
	return &v1beta2.SparkApplication{ObjectMeta: metav1.ObjectMeta{Namespace: "team", Name: "pi", UID: uid}}
}

// desired is an object as it is given to Ensure: nothing is stored yet.
func desired(object client.Object) client.Object {
	object = object.DeepCopyObject().(client.Object)
	object.SetUID("")
	return object
}

func stored(t *testing.T, c client.Client, like client.Object) client.Object {
	t.Helper()
	found := reflect.New(reflect.TypeOf(like).Elem()).Interface().(client.Object)
	if err := c.Get(t.Context(), client.ObjectKeyFromObject(like), found); err != nil {
		t.Fatal(err)
	}
	return found
}

// Of every kind the same is adopted, replaced, waited for and left alone.
func TestEnsure(t *testing.T) {
	const adopted, replaced = "adopted", "replaced"
	keep := func(o client.Object) { o.SetFinalizers([]string{"example.com/keep"}) }
	for kind, thing := range things(appUID) {
		for name, tc := range map[string]struct {
			owner types.UID
			// there are the applications that exist.
			there  []client.Object
			change func(client.Object)
			want   string
		}{
			"what was made before":           {appUID, nil, func(client.Object) {}, adopted},
			"what others labelled":           {appUID, nil, func(o client.Object) { o.GetLabels()["theirs"], o.GetAnnotations()["theirs"] = "1", "1" }, adopted},
			"of an earlier attempt":          {appUID, nil, func(o client.Object) { o.GetLabels()[sparklabels.SubmissionID] = "id-0" }, replaced},
			"of another spec":                {appUID, nil, func(o client.Object) { o.GetAnnotations()[sparklabels.SpecHash] = "h2-0" }, replaced},
			"without a hash":                 {appUID, nil, func(o client.Object) { o.SetAnnotations(nil) }, replaced},
			"forged":                         {appUID, nil, thing.forge, replaced},
			"forged and kept":                {appUID, nil, func(o client.Object) { thing.forge(o); keep(o) }, "*apply.WaitError"},
			"of an application that is gone": {goneUID, nil, func(client.Object) {}, replaced},
			"of an application made anew":    {goneUID, []client.Object{application(appUID)}, func(client.Object) {}, replaced},
			"of one that is gone, and kept":  {goneUID, []client.Object{application(appUID)}, keep, "*apply.WaitError"},
			"of one that exists":             {goneUID, []client.Object{application(goneUID)}, func(client.Object) {}, "*apply.ConflictError"},
			"of one that is being deleted":   {goneUID, []client.Object{deleted(application(goneUID))}, func(client.Object) {}, "*apply.WaitError"},
			"of nobody":                      {appUID, nil, func(o client.Object) { o.SetOwnerReferences(nil) }, "*apply.ConflictError"},
			"of one that is gone, and another owner": {goneUID, nil, func(o client.Object) {
				job := ownedByJob()[0]
				job.Controller = nil
				o.SetOwnerReferences(append(o.GetOwnerReferences(), job))
			}, "*apply.ConflictError"},
			"of an owner of another kind":       {appUID, nil, func(o client.Object) { o.SetOwnerReferences(ownedByJob()) }, "*apply.ConflictError"},
			"of an owner of another operator's": {goneUID, nil, func(o client.Object) { o.GetOwnerReferences()[0].APIVersion = "example.com/v1" }, "*apply.ConflictError"},
		} {
			t.Run(kind+" "+name, func(t *testing.T) {
				existing := things(tc.owner)[kind].object
				tc.change(existing)
				c := builder(append(tc.there, existing)...).Build()
				got, err := apply.Ensure(t.Context(), c, desired(thing.object), confirmed)
				outcome := replaced
				if got.Existed {
					outcome = adopted
				}
				if err != nil {
					outcome = fmt.Sprintf("%T", err)
				}
				if outcome != tc.want {
					t.Fatalf("it was %s (%v), want %s", outcome, err, tc.want)
				}
				left := stored(t, c, existing)
				if isSame := apply.Same(thing.object, left); isSame != (err == nil) {
					t.Errorf("what is stored is what is desired: %t, and the error %v", isSame, err)
				}
				if isOld := left.GetUID() == "stored"; isOld != (outcome != replaced) {
					t.Errorf("what was there is still there: %t, and it was %s", isOld, outcome)
				}
				if outcome == replaced {
					return
				}
				// Nothing that was found is changed by looking again.
				if again, secondErr := apply.Ensure(t.Context(), c, desired(thing.object), confirmed); again.Existed != got.Existed || fmt.Sprint(secondErr) != fmt.Sprint(err) {
					t.Errorf("again: %+v, %v", again, secondErr)
				}
			})
		}
	}
}

func ownedByJob() []metav1.OwnerReference {
	return []metav1.OwnerReference{{APIVersion: "batch/v1", Kind: "Job", Name: "pi", UID: "job", Controller: new(true)}}
}

func deleted(app *v1beta2.SparkApplication) *v1beta2.SparkApplication {
	app.DeletionTimestamp, app.Finalizers = new(metav1.NewTime(time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC))), []string{"example.com/keep"}
	return app
}

// A driver pod of an application that is gone is held by nobody but us: it goes immediately.
func TestEnsureFreesADriverThatNobodyNeeds(t *testing.T) {
	pod := driver(goneUID)
	pod.Finalizers = []string{sparklabels.DriverEnd}
	c := builder(application(appUID), pod).Build()
	if got, err := apply.Ensure(t.Context(), c, desired(driver(appUID)), confirmed); err != nil || got.Existed {
		t.Errorf("Ensure = %+v, %v", got, err)
	}
}

// What somebody makes again and again in our name is no object of ours, and not fought over for ever.
func TestEnsureGivesUpOnWhatIsForgedAgain(t *testing.T) {
	forged := things(appUID)["ConfigMap"]
	forged.forge(forged.object)
	c := builder(forged.object).WithInterceptorFuncs(interceptor.Funcs{
		Delete: func(ctx context.Context, c client.WithWatch, o client.Object, opts ...client.DeleteOption) error {
			again := forged.object.DeepCopyObject().(client.Object)
			again.SetUID(o.GetUID() + "+")
			again.SetResourceVersion("")
			return errors.Join(c.Delete(ctx, o, opts...), c.Create(ctx, again))
		},
	}).Build()
	_, err := apply.Ensure(t.Context(), c, desired(things(appUID)["ConfigMap"].object), confirmed)
	want := "configmap team/thing names this application as its owner, but the operator has not made it, and it came back after it was deleted: " +
		"find out who makes it, and delete it"
	if conflict, isConflict := errors.AsType[*apply.ConflictError](err); !isConflict || conflict.Error() != want {
		t.Errorf("error = %v, want %s", err, want)
	}
}

// A leader that was deposed may find what its successor has made for the attempt that follows.
func TestEnsureDeletesNothingUnconfirmed(t *testing.T) {
	deposed := errors.New("deposed")
	for kind, thing := range things(appUID) {
		existing := things(appUID)[kind].object
		existing.GetLabels()[sparklabels.SubmissionID] = "id-2"
		c := builder(existing).Build()
		_, err := apply.Ensure(t.Context(), c, desired(thing.object), func(context.Context) error { return deposed })
		if _, isUnconfirmed := errors.AsType[*apply.UnconfirmedError](err); !isUnconfirmed || !errors.Is(err, deposed) {
			t.Errorf("%s: error = %v, want that of the confirmation", kind, err)
		}
		if left := stored(t, c, existing); left.GetUID() != "stored" {
			t.Errorf("%s was deleted", kind)
		}
	}
}

// Whichever call fails, before or after it took effect, the next Ensure finishes what this one began.
func TestEnsureIsFinishedByTheNextCallWhateverFailed(t *testing.T) {
	cut := errors.New("connection cut")
	for kind, thing := range things(appUID) {
		// Creation, look, owner, deletion (and the finalizer), creation.
		for failing := range 5 {
			for _, tookEffect := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s, call %d fails, took effect %t", kind, failing, tookEffect), func(t *testing.T) {
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
					old := things(goneUID)[kind].object
					if _, isPod := old.(*corev1.Pod); isPod {
						old.SetFinalizers([]string{sparklabels.DriverEnd})
					}
					c := builder(old, application(appUID)).WithInterceptorFuncs(interceptor.Funcs{
						Get: func(ctx context.Context, c client.WithWatch, key client.ObjectKey, o client.Object, opts ...client.GetOption) error {
							return call(func() error { return c.Get(ctx, key, o, opts...) })
						},
						Create: func(ctx context.Context, c client.WithWatch, o client.Object, opts ...client.CreateOption) error {
							return call(func() error { return c.Create(ctx, o, opts...) })
						},
						Delete: func(ctx context.Context, c client.WithWatch, o client.Object, opts ...client.DeleteOption) error {
							return call(func() error { return c.Delete(ctx, o, opts...) })
						},
						Patch: func(ctx context.Context, c client.WithWatch, o client.Object, p client.Patch, opts ...client.PatchOption) error {
							return call(func() error { return c.Patch(ctx, o, p, opts...) })
						},
					}).Build()
					if _, err := apply.Ensure(t.Context(), c, desired(thing.object), confirmed); !errors.Is(err, cut) {
						t.Fatalf("first call = %v, want the client's error", err)
					}
					if _, err := apply.Ensure(t.Context(), c, desired(thing.object), confirmed); err != nil {
						t.Fatal(err)
					}
					if !apply.Same(thing.object, stored(t, c, thing.object)) {
						t.Error("what is stored is not what is desired")
					}
				})
			}
		}
	}
}

// Whether the owner exists is asked before anything of its is deleted, and no answer is no permission.
func TestEnsureDeletesNothingWhereTheOwnerIsNotKnown(t *testing.T) {
	down := apierrors.NewInternalError(errors.New("etcd is down"))
	existing := things(goneUID)["Service"].object
	c := builder(existing).WithInterceptorFuncs(interceptor.Funcs{
		Get: func(ctx context.Context, c client.WithWatch, key client.ObjectKey, o client.Object, opts ...client.GetOption) error {
			if key.Name == "pi" {
				return down
			}
			return c.Get(ctx, key, o, opts...)
		},
	}).Build()
	if _, err := apply.Ensure(t.Context(), c, desired(things(appUID)["Service"].object), confirmed); !errors.Is(err, down) {
		t.Errorf("error = %v, want the client's", err)
	}
	if left := stored(t, c, existing); left.GetUID() != "stored" {
		t.Error("it was deleted")
	}
}

// What comes and goes between two calls is neither ours nor a conflict.
func TestEnsureTriesAgainWhereNothingIsFound(t *testing.T) {
	creations := 0
	c := builder().WithInterceptorFuncs(interceptor.Funcs{
		Create: func(context.Context, client.WithWatch, client.Object, ...client.CreateOption) error {
			creations++
			return apierrors.NewAlreadyExists(schema.GroupResource{Resource: "services"}, "thing")
		},
	}).Build()
	if _, err := apply.Ensure(t.Context(), c, desired(things(appUID)["Service"].object), confirmed); err == nil || creations != 3 {
		t.Errorf("error %v after %d creations", err, creations)
	}
}

func TestWaitErrorSaysWhatIsWaitedFor(t *testing.T) {
	at := time.Date(2026, 11, 1, 12, 0, 40, 0, time.UTC)
	pod := driver(goneUID)
	pod.DeletionTimestamp, pod.DeletionGracePeriodSeconds = new(metav1.NewTime(at)), ptr.To[int64](40)
	pod.Finalizers = []string{sparklabels.DriverEnd, "example.com/keep"}
	c := builder(application(appUID), pod).Build()
	_, err := apply.Ensure(t.Context(), c, desired(driver(appUID)), confirmed)
	want := "waiting for pod team/thing to go, which is left of SparkApplication pi (UID gone); the finalizers example.com/keep keep it; " +
		"it was deleted at 2026-11-01T12:00:00Z and has until 2026-11-01T12:00:40Z"
	if diff := cmp.Diff(want, strings.TrimSpace(fmt.Sprint(err))); diff != "" {
		t.Errorf("error (-want +got):\n%s", diff)
	}
	if wait, isWait := errors.AsType[*apply.WaitError](err); !isWait || !wait.Due.Equal(at) || !wait.Since.Equal(at.Add(-40*time.Second)) {
		t.Errorf("wait %+v", wait)
	}
}
