// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkapplication

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	clocktesting "k8s.io/utils/clock/testing"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"
	"sigs.k8s.io/controller-runtime/pkg/event"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/caching"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// forged returns a pod as anybody may label it: with an application's labels or some of them, other owners or none,
// finalizers and empty parts.
func forged(r *rand.Rand, n int, app *v1beta2.SparkApplication) *corev1.Pod {
	one := func(texts ...string) string { return texts[r.IntN(len(texts))] }
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: app.Namespace, Name: fmt.Sprint("forged-", n), UID: types.UID(fmt.Sprint(n))}}
	labels := map[string]string{
		sparklabels.AppName: one(app.Name, "other", "", strings.Repeat("a", 63)), sparklabels.SparkRole: one(sparklabels.RoleDriver, sparklabels.RoleExecutor, "", "x"),
		sparklabels.SubmissionID: one(app.Status.SubmissionID, "", "7"), sparklabels.LaunchedByOperator: one(sparklabels.True, "false"),
		sparklabels.SparkAppSelector: one("spark-1", ""), "example.com/" + strings.Repeat("b", 63): "",
	}
	for name := range labels {
		if r.IntN(5) == 0 {
			delete(labels, name)
		}
	}
	if r.IntN(10) > 0 {
		pod.Labels = labels
	}
	if r.IntN(2) == 0 {
		pod.Annotations = map[string]string{sparklabels.Domain + "x": strings.Repeat("c", r.IntN(2000)), "": ""}
	}
	for range r.IntN(3) {
		controls := r.IntN(2) == 0
		pod.OwnerReferences = append(pod.OwnerReferences, metav1.OwnerReference{
			APIVersion: one(v1beta2.GroupVersion.String(), "v1", ""), Kind: one("SparkApplication", "Pod", ""), Name: one(app.Name, ""),
			UID: types.UID(one("another", "")), Controller: []*bool{nil, &controls}[r.IntN(2)],
		})
	}
	if r.IntN(3) == 0 {
		pod.Finalizers = []string{sparklabels.DriverEnd}
	}
	pod.Status.Phase = corev1.PodPhase(one("Pending", "Running", "Succeeded", "Failed", "Unknown", "", "x"))
	pod.Status.ContainerStatuses = make([]corev1.ContainerStatus, r.IntN(3))
	pod.Status.Conditions = make([]corev1.PodCondition, r.IntN(3))
	return pod
}

// Ten thousand pods of anybody that name an application are none of it, make nothing panic, and cost each reconcile no
// more than a few requests.
func TestPodsOfAnybodyHarmNothing(t *testing.T) {
	const flood = 10_000
	app := submittedApp(1)
	genuine := driverPod(app, 1, "pi-driver")
	r := rand.New(rand.NewPCG(7, 7))
	all := []client.Object{app, genuine}
	reconciler := &Reconciler{Clock: clocktesting.NewFakePassiveClock(start)}
	events := podEvents{reconciler.departed}
	names := inQueue(t, gatherDelay, func(q queue) {
		for n := range flood {
			pod := forged(r, n, app)
			_ = caching.ApplicationOfPod(pod)
			kept, err := caching.TransformPod(pod)
			if err != nil {
				t.Fatal(err)
			}
			events.Create(t.Context(), event.CreateEvent{Object: kept.(*corev1.Pod)}, q)
			events.Update(t.Context(), event.UpdateEvent{ObjectOld: kept.(*corev1.Pod), ObjectNew: forged(r, n, app)}, q)
			events.Delete(t.Context(), event.DeleteEvent{Object: kept.(*corev1.Pod)}, q)
			if n < flood/10 {
				all = append(all, pod) // The fake API server is slow.
			}
		}
	})
	if len(names) != 3 {
		t.Errorf("%d reconciles of applications with three names", len(names))
	}
	requests := 0
	c := builder(all...).WithInterceptorFuncs(interceptor.Funcs{
		Patch: func(ctx context.Context, c client.WithWatch, o client.Object, p client.Patch, opts ...client.PatchOption) error {
			requests++
			return c.Patch(ctx, o, p, opts...)
		},
		Delete: func(ctx context.Context, c client.WithWatch, o client.Object, opts ...client.DeleteOption) error {
			requests++
			return c.Delete(ctx, o, opts...)
		},
	}).Build()
	reconciler.Client, reconciler.APIReader = c, c
	for range 30 {
		requests = 0
		obs := observed(t, reconciler, app)
		if obs.Driver == nil || obs.Driver.Name != genuine.Name || len(obs.Executors) > 0 {
			t.Fatalf("driver %v, %d executors", obs.Driver, len(obs.Executors))
		}
		if requests > 2*maxOrphans {
			t.Fatalf("%d requests for pods of others", requests)
		}
	}
	if requests > 0 {
		t.Errorf("after 30 reconciles there are orphans left")
	}
}
