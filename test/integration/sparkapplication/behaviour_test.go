// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkapplication

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// patchSpec changes the spec as kubectl patch does.
func patchSpec(t *testing.T, app *v1beta2.SparkApplication, spec string) {
	t.Helper()
	patch := client.RawPatch("application/merge-patch+json", fmt.Appendf(nil, `{"spec":%s}`, spec))
	if err := api.Patch(t.Context(), app, patch); err != nil {
		t.Fatal(err)
	}
}

// untilCondition reads the application until a condition has the status and reason.
func untilCondition(t *testing.T, app *v1beta2.SparkApplication, kind string, status metav1.ConditionStatus, reason string) *metav1.Condition {
	t.Helper()
	var c *metav1.Condition
	eventually(t, func(ctx context.Context) bool {
		if api.Get(ctx, client.ObjectKeyFromObject(app), app) != nil {
			return false
		}
		c = meta.FindStatusCondition(app.Status.Conditions, kind)
		return c != nil && c.Status == status && c.Reason == reason
	}, func() string { return fmt.Sprintf("condition %s %s %s, it is %+v", kind, status, reason, c) })
	return c
}

func TestChangeThatWaitsForTheNextAttempt(t *testing.T) {
	app := newApplication(newNamespace(t), func(app *v1beta2.SparkApplication) { app.Spec.UpdatePolicy = v1beta2.UpdatePolicyNextAttempt })
	startController(t, app.Namespace)
	create(t, app)
	until(t, app, submitted)
	first := driver(t, app)
	runs(t, first)
	until(t, app, running)
	patchSpec(t, app, `{"arguments":["42"],"timeToLiveSeconds":3600}`)
	c := untilCondition(t, app, v1beta2.ConditionSpecChangePending, metav1.ConditionTrue, v1beta2.ReasonNextAttempt)
	if want := "The next attempt will have the changed fields: arguments"; c.Message != want {
		t.Errorf("message %q, want %q", c.Message, want)
	}
	if got := driver(t, app); got.UID != first.UID || app.Status.ObservedGeneration != app.Generation {
		t.Errorf("driver %s became %s, observedGeneration %d of %d", first.UID, got.UID, app.Status.ObservedGeneration, app.Generation)
	}
	ends(t, first, 0)
	eventually(t, func(ctx context.Context) bool {
		return api.Get(ctx, client.ObjectKeyFromObject(app), app) == nil && app.Status.Attempt == 2 && app.Status.AppState.State == submitted
	}, func() string { return "a second attempt" })
	if c := meta.FindStatusCondition(app.Status.Conditions, v1beta2.ConditionSpecChangePending); c != nil {
		t.Errorf("the change that has come is still shown: %+v", c)
	}
	if args := driver(t, app).Spec.Containers[0].Args; args[len(args)-1] != "42" {
		t.Errorf("driver args %v", args)
	}
}

func TestDriverThatCannotStartIsGivenUp(t *testing.T) {
	app := newApplication(newNamespace(t), func(app *v1beta2.SparkApplication) {
		app.Spec.Timeouts = &v1beta2.Timeouts{DriverPendingSeconds: ptr.To[int64](2)}
	})
	startController(t, app.Namespace)
	create(t, app)
	until(t, app, submitted)
	pod := driver(t, app)
	report(t, pod, corev1.PodPending, corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: "ImagePullBackOff", Message: "no such image"}})
	untilCondition(t, app, v1beta2.ConditionDriverReady, metav1.ConditionFalse, "ImagePullBackOff")
	until(t, app, failed)
	failure := app.Status.LastFailure
	if failure == nil || failure.Class != v1beta2.FailureClassDeadline || failure.Reason != "DriverPendingTimeout" {
		t.Errorf("failure %+v", failure)
	}
	gone(t, pod)
	wantEvents(t, app, "SparkDriverPending", "SparkApplicationTimedOut", "SparkApplicationFailed")
}

// What holds a driver up may be in no field of its pod, only in an event about it.
func TestFailedMountIsNamed(t *testing.T) {
	app := newApplication(newNamespace(t))
	stop := startController(t, app.Namespace)
	create(t, app)
	until(t, app, submitted)
	stop()
	pod := driver(t, app)
	event := &corev1.Event{
		ObjectMeta:     metav1.ObjectMeta{GenerateName: "mount-", Namespace: app.Namespace},
		InvolvedObject: corev1.ObjectReference{APIVersion: "v1", Kind: "Pod", Namespace: app.Namespace, Name: pod.Name, UID: pod.UID},
		Reason:         "FailedMount", Message: `configmap "settings" not found`, Type: corev1.EventTypeWarning, LastTimestamp: metav1.Now(),
	}
	create(t, event)
	pod.Status.Conditions = []corev1.PodCondition{
		{Type: corev1.PodScheduled, Status: corev1.ConditionTrue, LastTransitionTime: metav1.NewTime(time.Now().Add(-time.Minute))},
		{Type: corev1.PodReadyToStartContainers, Status: corev1.ConditionFalse, LastTransitionTime: metav1.NewTime(time.Now().Add(-time.Minute))},
	}
	report(t, pod, corev1.PodPending, corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: "ContainerCreating"}})
	startController(t, app.Namespace)
	c := untilCondition(t, app, v1beta2.ConditionDriverReady, metav1.ConditionFalse, "FailedMount")
	if c.Message != event.Message {
		t.Errorf("message %q, want %q", c.Message, event.Message)
	}
}

func TestWaitBeforeARetryIsShown(t *testing.T) {
	app := newApplication(newNamespace(t), func(app *v1beta2.SparkApplication) {
		app.Spec.RestartPolicy = v1beta2.RestartPolicy{
			Type: v1beta2.RestartPolicyOnFailure, OnFailureRetries: ptr.To[int32](3), OnFailureRetryInterval: ptr.To[int64](3600),
		}
	})
	startController(t, app.Namespace)
	create(t, app)
	until(t, app, submitted)
	pod := driver(t, app)
	runs(t, pod)
	until(t, app, running)
	pod = driver(t, app)
	report(t, pod, corev1.PodFailed, corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{
		ExitCode: 52, Reason: "Error", Message: "java.lang.OutOfMemoryError: Java heap space\n", FinishedAt: metav1.Now(),
	}})
	until(t, app, v1beta2.ApplicationStateFailing)
	failure := app.Status.LastFailure
	if failure.Reason != "OutOfMemoryError" || failure.LogTail != "java.lang.OutOfMemoryError: Java heap space\n" || ptr.Deref(failure.ExitCode, 0) != 52 {
		t.Errorf("failure %+v", failure)
	}
	if next := app.Status.NextRetryTime; next == nil || next.Sub(app.Status.TerminationTime.Time) != time.Hour {
		t.Errorf("nextRetryTime %v, terminationTime %v; want an hour between them", next, app.Status.TerminationTime)
	}
	if diff := cmp.Diff(&v1beta2.FailureCounts{Runs: 1}, app.Status.Failures); diff != "" {
		t.Errorf("failures (-want +got):\n%s", diff)
	}
	if n := len(app.Status.Attempts); n != 1 || app.Status.Attempts[0].Outcome != v1beta2.AttemptFailed || app.Status.Attempts[0].StartTime == nil {
		t.Errorf("attempts %+v", app.Status.Attempts)
	}
	// The policy is taken over in place.
	patchSpec(t, app, `{"restartPolicy":{"type":"Never"}}`)
	until(t, app, failed)
	if app.Status.NextRetryTime != nil || app.Status.Attempt != 1 {
		t.Errorf("nextRetryTime %v, attempt %d", app.Status.NextRetryTime, app.Status.Attempt)
	}
}

// The kubelet, which is not here, ends the pod at its deadline; the pod itself stays.
func TestSidecarsAreEnded(t *testing.T) {
	app := newApplication(newNamespace(t), func(app *v1beta2.SparkApplication) {
		app.Spec.Timeouts = &v1beta2.Timeouts{SidecarsSeconds: ptr.To[int64](1)}
	})
	startController(t, app.Namespace)
	create(t, app)
	until(t, app, submitted)
	report(t, driver(t, app), corev1.PodRunning, corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{
		ExitCode: 0, Reason: "Completed", FinishedAt: metav1.Now(),
	}})
	until(t, app, completed)
	eventually(t, func(context.Context) bool { return ptr.Deref(driver(t, app).Spec.ActiveDeadlineSeconds, 0) == 1 },
		func() string { return "a deadline on the driver pod" })
}

// Executors that miss their driver end by themselves; those that never started do not.
func TestPendingExecutorsGoAfterTheirDriver(t *testing.T) {
	app := newApplication(newNamespace(t), func(app *v1beta2.SparkApplication) {
		app.Spec.Timeouts = &v1beta2.Timeouts{ExecutorsEndSeconds: ptr.To[int64](1)}
	})
	startController(t, app.Namespace)
	create(t, app)
	until(t, app, submitted)
	pod := driver(t, app)
	executor := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			Name: "pi-exec-1", Namespace: app.Namespace,
			Labels: map[string]string{
				sparklabels.AppName: app.Name, sparklabels.LaunchedByOperator: sparklabels.True, sparklabels.SparkRole: sparklabels.RoleExecutor,
				sparklabels.SubmissionID: app.Status.SubmissionID,
			},
			OwnerReferences: []metav1.OwnerReference{*metav1.NewControllerRef(pod, corev1.SchemeGroupVersion.WithKind("Pod"))},
		},
		Spec: corev1.PodSpec{RestartPolicy: corev1.RestartPolicyNever, Containers: []corev1.Container{{Name: "spark-kubernetes-executor", Image: "spark"}}},
	}
	create(t, executor)
	eventually(t, func(ctx context.Context) bool {
		return api.Get(ctx, client.ObjectKeyFromObject(app), app) == nil && app.Status.Executors != nil && app.Status.Executors.Pending == 1
	}, func() string { return fmt.Sprintf("one pending executor, status %+v", app.Status.Executors) })
	report(t, pod, corev1.PodFailed, corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{
		ExitCode: 1, Reason: "Error", FinishedAt: metav1.NewTime(time.Now().Add(-time.Minute)),
	}})
	until(t, app, failed)
	eventually(t, func(ctx context.Context) bool {
		return apierrors.IsNotFound(api.Get(ctx, client.ObjectKeyFromObject(executor), executor))
	}, func() string { return "the executor to go" })
	if diff := cmp.Diff(&v1beta2.ExecutorCounts{Completed: 1}, app.Status.Executors); diff != "" {
		t.Errorf("executors (-want +got):\n%s", diff)
	}
}
