// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkapplication

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/identity"
	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/internal/submission/mode"
	"github.com/alauda/spark-operator/internal/submission/sparksubmit"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// whole has every kind of object beside its driver: ConfigMaps, Services, Ingresses, a budget, a volume claim and, by
// its version, a network policy.
func whole(app *v1beta2.SparkApplication) {
	exposed(app)
	app.Spec.SparkVersion = "4.3.0"
	app.Spec.Monitoring = &v1beta2.MonitoringSpec{ExposeDriverMetrics: true, Prometheus: &v1beta2.PrometheusSpec{JmxExporterJar: "/jmx.jar"}}
	app.Spec.Driver.TerminationGracePeriodSeconds = ptr.To[int64](40)
	app.Spec.Driver.MemoryLimit = new("2Gi")
	const claim = "spark.kubernetes.driver.volumes.persistentVolumeClaim.work."
	app.Spec.SparkConf = map[string]string{
		claim + "mount.path": "/work", claim + "options.claimName": "OnDemand", claim + "options.storageClass": "fast", claim + "options.sizeLimit": "1Gi",
	}
}

// objectsOf returns everything of an application's by kind and name, with its UID.
func objectsOf(t *testing.T, app *v1beta2.SparkApplication) map[string]types.UID {
	t.Helper()
	found := map[string]types.UID{}
	for _, list := range []client.ObjectList{
		&corev1.ConfigMapList{}, &corev1.ServiceList{}, &corev1.PersistentVolumeClaimList{}, &networkingv1.NetworkPolicyList{}, &networkingv1.IngressList{},
		&policyv1.PodDisruptionBudgetList{}, &corev1.PodList{},
	} {
		if err := api.List(t.Context(), list, client.InNamespace(app.Namespace), client.MatchingLabels{sparklabels.AppName: app.Name}); err != nil {
			t.Fatal(err)
		}
		if err := meta.EachListItem(list, func(item runtime.Object) error {
			object, isObject := item.(client.Object)
			if !isObject {
				return fmt.Errorf("%T is no object", item)
			}
			// A claim that a pod could use is kept by the API server.
			if object.GetDeletionTimestamp() == nil {
				found[fmt.Sprintf("%T %s", item, object.GetName())] = object.GetUID()
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	return found
}

// observeStates notes the states that the application comes to until the returned function is called.
func observeStates(t *testing.T, app *v1beta2.SparkApplication) (stop func() []v1beta2.ApplicationStateType) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan []v1beta2.ApplicationStateType, 1)
	go func() {
		var states []v1beta2.ApplicationStateType
		_ = wait.PollUntilContextCancel(ctx, 5*time.Millisecond, true, func(ctx context.Context) (bool, error) {
			now := &v1beta2.SparkApplication{}
			if api.Get(ctx, client.ObjectKeyFromObject(app), now) == nil && !slices.Contains(states, now.Status.AppState.State) {
				states = append(states, now.Status.AppState.State)
			}
			return false, nil
		})
		done <- states
	}()
	return func() []v1beta2.ApplicationStateType { cancel(); return <-done }
}

// waiting waits until the application says that it waits, with the given words.
func waiting(t *testing.T, app *v1beta2.SparkApplication, words ...string) {
	t.Helper()
	said := ""
	eventually(t, func(ctx context.Context) bool {
		if api.Get(ctx, client.ObjectKeyFromObject(app), app) != nil {
			return false
		}
		c := meta.FindStatusCondition(app.Status.Conditions, v1beta2.ConditionSucceeded)
		if c == nil || c.Reason != "WaitingForRemoval" {
			return false
		}
		said = c.Message
		return !slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(said, word) })
	}, func() string {
		return fmt.Sprintf("a wait for %v, said is %q; status now %+v", words, said, app.Status)
	})
}

// sparkSubmit plays spark-submit: it makes the driver of the next attempt of the application, and ends.
type sparkSubmit struct{ called, proceed string }

func newSparkSubmit(t *testing.T) (sparkSubmit, sparksubmit.Options) {
	t.Helper()
	dir := t.TempDir()
	s := sparkSubmit{filepath.Join(dir, "called"), filepath.Join(dir, "proceed")}
	script := fmt.Sprintf("touch %s; while [ ! -e %s ]; do sleep 0.05; done; rm %[2]s", s.called, s.proceed)
	return s, sparksubmit.Options{Home: fakeSpark(t, script), Dir: t.TempDir()}
}

func (s sparkSubmit) makeDriver(t *testing.T, app *v1beta2.SparkApplication) {
	t.Helper()
	eventually(t, func(context.Context) bool { _, err := os.Stat(s.called); return err == nil }, func() string { return "spark-submit to be called" })
	for _, object := range rendered(t, app) {
		create(t, object)
	}
	if err := os.Remove(s.called); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(s.proceed, nil, 0o600); err != nil {
		t.Fatal(err)
	}
}

// rendered returns the objects of the application's next attempt, the driver last.
func rendered(t *testing.T, app *v1beta2.SparkApplication) []client.Object {
	t.Helper()
	if err := api.Get(t.Context(), client.ObjectKeyFromObject(app), app); err != nil {
		t.Fatal(err)
	}
	plan, err := planning.NewPlan(app, identity.Of(app, app.Status.Attempt+1), planning.Options{})
	if err != nil {
		t.Fatal(err)
	}
	all, err := plan.Render()
	if err != nil {
		t.Fatal(err)
	}
	var objects []client.Object
	for _, object := range all.InOrder() {
		annotations := object.GetAnnotations()
		if annotations == nil {
			annotations = map[string]string{}
		}
		annotations[sparklabels.SpecHash] = plan.Attempt().SpecHash
		object.SetAnnotations(annotations)
		objects = append(objects, object.(client.Object))
	}
	return objects
}

// An application is deleted and made anew immediately, as workflow engines and GitOps tools do. Nothing collects
// garbage here, and no kubelet ends a pod: the new one waits for the driver of the old one, removes what else is left
// of it, and never fails for it.
func TestMadeAnew(t *testing.T) {
	states := map[string]func(*testing.T, *v1beta2.SparkApplication){
		"before its driver is in the status": func(t *testing.T, app *v1beta2.SparkApplication) { t.Helper(); forgetStatus(t, app) },
		"running": func(t *testing.T, app *v1beta2.SparkApplication) {
			t.Helper()
			runs(t, driver(t, app))
		},
		"completed": func(t *testing.T, app *v1beta2.SparkApplication) {
			t.Helper()
			ends(t, driver(t, app), 0)
		},
		"failed": func(t *testing.T, app *v1beta2.SparkApplication) { t.Helper(); ends(t, driver(t, app), 1) },
	}
	for _, m := range []mode.Mode{mode.Native, mode.SparkSubmit} {
		for name, reach := range states {
			t.Run(string(m)+" "+name, func(t *testing.T) {
				ns := newNamespace(t)
				app := newApplication(ns, whole, submittedBy(m))
				spark, options := newSparkSubmit(t)
				stop := startControllerWith(t, ns, options, exposing)
				create(t, app)
				if m == mode.SparkSubmit {
					spark.makeDriver(t, app)
				}
				until(t, app, submitted)
				bind(t, driver(t, app))
				if name == "before its driver is in the status" {
					stop()
				}
				reach(t, app)
				if name == "completed" || name == "failed" {
					until(t, app, v1beta2.ApplicationStateType(strings.ToUpper(name)))
				}
				old := objectsOf(t, app)
				if err := api.Delete(t.Context(), app); err != nil {
					t.Fatal(err)
				}
				again := newApplication(ns, whole, submittedBy(m))
				create(t, again)
				states := observeStates(t, again)
				if name == "before its driver is in the status" {
					startControllerWith(t, ns, options, exposing)
				}
				if name != "completed" && name != "failed" { // A pod that has ended goes as soon as it is deleted.
					waiting(t, again, "pod "+ns+"/pi-driver", string(app.UID), "has until")
					if pod := driver(t, again); pod.UID != old["*v1.Pod pi-driver"] || pod.DeletionTimestamp == nil {
						t.Errorf("the driver in the way is %s, deleted at %v", pod.UID, pod.DeletionTimestamp)
					}
					if err := api.Delete(t.Context(), driver(t, again), client.GracePeriodSeconds(0)); err != nil {
						t.Fatal(err)
					}
				}
				if m == mode.SparkSubmit {
					spark.makeDriver(t, again)
				}
				until(t, again, submitted)
				runs(t, driver(t, again))
				until(t, again, running)
				besideDriver(t, again) // All are the new one's.
				service := &corev1.Service{}
				if err := api.Get(t.Context(), client.ObjectKey{Namespace: ns, Name: "pi-ui-svc"}, service); err != nil {
					t.Fatal(err)
				}
				if info := again.Status.DriverInfo; info.WebUIServiceName != "pi-ui-svc" || info.WebUIAddress != service.Spec.ClusterIP+":4040" {
					t.Errorf("driverInfo %+v, the Service has %s", info, service.Spec.ClusterIP)
				}
				for object, uid := range objectsOf(t, again) {
					if old[object] == uid && slices.Contains(fixed, object) {
						t.Errorf("%s is the old one's", object)
					}
				}
				ends(t, driver(t, again), 0)
				until(t, again, completed)
				want := []v1beta2.ApplicationStateType{"", submitted, running, v1beta2.ApplicationStateSucceeding, completed}
				for _, state := range states() {
					if !slices.Contains(want, state) {
						t.Errorf("it came to %s", state)
					}
				}
			})
		}
	}
}

// fixed are the objects whose names are the same for every application of a name.
var fixed = []string{
	"*v1.Pod pi-driver", "*v1.ConfigMap pi-prom-conf", "*v1.Service pi-ui-svc", "*v1.Service pi-driver-8888", "*v1.Ingress pi-ui-ingress", "*v1.Ingress pi-ing-8888",
	"*v1.PodDisruptionBudget pi-driver",
}

// A driver that somebody else's finalizer keeps is named with it, and waited for.
func TestMadeAnewWhileAFinalizerKeepsTheDriver(t *testing.T) {
	app := newApplication(newNamespace(t))
	startController(t, app.Namespace)
	create(t, app)
	until(t, app, submitted)
	pod := driver(t, app)
	finalizers := func(value string) {
		t.Helper()
		patch := client.RawPatch(types.MergePatchType, fmt.Appendf(nil, `{"metadata":{"finalizers":%s}}`, value))
		if err := api.Patch(t.Context(), pod, patch); err != nil {
			t.Fatal(err)
		}
	}
	finalizers(`["example.com/keep","` + sparklabels.DriverEnd + `"]`)
	if err := api.Delete(t.Context(), app); err != nil {
		t.Fatal(err)
	}
	again := newApplication(app.Namespace)
	create(t, again)
	waiting(t, again, "pi-driver", "example.com/keep keep it")
	consistently(t, func(context.Context) bool { return driver(t, again).UID == pod.UID })
	finalizers("null")
	until(t, again, submitted)
	if got := driver(t, again); got.UID == pod.UID {
		t.Error("the driver is the old one's")
	}
}

// What was made before a crash is found again and nothing of it is made anew, whatever the API server has added to it.
func TestEverythingIsAdoptedAfterACrash(t *testing.T) {
	ns := newNamespace(t)
	app := newApplication(ns, whole)
	stop := startControllerWith(t, ns, sparksubmit.Options{}, exposing)
	create(t, app)
	until(t, app, submitted)
	before := objectsOf(t, app)
	if len(before) < 12 {
		t.Fatalf("there are only %v", before)
	}
	stop()
	forgetStatus(t, app)
	startControllerWith(t, ns, sparksubmit.Options{}, exposing)
	until(t, app, submitted)
	if diff := cmp.Diff(before, objectsOf(t, app)); diff != "" {
		t.Errorf("objects (-before +after):\n%s", diff)
	}
}

// Who may create objects and read the application's UID makes the objects of its first attempt before the operator
// does. The driver starts with none of them.
func TestForgedObjects(t *testing.T) {
	ns := newNamespace(t)
	app := newApplication(ns, whole, func(app *v1beta2.SparkApplication) { app.Spec.Suspend = new(true) })
	startControllerWith(t, ns, sparksubmit.Options{}, exposing)
	create(t, app)
	until(t, app, v1beta2.ApplicationStateSuspended)
	forged := map[types.UID]string{}
	for _, object := range rendered(t, app) {
		switch o := object.(type) {
		case *corev1.ConfigMap:
			for file := range o.Data {
				o.Data[file] = "forged"
			}
		case *corev1.Service:
			o.Spec.Selector = map[string]string{"forged": "true"}
		case *corev1.PersistentVolumeClaim:
			continue // The controller that lets deleted claims go is not here.
		case *networkingv1.NetworkPolicy:
			o.Spec.Ingress = []networkingv1.NetworkPolicyIngressRule{{}}
		case *corev1.Pod:
			o.Spec.Containers[0].Image, o.Finalizers = "forged", nil
		}
		create(t, object)
		forged[object.GetUID()] = fmt.Sprintf("%T %s", object, object.GetName())
	}
	setSuspend(t, app, false)
	until(t, app, submitted)
	for object, uid := range objectsOf(t, app) {
		if forged[uid] != "" {
			t.Errorf("%s is forged", object)
		}
	}
	if pod := driver(t, app); pod.Spec.Containers[0].Image == "forged" {
		t.Errorf("the driver runs %s", pod.Spec.Containers[0].Image)
	}
}

// A submission that the cluster refuses for good leaves nothing; nothing would look after it any more.
func TestRefusedForGoodLeavesNothing(t *testing.T) {
	for name, change := range map[string]func(*v1beta2.SparkApplication){
		"without a retry": func(*v1beta2.SparkApplication) {},
		"after a retry": func(app *v1beta2.SparkApplication) {
			app.Spec.RestartPolicy = v1beta2.RestartPolicy{
				Type: v1beta2.RestartPolicyOnFailure, OnSubmissionFailureRetries: new(int32(1)), OnSubmissionFailureRetryInterval: ptr.To[int64](1),
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			ns := newNamespace(t)
			noPods(t, ns)
			app := newApplication(ns, whole, change)
			startControllerWith(t, ns, sparksubmit.Options{}, exposing)
			create(t, app)
			left := map[string]types.UID{}
			eventually(t, func(ctx context.Context) bool {
				if api.Get(ctx, client.ObjectKeyFromObject(app), app) != nil || app.Status.AppState.State != failed {
					return false
				}
				left = objectsOf(t, app)
				return true
			}, func() string { return fmt.Sprintf("state FAILED, status now %+v", app.Status) })
			if len(left) > 0 || !strings.Contains(app.Status.AppState.ErrorMessage, "exceeded quota") {
				t.Errorf("FAILED with %q, and left are %v", app.Status.AppState.ErrorMessage, left)
			}
		})
	}
}

// noPods keeps pods out of a namespace by a quota. Its controller, which is not here, writes the status.
func noPods(t *testing.T, namespace string) {
	t.Helper()
	hard := corev1.ResourceList{corev1.ResourcePods: resource.MustParse("0")}
	quota := &corev1.ResourceQuota{ObjectMeta: metaOf(namespace, "none"), Spec: corev1.ResourceQuotaSpec{Hard: hard}}
	create(t, quota)
	quota.Status = corev1.ResourceQuotaStatus{Hard: hard, Used: corev1.ResourceList{corev1.ResourcePods: resource.MustParse("0")}}
	if err := api.Status().Update(t.Context(), quota); err != nil {
		t.Fatal(err)
	}
	probe := func(ctx context.Context) bool {
		pod := &corev1.Pod{ObjectMeta: metaOf(namespace, "probe"), Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "a", Image: "a"}}}}
		err := api.Create(ctx, pod)
		if err == nil {
			_ = api.Delete(ctx, pod, client.GracePeriodSeconds(0))
		}
		return apierrors.IsForbidden(err)
	}
	eventually(t, probe, func() string { return "the quota to be enforced" })
}

func metaOf(namespace, name string) metav1.ObjectMeta {
	return metav1.ObjectMeta{Namespace: namespace, Name: name}
}
