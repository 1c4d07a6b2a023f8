// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package installation

import (
	"context"
	"fmt"
	"maps"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	configv1alpha1 "github.com/alauda/spark-operator/apis/config/v1alpha1"
	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/identity"
	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/internal/testing/builder"
	"github.com/alauda/spark-operator/internal/testing/kubelet"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// everyObject is an application whose submission makes every kind of object that there is.
func everyObject(namespace, name string) *v1beta2.SparkApplication {
	const claim = "spark.kubernetes.driver.volumes.persistentVolumeClaim.work."
	app := smallest(namespace, name)
	app.Spec.SparkVersion = "4.3.0" // has a NetworkPolicy
	app.Spec.SparkConf = map[string]string{
		// Spark would ignore these two, which makes two events of one kind.
		"not.spark": "1", "nor.this": "2",
		claim + "options.claimName": "OnDemand", claim + "options.sizeLimit": "1Gi", claim + "options.storageClass": "fast", claim + "mount.path": "/work",
	}
	app.Spec.DriverIngressOptions = []v1beta2.DriverIngressConfiguration{
		{ServicePort: new(int32(8888)), ServicePortName: new("notebook"), IngressURLFormat: "{{$appName}}.example.com"},
	}
	app.Spec.DriverPodDisruptionBudget = new(true)
	return app
}

// budgets let the controller make what everyObject asks for.
const budgets = "driverPodDisruptionBudget: {enabled: true}\n"

func smallest(namespace, name string) *v1beta2.SparkApplication {
	restricted := &corev1.SecurityContext{
		AllowPrivilegeEscalation: new(false), Capabilities: &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}},
		RunAsNonRoot: new(true), SeccompProfile: &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault},
	}
	return builder.SparkApplication(namespace, name, func(app *v1beta2.SparkApplication) {
		app.Spec.Driver.SecurityContext, app.Spec.Executor.SecurityContext = restricted, restricted
	})
}

// liveAndDie takes an application through a failure and another attempt to its end, after which it is removed.
func liveAndDie(t *testing.T, namespace string) {
	t.Helper()
	app := everyObject(namespace, "lives")
	app.Spec.RestartPolicy = v1beta2.RestartPolicy{
		Type: v1beta2.RestartPolicyOnFailure, OnFailureRetries: new(int32(1)), OnFailureRetryInterval: new(int64(1)),
	}
	app.Spec.TimeToLiveSeconds = new(int64(1))
	must(t, admin.Create(t.Context(), app))
	first := awaitDriver(t, app, "")
	missMount(t, app, first)
	must(t, nodes().Start(t.Context(), first))
	await(t, app, v1beta2.ApplicationStateRunning)
	must(t, nodes().End(t.Context(), first, 1))
	second := awaitDriver(t, app, first.UID)
	must(t, nodes().Start(t.Context(), second))
	must(t, nodes().End(t.Context(), second, 0))
	eventually(t, "the end of its time to live", func(ctx context.Context) error {
		if err := admin.Get(ctx, client.ObjectKeyFromObject(app), app); err != nil {
			return client.IgnoreNotFound(err)
		}
		return fmt.Errorf("state %s: %s", app.Status.AppState.State, app.Status.AppState.ErrorMessage)
	})
}

// scheduleOf returns a schedule that runs only because it is asked to, which is immediately.
func scheduleOf(namespace, name string) *v1beta2.ScheduledSparkApplication {
	return &v1beta2.ScheduledSparkApplication{
		TypeMeta:   metav1.TypeMeta{APIVersion: v1beta2.GroupVersion.String(), Kind: "ScheduledSparkApplication"},
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: namespace, Annotations: map[string]string{sparklabels.RunNow: "once"}},
		Spec: v1beta2.ScheduledSparkApplicationSpec{
			Schedule: "@yearly", Suspend: new(true), SuccessfulRunHistoryLimit: new(int32(0)), Template: smallest(namespace, name).Spec,
		},
	}
}

// runSchedule takes a run of a schedule to its end, after which it is pruned.
func runSchedule(t *testing.T, namespace string) {
	t.Helper()
	schedule := scheduleOf(namespace, "scheduled")
	must(t, admin.Create(t.Context(), schedule))
	run := &v1beta2.SparkApplication{}
	eventually(t, "a run of the schedule", func(ctx context.Context) error {
		if err := admin.Get(ctx, client.ObjectKeyFromObject(schedule), schedule); err != nil {
			return err
		}
		if schedule.Status.LastRunName == "" {
			return fmt.Errorf("status %+v", schedule.Status)
		}
		return admin.Get(ctx, client.ObjectKey{Namespace: namespace, Name: schedule.Status.LastRunName}, run)
	})
	driver := awaitDriver(t, run, "")
	must(t, nodes().Start(t.Context(), driver))
	must(t, nodes().End(t.Context(), driver, 0))
	eventually(t, "the run to be pruned", func(ctx context.Context) error {
		if err := admin.Get(ctx, client.ObjectKeyFromObject(run), run); err != nil {
			return client.IgnoreNotFound(err)
		}
		return fmt.Errorf("state %s", run.Status.AppState.State)
	})
	must(t, admin.Delete(t.Context(), schedule))
}

// missMount holds a driver up by what only an event reports.
func missMount(t *testing.T, app *v1beta2.SparkApplication, driver *corev1.Pod) {
	t.Helper()
	must(t, nodes().MissMount(t.Context(), driver))
	eventually(t, "the failed mount in the status", func(ctx context.Context) error {
		if err := admin.Get(ctx, client.ObjectKeyFromObject(app), app); err != nil {
			return err
		}
		ready := meta.FindStatusCondition(app.Status.Conditions, v1beta2.ConditionDriverReady)
		if ready == nil || ready.Reason != "FailedMount" {
			return fmt.Errorf("condition %+v", ready)
		}
		return nil
	})
}

// interrupt makes an application and all objects of its submission, as if the operator had ended after the last of
// them. It must not be running.
func interrupt(t *testing.T, namespace string) (*v1beta2.SparkApplication, *corev1.Pod) {
	t.Helper()
	app := everyObject(namespace, "adopted")
	must(t, admin.Create(t.Context(), app))
	app.SetGroupVersionKind(v1beta2.GroupVersion.WithKind("SparkApplication"))
	cfg := configv1alpha1.DefaultControllerConfiguration()
	cfg.DriverPodDisruptionBudget.Enabled = true
	plan, err := planning.NewPlan(app, identity.Of(app, 1), planning.Configured(cfg))
	must(t, err)
	objects, err := plan.Render()
	must(t, err)
	dependents, err := plan.DependentObjects()
	must(t, err)
	for _, object := range append(dependents, objects.InOrder()...) {
		made, isObject := object.(client.Object)
		if !isObject {
			t.Fatalf("%T is no object of a client", object)
		}
		annotations := maps.Clone(made.GetAnnotations())
		if annotations == nil {
			annotations = map[string]string{}
		}
		annotations[sparklabels.SpecHash] = plan.Attempt().SpecHash
		made.SetAnnotations(annotations)
		must(t, admin.Create(t.Context(), made))
	}
	return app, objects.Driver
}

// adopt has the operator find the objects of an interrupted submission.
func adopt(t *testing.T, app *v1beta2.SparkApplication, driver *corev1.Pod) {
	t.Helper()
	await(t, app, v1beta2.ApplicationStateSubmitted)
	if found := awaitDriver(t, app, ""); found.UID != driver.UID {
		t.Errorf("the driver that was there has been replaced")
	}
	// A driver that vanishes is asked for at the API server before it is called lost.
	vanish(t, driver)
	await(t, app, v1beta2.ApplicationStateFailed)
	must(t, admin.Delete(t.Context(), app))
}

// vanish takes a pod away with force, its finalizers too.
func vanish(t *testing.T, pod *corev1.Pod) {
	t.Helper()
	must(t, admin.Patch(t.Context(), pod, client.RawPatch("application/merge-patch+json", []byte(`{"metadata":{"finalizers":null}}`))))
	err := admin.Delete(t.Context(), pod, client.GracePeriodSeconds(0))
	if !apierrors.IsNotFound(err) {
		must(t, err)
	}
}

func await(t *testing.T, app *v1beta2.SparkApplication, state v1beta2.ApplicationStateType) {
	t.Helper()
	eventually(t, app.Name+" to be "+string(state), func(ctx context.Context) error {
		if err := admin.Get(ctx, client.ObjectKeyFromObject(app), app); err != nil {
			return err
		}
		if got := app.Status.AppState; got.State != state {
			return fmt.Errorf("state is %q: %s", got.State, got.ErrorMessage)
		}
		return nil
	})
}

// awaitDriver waits for a driver pod that is not the former one.
func awaitDriver(t *testing.T, app *v1beta2.SparkApplication, former types.UID) *corev1.Pod {
	t.Helper()
	pod := &corev1.Pod{}
	eventually(t, "a driver of "+app.Name, func(ctx context.Context) error {
		if err := admin.Get(ctx, client.ObjectKey{Namespace: app.Namespace, Name: app.Name + "-driver"}, pod); err != nil {
			return err
		}
		if pod.UID == former {
			return fmt.Errorf("pod %s is the former one", pod.Name)
		}
		return nil
	})
	return pod
}

// nodes are what would run the pods.
func nodes() kubelet.Kubelet { return kubelet.Kubelet{Client: admin} }
