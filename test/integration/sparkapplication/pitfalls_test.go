// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkapplication

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	admissionv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/testing/kubelet"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// attempt waits until the application has submitted the attempt of the number.
func attempt(t *testing.T, app *v1beta2.SparkApplication, number int64) {
	t.Helper()
	eventually(t, func(ctx context.Context) bool {
		return api.Get(ctx, client.ObjectKeyFromObject(app), app) == nil && app.Status.Attempt == number && app.Status.AppState.State == submitted
	}, func() string { return fmt.Sprintf("attempt %d, status now %+v", number, app.Status) })
}

// in the time that is given the application comes to the state.
func in(t *testing.T, limit time.Duration, app *v1beta2.SparkApplication, state v1beta2.ApplicationStateType) {
	t.Helper()
	err := wait.PollUntilContextTimeout(t.Context(), 100*time.Millisecond, limit, true, func(ctx context.Context) (bool, error) {
		return api.Get(ctx, client.ObjectKeyFromObject(app), app) == nil && app.Status.AppState.State == state, nil
	})
	if err != nil {
		t.Fatalf("waited %s for %s, status now %+v", limit, state, app.Status)
	}
}

func bind(t *testing.T, pod *corev1.Pod) {
	t.Helper()
	if err := (kubelet.Kubelet{Client: api}).Bind(t.Context(), pod); err != nil {
		t.Fatal(err)
	}
	if err := api.Get(t.Context(), client.ObjectKeyFromObject(pod), pod); err != nil {
		t.Fatal(err)
	}
}

// The driver's name is changed after a crash has hidden the driver from the status: it is found by its owner, and gone
// before another is made.
func TestDriverOfAnotherNameIsRemovedAfterACrash(t *testing.T) {
	app := newApplication(newNamespace(t))
	stop := startController(t, app.Namespace)
	create(t, app)
	until(t, app, submitted)
	stop()
	first := driver(t, app)
	forgetStatus(t, app)
	patchSpec(t, app, `{"driver":{"podName":"another-name"}}`)
	// The kubelet, which is not here, takes its time.
	bind(t, first)
	startController(t, app.Namespace)
	eventually(t, func(ctx context.Context) bool {
		return api.Get(ctx, client.ObjectKeyFromObject(first), first) == nil && first.DeletionTimestamp != nil
	}, func() string { return "the driver of the old name to be deleted" })
	drivers := func() (names []string) {
		pods := &corev1.PodList{}
		if err := api.List(t.Context(), pods, client.InNamespace(app.Namespace), client.MatchingLabels{sparklabels.SparkRole: sparklabels.RoleDriver}); err != nil {
			t.Fatal(err)
		}
		for i := range pods.Items {
			names = append(names, pods.Items[i].Name)
		}
		return names
	}
	if diff := cmp.Diff([]string{first.Name}, drivers()); diff != "" {
		t.Fatalf("drivers while the old one goes (-want +got):\n%s", diff)
	}
	if err := api.Delete(t.Context(), first, client.GracePeriodSeconds(0)); err != nil {
		t.Fatal(err)
	}
	until(t, app, submitted)
	if diff := cmp.Diff([]string{"another-name"}, drivers()); diff != "" || app.Status.DriverInfo.PodName != "another-name" {
		t.Errorf("drivers (-want +got):\n%s\nstatus %+v", diff, app.Status.DriverInfo)
	}
}

func TestAlwaysRunsAgainAfterASuccess(t *testing.T) {
	app := newApplication(newNamespace(t), func(app *v1beta2.SparkApplication) { app.Spec.RestartPolicy.Type = v1beta2.RestartPolicyAlways })
	startController(t, app.Namespace)
	create(t, app)
	for run := range int64(2) {
		attempt(t, app, run+1)
		pod := driver(t, app)
		runs(t, pod)
		until(t, app, running)
		ends(t, driver(t, app), 0)
	}
	attempt(t, app, 3)
	if app.Status.ExecutionAttempts != 3 || app.Status.LastFailure != nil {
		t.Errorf("status %+v", app.Status)
	}
	for _, record := range app.Status.Attempts[:2] {
		if record.Outcome != v1beta2.AttemptSucceeded {
			t.Errorf("record %+v", record)
		}
	}
}

// An executor that the cluster takes away is a loss that is counted by its cause, and no failure of the application.
func TestEvictedExecutorIsCountedByItsCause(t *testing.T) {
	app := newApplication(newNamespace(t))
	startController(t, app.Namespace)
	create(t, app)
	until(t, app, submitted)
	runs(t, driver(t, app))
	until(t, app, running)
	pod := executor(t, app, 1)
	pod.Status.Phase, pod.Status.Reason, pod.Status.Message = corev1.PodFailed, "Evicted", "The node was low on resource: memory"
	reportStatus(t, pod, pod.Status)
	eventually(t, func(ctx context.Context) bool {
		return api.Get(ctx, client.ObjectKeyFromObject(app), app) == nil && app.Status.Executors != nil && app.Status.Executors.Failed == 1
	}, func() string { return fmt.Sprintf("a failed executor, there are %+v", app.Status.Executors) })
	if diff := cmp.Diff(map[string]int32{"Evicted": 1}, app.Status.Executors.Failures); diff != "" {
		t.Errorf("failures (-want +got):\n%s", diff)
	}
	ends(t, driver(t, app), 0)
	until(t, app, completed)
}

// Nobody hears of a driver whose node is lost. Another attempt begins when the control plane has given the pod up, and
// not before.
func TestLostNode(t *testing.T) {
	t.Parallel()
	app := newApplication(newNamespace(t), func(app *v1beta2.SparkApplication) {
		app.Spec.RestartPolicy = v1beta2.RestartPolicy{Type: v1beta2.RestartPolicyOnFailure, OnInfrastructureFailureRetries: new(int32(1)), OnFailureRetryInterval: new(int64(1))}
	})
	startController(t, app.Namespace)
	create(t, app)
	until(t, app, submitted)
	pod := driver(t, app)
	bind(t, pod)
	runs(t, pod)
	until(t, app, running)
	if err := api.Delete(t.Context(), pod, client.GracePeriodSeconds(1)); err != nil {
		t.Fatal(err)
	}
	in(t, time.Minute, app, v1beta2.ApplicationStateUnknown)
	if app.Status.Attempt != 1 {
		t.Errorf("attempt %d beside a pod that may run", app.Status.Attempt)
	}
	pod = driver(t, app)
	pod.Status.Phase = corev1.PodFailed
	pod.Status.Conditions = append(pod.Status.Conditions, corev1.PodCondition{Type: corev1.DisruptionTarget, Status: corev1.ConditionTrue, Reason: "DeletionByPodGC"})
	reportStatus(t, pod, pod.Status)
	if err := api.Delete(t.Context(), pod, client.GracePeriodSeconds(0)); client.IgnoreNotFound(err) != nil {
		t.Fatal(err)
	}
	attempt(t, app, 2)
	failure := app.Status.LastFailure
	if failure == nil || failure.Class != v1beta2.FailureClassInfrastructure || failure.Reason != "NodeLost" {
		t.Errorf("failure %+v", failure)
	}
	if got := driver(t, app); got.UID == pod.UID {
		t.Error("the driver is that of the lost node")
	}
}

// An admission webhook that is down is no answer to a submission. It is said that there is none, no attempt is spent,
// and the driver is made once it is up.
func TestSubmissionThatAWebhookHoldsUp(t *testing.T) {
	t.Parallel()
	app := newApplication(newNamespace(t))
	webhook := &admissionv1.ValidatingWebhookConfiguration{
		ObjectMeta: metav1.ObjectMeta{GenerateName: "down-"},
		Webhooks: []admissionv1.ValidatingWebhook{{
			Name: "down.example.com", AdmissionReviewVersions: []string{"v1"}, SideEffects: new(admissionv1.SideEffectClassNone),
			ClientConfig:      admissionv1.WebhookClientConfig{URL: new("https://127.0.0.1:1/")},
			NamespaceSelector: &metav1.LabelSelector{MatchLabels: map[string]string{corev1.LabelMetadataName: app.Namespace}},
			Rules: []admissionv1.RuleWithOperations{{
				Operations: []admissionv1.OperationType{admissionv1.Create},
				Rule:       admissionv1.Rule{APIGroups: []string{""}, APIVersions: []string{"v1"}, Resources: []string{"pods"}},
			}},
		}},
	}
	create(t, webhook)
	t.Cleanup(func() { _ = api.Delete(context.Background(), webhook) })
	startController(t, app.Namespace)
	create(t, app)
	var condition *metav1.Condition
	err := wait.PollUntilContextTimeout(t.Context(), 100*time.Millisecond, time.Minute, true, func(ctx context.Context) (bool, error) {
		if err := api.Get(ctx, client.ObjectKeyFromObject(app), app); err != nil {
			return false, err
		}
		for i := range app.Status.Conditions {
			if c := &app.Status.Conditions[i]; c.Type == v1beta2.ConditionSucceeded && c.Reason == "SubmissionDelayed" {
				condition = c
			}
		}
		return condition != nil, nil
	})
	if err != nil {
		t.Fatalf("waited for the condition, status now %+v", app.Status)
	}
	if condition.Status != metav1.ConditionUnknown || !strings.Contains(condition.Message, "down.example.com") || app.Status.SubmissionAttempts != 0 {
		t.Errorf("condition %+v, status %+v", condition, app.Status)
	}
	wantEvents(t, app, "SparkApplicationSubmissionDelayed")
	if err := api.Delete(t.Context(), webhook); err != nil {
		t.Fatal(err)
	}
	in(t, 90*time.Second, app, submitted)
	if app.Status.SubmissionAttempts != 1 || app.Status.Attempt != 1 {
		t.Errorf("status %+v", app.Status)
	}
}

// The driver ends while the operator is down, and the user suspends the application before it is back: what has ended
// well is not run again.
func TestSuspensionOfWhatHasEnded(t *testing.T) {
	app := newApplication(newNamespace(t))
	stop := startController(t, app.Namespace)
	create(t, app)
	until(t, app, submitted)
	runs(t, driver(t, app))
	until(t, app, running)
	stop()
	ends(t, driver(t, app), 0)
	setSuspend(t, app, true)
	startController(t, app.Namespace)
	until(t, app, completed)
	setSuspend(t, app, false)
	consistently(t, func(ctx context.Context) bool {
		return api.Get(ctx, client.ObjectKeyFromObject(app), app) == nil && app.Status.AppState.State == completed && app.Status.Attempt == 1
	})
}

// consistently fails if the condition does not hold for a while.
func consistently(t *testing.T, condition func(context.Context) bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	_ = wait.PollUntilContextCancel(ctx, 50*time.Millisecond, true, func(context.Context) (bool, error) {
		if !condition(t.Context()) {
			t.Fatal("the condition has ceased to hold")
		}
		return false, nil
	})
}
