// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
)

// airflow does with a SparkApplication what Airflow's SparkKubernetesOperator and SparkKubernetesSensor do: see
// docs/integrations.md.
type airflow struct {
	// labels find the driver again: Airflow puts its task into them.
	labels map[string]string
	app    *unstructured.Unstructured
}

// newAirflow makes of an application what Airflow sends: with its labels, with nulls and empty lists, and with a field
// that does not exist.
func newAirflow(t *testing.T, app *v1beta2.SparkApplication) *airflow {
	t.Helper()
	labels := map[string]string{
		"dag_id": "e2e", "task_id": app.Name, "run_id": "manual__2026-01-01T0000000000-1a2b3c", "spark_kubernetes_operator": "True", "try_number": "1",
	}
	app.Spec.Driver.Labels, app.Spec.Executor.Labels = labels, labels
	object, err := runtime.DefaultUnstructuredConverter.ToUnstructured(app)
	if err != nil {
		t.Fatal(err)
	}
	a := &airflow{labels: labels, app: &unstructured.Unstructured{Object: object}}
	delete(object, "status")
	a.app.SetGroupVersionKind(v1beta2.GroupVersion.WithKind("SparkApplication"))
	set := func(value any, path ...string) {
		if err := unstructured.SetNestedField(object, value, append([]string{"spec"}, path...)...); err != nil {
			t.Fatal(err)
		}
	}
	set(map[string]any{"dag_id": "e2e"}, "labels")
	set([]any{}, "volumes")
	for _, role := range []string{"driver", "executor"} {
		for _, list := range []string{"env", "envFrom", "volumeMounts", "tolerations"} {
			set([]any{}, role, list)
		}
		set(nil, role, "affinity")
		set(map[string]any{}, role, "nodeSelector")
	}
	return a
}

// state returns status.applicationState.state, or otherwise where there is none.
func (a *airflow) state(ctx context.Context, t *testing.T, otherwise string) string {
	t.Helper()
	if err := c.Client.Get(ctx, client.ObjectKeyFromObject(a.app), a.app); err != nil {
		t.Fatal(err)
	}
	state, found, err := unstructured.NestedString(a.app.Object, "status", "applicationState", "state")
	if err != nil {
		t.Fatal(err)
	}
	if !found {
		return otherwise
	}
	return state
}

// start waits as the operator does after it has created the application: until the state is another than SUBMITTED.
// Before that it gives up when the first container of the pod NAME-driver waits for anything unusual.
func (a *airflow) start(ctx context.Context, t *testing.T) error {
	t.Helper()
	return wait.PollUntilContextCancel(ctx, 100*time.Millisecond, true, func(ctx context.Context) (bool, error) {
		state := a.state(ctx, t, "SUBMITTED")
		if state == "FAILED" {
			message, _, _ := unstructured.NestedString(a.app.Object, "status", "applicationState", "errorMessage")
			return false, fmt.Errorf("application failed: %s", message)
		}
		pod := &corev1.Pod{}
		err := c.Client.Get(ctx, client.ObjectKey{Namespace: a.app.GetNamespace(), Name: a.app.GetName() + "-driver"}, pod)
		if err == nil && len(pod.Status.ContainerStatuses) > 0 {
			waiting := pod.Status.ContainerStatuses[0].State.Waiting
			if waiting != nil && !slices.Contains([]string{"ContainerCreating", "PodInitializing"}, waiting.Reason) {
				return false, fmt.Errorf("driver waits: %s", waiting.Reason)
			}
		}
		return state != "SUBMITTED", nil
	})
}

// findDriver finds the driver pod by the task's labels, as the operator does to attach to it again.
func (a *airflow) findDriver(ctx context.Context, t *testing.T) *corev1.Pod {
	t.Helper()
	selector := client.MatchingLabels{"spark-role": "driver"}
	maps.Copy(selector, a.labels)
	pods := &corev1.PodList{}
	if err := c.Client.List(ctx, pods, client.InNamespace(a.app.GetNamespace()), selector); err != nil {
		t.Fatal(err)
	}
	if len(pods.Items) != 1 || pods.Items[0].Name != a.app.GetName()+"-driver" {
		t.Fatalf("the labels of the task find %v", namesIn(pods))
	}
	return &pods.Items[0]
}

// followLog reads the log of the driver's container until it ends.
func (a *airflow) followLog(ctx context.Context, t *testing.T, pod string) string {
	t.Helper()
	options := &corev1.PodLogOptions{Container: "spark-kubernetes-driver", Follow: true}
	log, err := c.Pods.CoreV1().Pods(a.app.GetNamespace()).GetLogs(pod, options).DoRaw(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return string(log)
}

// sense pokes as the sensor does until it is done: nil for COMPLETED, an error for FAILED and for UNKNOWN, patience for
// all else.
func (a *airflow) sense(ctx context.Context, t *testing.T) error {
	t.Helper()
	return wait.PollUntilContextCancel(ctx, 50*time.Millisecond, true, func(ctx context.Context) (bool, error) {
		switch state := a.state(ctx, t, ""); state {
		case "FAILED", "UNKNOWN":
			return false, errors.New(state)
		default:
			return state == "COMPLETED", nil
		}
	})
}

// watchStates collects the states that a watch of the application shows, without repetition, until the last is the
// given one or a limit is reached: what is read may be ahead of the watch.
func watchStates(ctx context.Context, t *testing.T, app client.Object) func(end v1beta2.ApplicationStateType) []v1beta2.ApplicationStateType {
	t.Helper()
	w, err := c.Client.Watch(ctx, &v1beta2.SparkApplicationList{}, client.InNamespace(app.GetNamespace()), client.MatchingFields{"metadata.name": app.GetName()})
	if err != nil {
		t.Fatal(err)
	}
	seen := make(chan v1beta2.ApplicationStateType, 1000)
	go func() {
		defer close(seen)
		for event := range w.ResultChan() {
			if app, isApp := event.Object.(*v1beta2.SparkApplication); isApp {
				seen <- app.Status.AppState.State
			}
		}
	}()
	return func(end v1beta2.ApplicationStateType) []v1beta2.ApplicationStateType {
		late := time.AfterFunc(soon, w.Stop)
		defer late.Stop()
		defer w.Stop()
		var states []v1beta2.ApplicationStateType
		for state := range seen {
			if len(states) == 0 || states[len(states)-1] != state {
				states = append(states, state)
			}
			if state == end {
				break
			}
		}
		return states
	}
}

// wantStates checks that the states end as wanted and that what comes before is allowed on the way.
func wantStates(
	t *testing.T, watched func(end v1beta2.ApplicationStateType) []v1beta2.ApplicationStateType,
	end v1beta2.ApplicationStateType, onTheWay ...v1beta2.ApplicationStateType,
) {
	t.Helper()
	states := watched(end)
	t.Logf("states: %q", states)
	if len(states) == 0 || states[len(states)-1] != end {
		t.Errorf("states %q do not end in %s", states, end)
		return
	}
	for _, state := range states[:len(states)-1] {
		if state != v1beta2.ApplicationStateNew && !slices.Contains(onTheWay, state) {
			t.Errorf("states %q: %s is not to be seen on the way", states, state)
		}
	}
}

func TestAirflowRunsAnApplication(t *testing.T) {
	t.Parallel()
	ctx := limited(t, appLimit)
	app := application(t, "spark-pi", "e2e-airflow")
	task := newAirflow(t, app)
	if err := c.Remove(ctx, app.DeepCopy()); err != nil {
		t.Fatal(err)
	}
	states := watchStates(ctx, t, app)
	if err := c.Client.Create(ctx, task.app); err != nil {
		t.Fatal(err)
	}
	if err := task.start(ctx, t); err != nil {
		t.Fatal(err)
	}
	driver := task.findDriver(ctx, t)
	if log := task.followLog(ctx, t, driver.Name); !strings.Contains(log, "Pi is roughly 3.1") {
		t.Errorf("the log that Airflow shows lacks the result:\n%s", log)
	}
	if err := task.sense(ctx, t); err != nil {
		t.Errorf("the sensor says %v", err)
	}
	wantStates(t, states, stateCompleted, stateSubmitted, stateRunning, v1beta2.ApplicationStateSucceeding)
	// The pod decides for the operator, and must still be there; it ends a moment after its container.
	err := wait.PollUntilContextTimeout(ctx, 200*time.Millisecond, soon, true, func(ctx context.Context) (bool, error) {
		driver = task.findDriver(ctx, t)
		return driver.Status.Phase == corev1.PodSucceeded, nil
	})
	if err != nil {
		t.Errorf("driver pod is %s", driver.Status.Phase)
	}
	// It knows the application by the name of the pod.
	deleted := task.app.DeepCopy()
	deleted.SetName(strings.TrimSuffix(driver.Name, "-driver"))
	if err := c.Client.Delete(ctx, deleted); err != nil {
		t.Fatal(err)
	}
	err = wait.PollUntilContextTimeout(ctx, 200*time.Millisecond, soon, true, func(ctx context.Context) (bool, error) {
		return len(children(ctx, t, app)) == 0, nil
	})
	if err != nil {
		t.Errorf("left behind: %v", children(ctx, t, app))
	}
}

// A retry on the way must not look like an end.
func TestAirflowSeesAFailureOnlyAtTheEnd(t *testing.T) {
	t.Parallel()
	ctx := limited(t, appLimit)
	app := application(t, "spark-pi", "e2e-airflow-failure", func(app *v1beta2.SparkApplication) {
		app.Spec.MainClass = new("org.example.NoSuchClass")
		app.Spec.RestartPolicy = v1beta2.RestartPolicy{
			Type: v1beta2.RestartPolicyOnFailure, OnFailureRetries: ptr.To[int32](1), OnFailureRetryInterval: ptr.To[int64](1),
		}
	})
	task := newAirflow(t, app)
	if err := c.Remove(ctx, app.DeepCopy()); err != nil {
		t.Fatal(err)
	}
	states := watchStates(ctx, t, app)
	if err := c.Client.Create(ctx, task.app); err != nil {
		t.Fatal(err)
	}
	if err := task.sense(ctx, t); err == nil || err.Error() != "FAILED" {
		t.Errorf("the sensor says %v, want FAILED", err)
	}
	wantStates(t, states, stateFailed, stateSubmitted, stateRunning, v1beta2.ApplicationStateFailing, v1beta2.ApplicationStatePendingRerun)
	if err := c.Client.Get(ctx, client.ObjectKeyFromObject(app), app); err != nil {
		t.Fatal(err)
	}
	if app.Status.ExecutionAttempts != 2 {
		t.Errorf("%d runs, want 2", app.Status.ExecutionAttempts)
	}
	if log := task.followLog(ctx, t, app.Status.DriverInfo.PodName); !strings.Contains(log, "NoSuchClass") {
		t.Errorf("the log of the last driver does not say what is wrong:\n%s", log)
	}
	if err := c.Remove(ctx, app); err != nil {
		t.Error(err)
	}
}

// The cluster refuses the driver: SUBMISSION_FAILED, which Airflow takes for a running application, is only on the way.
func TestAirflowSeesARefusedSubmissionFail(t *testing.T) {
	t.Parallel()
	ctx := limited(t, soon)
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "e2e-airflow-refused"}}
	account := &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: "spark-operator-spark", Namespace: namespace.Name}}
	quota := &corev1.ResourceQuota{
		ObjectMeta: metav1.ObjectMeta{Name: "no-pods", Namespace: namespace.Name},
		Spec:       corev1.ResourceQuotaSpec{Hard: corev1.ResourceList{corev1.ResourcePods: resource.MustParse("0")}},
	}
	for _, object := range []client.Object{namespace, account, quota} {
		if err := c.Client.Create(ctx, object); err != nil && !apierrors.IsAlreadyExists(err) {
			t.Fatal(err)
		}
	}
	app := application(t, "spark-pi", "refused", func(app *v1beta2.SparkApplication) {
		app.Namespace = namespace.Name
		app.Spec.RestartPolicy = v1beta2.RestartPolicy{
			Type: v1beta2.RestartPolicyOnFailure, OnSubmissionFailureRetries: ptr.To[int32](1), OnSubmissionFailureRetryInterval: ptr.To[int64](1),
		}
	})
	task := newAirflow(t, app)
	states := watchStates(ctx, t, app)
	if err := c.Client.Create(ctx, task.app); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Client.Delete(context.WithoutCancel(ctx), namespace); err != nil {
			t.Error(err)
		}
	})
	if err := task.sense(ctx, t); err == nil || err.Error() != "FAILED" {
		t.Errorf("the sensor says %v, want FAILED", err)
	}
	wantStates(t, states, stateFailed, v1beta2.ApplicationStateFailedSubmission)
	if err := task.start(ctx, t); err == nil || !strings.Contains(err.Error(), "no-pods") {
		t.Errorf("the operator says %v, want the quota's name in it", err)
	}
}
