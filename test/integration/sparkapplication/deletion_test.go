// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkapplication

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	configv1alpha1 "github.com/alauda/spark-operator/apis/config/v1alpha1"
	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/submission/sparksubmit"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

const archive = "example.com/archive"

func held(app *v1beta2.SparkApplication) { app.Finalizers = []string{archive} }

// runningWithExecutor starts an application that has a running driver and a running executor.
func runningWithExecutor(t *testing.T, app *v1beta2.SparkApplication) (driverPod, executorPod *corev1.Pod) {
	t.Helper()
	create(t, app)
	until(t, app, submitted)
	driverPod = driver(t, app)
	runs(t, driverPod)
	executorPod = executor(t, app, 1)
	runs(t, executorPod)
	until(t, app, running)
	return driverPod, executorPod
}

func remove(t *testing.T, object client.Object, options ...client.DeleteOption) {
	t.Helper()
	if err := api.Delete(t.Context(), object, options...); err != nil {
		t.Fatal(err)
	}
}

func patch(t *testing.T, object client.Object, patch string) {
	t.Helper()
	if err := api.Patch(t.Context(), object, client.RawPatch(types.MergePatchType, []byte(patch))); err != nil {
		t.Fatal(err)
	}
}

// freed waits until the operator holds the pod no longer, and checks that nobody has deleted it.
func freed(t *testing.T, pod *corev1.Pod) {
	t.Helper()
	eventually(t, func(ctx context.Context) bool {
		return api.Get(ctx, client.ObjectKeyFromObject(pod), pod) == nil && !slices.Contains(pod.Finalizers, sparklabels.DriverEnd)
	}, func() string { return fmt.Sprintf("pod %s to be without finalizers, not %v", pod.Name, pod.Finalizers) })
	stays(t, pod)
}

// stays checks that nobody deletes these very objects.
func stays(t *testing.T, objects ...client.Object) {
	t.Helper()
	consistently(t, func(ctx context.Context) bool {
		for _, object := range objects {
			uid := object.GetUID()
			if api.Get(ctx, client.ObjectKeyFromObject(object), object) != nil || object.GetUID() != uid || !object.GetDeletionTimestamp().IsZero() {
				return false
			}
		}
		return true
	})
}

func applicationGone(t *testing.T, app *v1beta2.SparkApplication) {
	t.Helper()
	eventually(t, func(ctx context.Context) bool {
		return apierrors.IsNotFound(api.Get(ctx, client.ObjectKeyFromObject(app), app))
	}, func() string { return fmt.Sprintf("the application to go, finalizers %v", app.Finalizers) })
}

// services returns the Services of the application.
func services(t *testing.T, app *v1beta2.SparkApplication) []client.Object {
	t.Helper()
	list := &corev1.ServiceList{}
	if err := api.List(t.Context(), list, client.InNamespace(app.Namespace), client.MatchingLabels{sparklabels.AppName: app.Name}); err != nil {
		t.Fatal(err)
	}
	var found []client.Object
	for i := range list.Items {
		found = append(found, &list.Items[i])
	}
	return found
}

// Somebody's finalizer holds a deleted application for as long as it likes; its run does not go on meanwhile.
func TestRunOfADeletedApplicationThatIsHeldEnds(t *testing.T) {
	app := newApplication(newNamespace(t), held)
	startController(t, app.Namespace)
	driverPod, executorPod := runningWithExecutor(t, app)
	remove(t, app)
	// A pod on a node has its grace period, and the kubelet is not here; these were never bound.
	gone(t, driverPod)
	gone(t, executorPod)
	eventually(t, func(context.Context) bool { return len(dependents(t, app)) == 0 }, func() string { return fmt.Sprint("objects are left: ", dependents(t, app)) })
	patch(t, app, `{"metadata":{"finalizers":null}}`)
	applicationGone(t, app)
}

// Who holds the application may want to know how it ended, and to read the driver's log.
func TestEndOfADeletedApplicationThatIsHeldIsRecorded(t *testing.T) {
	app := newApplication(newNamespace(t), held)
	stop := startController(t, app.Namespace)
	create(t, app)
	until(t, app, submitted)
	stop()
	pod := driver(t, app)
	ends(t, pod, 0)
	remove(t, app)
	startController(t, app.Namespace)
	until(t, app, completed)
	freed(t, pod)
}

// finalizersPatch takes one finalizer from those that the application has.
func finalizersPatch(t *testing.T, app *v1beta2.SparkApplication, finalizer string) []byte {
	t.Helper()
	if err := api.Get(t.Context(), client.ObjectKeyFromObject(app), app); err != nil {
		t.Fatal(err)
	}
	left := slices.DeleteFunc(slices.Clone(app.Finalizers), func(name string) bool { return name == finalizer })
	if len(left) == len(app.Finalizers) {
		t.Fatalf("finalizers %v lack %s", app.Finalizers, finalizer)
	}
	patch, err := json.Marshal(map[string]any{"metadata": map[string]any{"finalizers": left}})
	if err != nil {
		t.Fatal(err)
	}
	return patch
}

// Orphaning is the garbage collector's work, which is played here: it takes itself from the owners, then removes its
// finalizer.
func TestOrphanedPodsRunOn(t *testing.T) {
	for name, change := range map[string]func(*v1beta2.SparkApplication){
		"as kubectl does it":       func(*v1beta2.SparkApplication) {},
		"of one that is held, too": held,
	} {
		t.Run(name, func(t *testing.T) {
			app := newApplication(newNamespace(t), change)
			startController(t, app.Namespace)
			driverPod, executorPod := runningWithExecutor(t, app)
			remove(t, app, client.PropagationPolicy(metav1.DeletePropagationOrphan))
			freed(t, driverPod)
			kept := append(services(t, app), driverPod, executorPod)
			if len(kept) != 4 {
				t.Errorf("%d objects, want 2 Services and 2 pods", len(kept))
			}
			stays(t, kept...)
			for _, object := range kept {
				if metav1.IsControlledBy(object, app) {
					patch(t, object, `{"metadata":{"ownerReferences":null}}`)
				}
			}
			patch(t, app, string(finalizersPatch(t, app, metav1.FinalizerOrphanDependents)))
			stays(t, kept...)
			if slices.Contains(app.Finalizers, archive) {
				patch(t, app, `{"metadata":{"finalizers":null}}`)
			}
			applicationGone(t, app)
			stays(t, kept...)
		})
	}
}

// In a foreground deletion the garbage collector, which is played here, deletes first what the application owns.
func TestForegroundDeletionIsTheGarbageCollectors(t *testing.T) {
	app := newApplication(newNamespace(t))
	startController(t, app.Namespace)
	driverPod, executorPod := runningWithExecutor(t, app)
	remove(t, app, client.PropagationPolicy(metav1.DeletePropagationForeground))
	freed(t, driverPod)
	stays(t, executorPod)
	remove(t, driverPod, client.PropagationPolicy(metav1.DeletePropagationBackground))
	gone(t, driverPod)
	patch(t, app, `{"metadata":{"finalizers":null}}`)
	applicationGone(t, app)
}

// A namespace loses its label while the operator is down, and its applications are deleted: nothing keeps their pods.
func TestDriverOfANamespaceThatIsServedNoMoreGoes(t *testing.T) {
	app := newApplication(newNamespace(t))
	labelled := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: app.Namespace}}
	patch(t, labelled, fmt.Sprintf(`{"metadata":{"labels":{"spark":%q}}}`, app.Namespace))
	byLabel := func(cfg *configv1alpha1.ControllerConfiguration) {
		cfg.Namespaces, cfg.NamespaceSelector = nil, &metav1.LabelSelector{MatchLabels: map[string]string{"spark": app.Namespace}}
	}
	stop := startControllerWith(t, app.Namespace, sparksubmit.Options{}, byLabel)
	create(t, app)
	until(t, app, submitted)
	stop()
	patch(t, labelled, `{"metadata":{"labels":{"spark":null}}}`)
	pod := driver(t, app)
	remove(t, app, client.PropagationPolicy(metav1.DeletePropagationForeground))
	remove(t, pod, client.GracePeriodSeconds(0))
	startControllerWith(t, app.Namespace, sparksubmit.Options{}, byLabel)
	gone(t, pod)
}
