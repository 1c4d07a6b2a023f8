// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package kueue

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/wait"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/pkg/sparklabels"
	"github.com/alauda/spark-operator/test/cluster"
)

const (
	upLimit  = 30 * time.Minute
	runLimit = 6 * time.Minute
	soon     = time.Minute
	queue    = "e2e-team"
)

// queues has room for one application at a time: each asks for 250m twice.
const queues = `
apiVersion: kueue.x-k8s.io/v1beta2
kind: ResourceFlavor
metadata: {name: e2e-linux}
spec:
  nodeLabels: {kubernetes.io/os: linux}
  tolerations: [{key: spot, operator: Exists, effect: NoSchedule}]
---
apiVersion: kueue.x-k8s.io/v1beta2
kind: ClusterQueue
metadata: {name: e2e-cluster}
spec:
  namespaceSelector: {}
  resourceGroups:
  - coveredResources: [cpu, memory]
    flavors:
    - name: e2e-linux
      resources:
      - {name: cpu, nominalQuota: 600m}
      - {name: memory, nominalQuota: 8Gi}
---
apiVersion: kueue.x-k8s.io/v1beta2
kind: LocalQueue
metadata: {name: e2e-team, namespace: default}
spec: {clusterQueue: e2e-cluster}
`

var c *cluster.Cluster

func TestMain(m *testing.M) {
	ctx, cancel := context.WithTimeout(context.Background(), upLimit)
	defer cancel()
	ctrl.SetLogger(logr.Discard())
	code := 1
	err := up(ctx)
	if err == nil {
		code = m.Run()
	}
	if c != nil {
		if left := c.RemoveKueue(ctx); err == nil {
			err = left
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func up(ctx context.Context) (err error) {
	if c, err = cluster.Up(ctx, os.Stdout); err != nil {
		return err
	}
	if err := c.Install(ctx); err != nil {
		return err
	}
	if err := c.AddKueue(ctx); err != nil {
		return err
	}
	for document := range strings.SplitSeq(queues, "---\n") {
		object := &unstructured.Unstructured{}
		if err := yaml.Unmarshal([]byte(document), &object.Object); err != nil {
			return err
		}
		if err := c.Client.Create(ctx, object); err != nil && !apierrors.IsAlreadyExists(err) {
			return fmt.Errorf("create %s: %w", object.GetKind(), err)
		}
	}
	return nil
}

// Two applications in a queue with room for one. The first is evicted while it runs, and the second takes its place;
// the first is admitted again when the second has ended. Each admission is one run, and nothing runs without one.
func TestQueuedApplicationsTakeTurns(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), runLimit)
	t.Cleanup(cancel)
	first, second := queued(ctx, t, "e2e-kueue-first"), queued(ctx, t, "e2e-kueue-second")
	submitted := collect(ctx, t, first.Name, second.Name)

	create(ctx, t, first)
	until(ctx, t, first, "RUNNING", v1beta2.ApplicationStateRunning)
	checkDriver(ctx, t, first)
	create(ctx, t, second)
	until(ctx, t, second, "SUSPENDED", v1beta2.ApplicationStateSuspended)
	if second.Status.Attempt != 0 {
		t.Errorf("the second was submitted %d times while the first had the quota", second.Status.Attempt)
	}

	setActive(ctx, t, first, false)
	until(ctx, t, first, "SUSPENDED", v1beta2.ApplicationStateSuspended)
	if first.Spec.Driver.NodeSelector != nil || len(first.Spec.Driver.Tolerations) > 0 {
		t.Errorf("Kueue did not restore the spec: %+v", first.Spec.Driver.SparkPodSpec)
	}
	until(ctx, t, second, "RUNNING", v1beta2.ApplicationStateRunning)
	setActive(ctx, t, first, true)
	until(ctx, t, second, "COMPLETED", v1beta2.ApplicationStateCompleted)
	until(ctx, t, first, "COMPLETED", v1beta2.ApplicationStateCompleted)

	if first.Status.LastSubmissionAttemptTime.Before(&second.Status.TerminationTime) {
		t.Errorf("the first was submitted at %s, before the second had ended at %s", first.Status.LastSubmissionAttemptTime, second.Status.TerminationTime)
	}
	if first.Status.ExecutionAttempts != 2 || second.Status.ExecutionAttempts != 1 {
		t.Errorf("%d and %d runs, want 2 and 1", first.Status.ExecutionAttempts, second.Status.ExecutionAttempts)
	}
	want := []string{first.Name, second.Name, first.Name}
	if got := submitted(); !slices.Equal(got, want) {
		t.Errorf("drivers were made for %v, want %v", got, want)
	}
	for _, app := range []*v1beta2.SparkApplication{first, second} {
		// Kueue says so once it has seen that the application is COMPLETED.
		var finished string
		err := wait.PollUntilContextTimeout(ctx, 200*time.Millisecond, soon, true, func(ctx context.Context) (bool, error) {
			finished = condition(workloadOf(ctx, t, app), "Finished")
			return finished == "True Succeeded", nil
		})
		if err != nil {
			t.Errorf("the workload of %s has Finished=%s", app.Name, finished)
		}
	}
}

func queued(ctx context.Context, t *testing.T, name string) *v1beta2.SparkApplication {
	t.Helper()
	app, err := c.Sample("spark-pi")
	if err != nil {
		t.Fatal(err)
	}
	app.Name, app.Labels = name, map[string]string{"kueue.x-k8s.io/queue-name": queue}
	if err := c.Remove(ctx, app.DeepCopy()); err != nil {
		t.Fatal(err)
	}
	return app
}

func create(ctx context.Context, t *testing.T, app *v1beta2.SparkApplication) {
	t.Helper()
	if err := c.Client.Create(ctx, app); err != nil {
		t.Fatal(err)
	}
	if app.Spec.Suspend == nil || !*app.Spec.Suspend {
		t.Errorf("Kueue did not suspend %s at its creation", app.Name)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), soon)
		defer cancel()
		if err := c.Remove(ctx, app); err != nil {
			t.Error(err)
		}
	})
}

// until reads the application until it is in the state.
func until(ctx context.Context, t *testing.T, app *v1beta2.SparkApplication, what string, state v1beta2.ApplicationStateType) {
	t.Helper()
	err := wait.PollUntilContextCancel(ctx, 200*time.Millisecond, true, func(ctx context.Context) (bool, error) {
		if err := c.Client.Get(ctx, client.ObjectKeyFromObject(app), app); err != nil {
			return false, err
		}
		return app.Status.AppState.State == state, nil
	})
	if err != nil {
		t.Fatalf("application %s: waiting for %s: %v; status: %+v", app.Name, what, err, app.Status)
	}
	t.Logf("%s is %s", app.Name, what)
}

// checkDriver checks that the driver carries what the flavor and Kueue itself say.
func checkDriver(ctx context.Context, t *testing.T, app *v1beta2.SparkApplication) {
	t.Helper()
	pod := &corev1.Pod{}
	if err := c.Client.Get(ctx, client.ObjectKey{Namespace: app.Namespace, Name: app.Status.DriverInfo.PodName}, pod); err != nil {
		t.Fatal(err)
	}
	tolerates := slices.ContainsFunc(pod.Spec.Tolerations, func(t corev1.Toleration) bool { return t.Key == "spot" })
	if pod.Labels["kueue.x-k8s.io/podset"] != "driver" || pod.Spec.NodeSelector[corev1.LabelOSStable] != "linux" || !tolerates {
		t.Errorf("driver has labels %v, node selector %v, tolerations %v", pod.Labels, pod.Spec.NodeSelector, pod.Spec.Tolerations)
	}
}

// workloadOf returns what Kueue has made for the application.
func workloadOf(ctx context.Context, t *testing.T, app *v1beta2.SparkApplication) *unstructured.Unstructured {
	t.Helper()
	list := &unstructured.UnstructuredList{}
	list.SetAPIVersion("kueue.x-k8s.io/v1beta2")
	list.SetKind("WorkloadList")
	if err := c.Client.List(ctx, list, client.InNamespace(app.Namespace)); err != nil {
		t.Fatal(err)
	}
	for i := range list.Items {
		if metav1.IsControlledBy(&list.Items[i], app) {
			return &list.Items[i]
		}
	}
	t.Fatalf("there is no workload of %s", app.Name)
	return nil
}

// setActive evicts the application's workload, or lets it wait for its turn again.
func setActive(ctx context.Context, t *testing.T, app *v1beta2.SparkApplication, active bool) {
	t.Helper()
	patch := client.RawPatch("application/merge-patch+json", fmt.Appendf(nil, `{"spec":{"active":%t}}`, active))
	if err := c.Client.Patch(ctx, workloadOf(ctx, t, app), patch); err != nil {
		t.Fatal(err)
	}
}

// condition returns status and reason of a condition.
func condition(object *unstructured.Unstructured, kind string) string {
	conditions, _, _ := unstructured.NestedSlice(object.Object, "status", "conditions")
	for _, c := range conditions {
		if m, isMap := c.(map[string]any); isMap && m["type"] == kind {
			return fmt.Sprint(m["status"], " ", m["reason"])
		}
	}
	return "absent"
}

// collect returns those of the applications for which drivers are made, in order.
func collect(ctx context.Context, t *testing.T, apps ...string) func() []string {
	t.Helper()
	w, err := c.Client.Watch(ctx, &corev1.PodList{}, client.InNamespace("default"), client.MatchingLabels{sparklabels.SparkRole: sparklabels.RoleDriver})
	if err != nil {
		t.Fatal(err)
	}
	seen := make(chan []string, 1)
	go func() {
		var names []string
		known := map[any]bool{}
		for event := range w.ResultChan() {
			pod, isPod := event.Object.(*corev1.Pod)
			if isPod && !known[pod.UID] && slices.Contains(apps, pod.Labels[sparklabels.AppName]) {
				known[pod.UID] = true
				names = append(names, pod.Labels[sparklabels.AppName])
			}
		}
		seen <- names
	}()
	return func() []string {
		w.Stop()
		return <-seen
	}
}
