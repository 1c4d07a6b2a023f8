// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkapplication

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	schedulingv1 "k8s.io/api/scheduling/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	configv1alpha1 "github.com/alauda/spark-operator/apis/config/v1alpha1"
	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/submission/sparksubmit"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// quota limits a namespace. There is no controller that would say that the quota is in force.
func quota(t *testing.T, namespace string, hard corev1.ResourceList) {
	t.Helper()
	q := &corev1.ResourceQuota{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "team"}, Spec: corev1.ResourceQuotaSpec{Hard: hard}}
	create(t, q)
	q.Status.Hard, q.Status.Used = hard, corev1.ResourceList{}
	for name := range hard {
		q.Status.Used[name] = resource.Quantity{}
	}
	if err := api.Status().Update(t.Context(), q); err != nil {
		t.Fatal(err)
	}
}

// restrict has the API server take only pods of the level restricted.
func restrict(t *testing.T, namespace string) {
	t.Helper()
	ns := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: namespace}}
	level := client.RawPatch("application/merge-patch+json", []byte(`{"metadata":{"labels":{"pod-security.kubernetes.io/enforce":"restricted"}}}`))
	if err := api.Patch(t.Context(), ns, level); err != nil {
		t.Fatal(err)
	}
}

func restricted(container *corev1.SecurityContext) {
	*container = corev1.SecurityContext{
		AllowPrivilegeEscalation: new(false), RunAsNonRoot: new(true), Capabilities: &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}},
		SeccompProfile: &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault},
	}
}

// podsOf returns the pods of the application's namespace.
func podsOf(t *testing.T, app *v1beta2.SparkApplication) []corev1.Pod {
	t.Helper()
	pods := &corev1.PodList{}
	if err := api.List(t.Context(), pods, client.InNamespace(app.Namespace)); err != nil {
		t.Fatal(err)
	}
	return pods.Items
}

// refusedExecutors are what only the executors of an application are refused for.
var refusedExecutors = map[string]struct {
	arrange func(*testing.T, string)
	change  func(*v1beta2.SparkApplication)
	want    string
}{
	"an account that does not exist": {
		nil, func(a *v1beta2.SparkApplication) { a.Spec.Executor.ServiceAccount = new("not-there") }, `serviceaccount "not-there" not found`,
	},
	"a priority class that does not exist": {
		nil, func(a *v1beta2.SparkApplication) { a.Spec.Executor.PriorityClassName = new("not-there") }, "no PriorityClass with name not-there was found",
	},
	"a toleration with a stray quote": {
		nil, func(a *v1beta2.SparkApplication) {
			a.Spec.Executor.Tolerations = []corev1.Toleration{{Key: `batch"`, Operator: corev1.TolerationOpExists}}
		}, "tolerations[",
	},
	"a quota that asks for limits": {
		func(t *testing.T, ns string) {
			t.Helper()
			quota(t, ns, corev1.ResourceList{"limits.cpu": resource.MustParse("4")})
		},
		func(a *v1beta2.SparkApplication) { a.Spec.Driver.CoreLimit = new("1") }, "must specify limits.cpu",
	},
	"Pod Security": {
		restrict, func(a *v1beta2.SparkApplication) {
			a.Spec.Driver.SecurityContext = &corev1.SecurityContext{}
			restricted(a.Spec.Driver.SecurityContext)
		}, `violates PodSecurity "restricted`,
	},
}

// Nothing is made of an application whose executors the API server refuses, and its status says why.
func TestExecutorsThatAreRefusedAreFoundBeforeTheDriver(t *testing.T) {
	for name, tc := range refusedExecutors {
		t.Run(name, func(t *testing.T) {
			app := newApplication(newNamespace(t), tc.change)
			if tc.arrange != nil {
				tc.arrange(t, app.Namespace)
			}
			startController(t, app.Namespace)
			create(t, app)
			until(t, app, failed)
			failure := app.Status.LastFailure
			if failure == nil || failure.Class != v1beta2.FailureClassSubmission || !strings.Contains(failure.Message, tc.want) {
				t.Errorf("last failure %+v, want one of class Submission that says %s", failure, tc.want)
			}
			if pods := podsOf(t, app); len(pods) > 0 {
				t.Errorf("%d pods were made", len(pods))
			}
		})
	}
}

// The executors that a dry run shows to be all right are not made by it, and what is mended is submitted by the next
// retry.
func TestARetryFindsExecutorsThatAreRefusedNoMore(t *testing.T) {
	app := newApplication(newNamespace(t), func(a *v1beta2.SparkApplication) {
		a.Spec.Executor.ServiceAccount = new("later")
		a.Spec.RestartPolicy = v1beta2.RestartPolicy{
			Type: v1beta2.RestartPolicyOnFailure, OnSubmissionFailureRetries: new(int32(20)), OnSubmissionFailureRetryInterval: new(int64(1)),
			MaxRetryIntervalSeconds: new(int64(1)),
		}
	})
	startController(t, app.Namespace)
	create(t, app)
	until(t, app, v1beta2.ApplicationStateFailedSubmission)
	create(t, &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: app.Namespace, Name: "later"}})
	until(t, app, submitted)
	if pods := podsOf(t, app); len(pods) != 1 || pods[0].Labels[sparklabels.SparkRole] != sparklabels.RoleDriver {
		t.Errorf("%d pods, want the driver alone", len(pods))
	}
}

// A quota that is used up passes: the driver is made, and its event says so.
func TestAQuotaThatIsUsedUpKeepsNoDriver(t *testing.T) {
	app := newApplication(newNamespace(t), func(a *v1beta2.SparkApplication) { a.Spec.Executor.Cores = new(int32(3)) })
	quota(t, app.Namespace, corev1.ResourceList{"requests.cpu": resource.MustParse("2")})
	startController(t, app.Namespace)
	create(t, app)
	until(t, app, submitted)
	eventually(t, func(ctx context.Context) bool {
		events := &corev1.EventList{}
		if err := api.List(ctx, events, client.InNamespace(app.Namespace)); err != nil {
			return false
		}
		for _, e := range events.Items {
			if e.Reason == "SparkApplicationSubmissionWarning" && strings.Contains(e.Message, "exceeded quota: team") {
				return true
			}
		}
		return false
	}, func() string { return "the event about the quota" })
}

// condition returns what the application says of its executors.
func executorsReady(app *v1beta2.SparkApplication) metav1.Condition {
	if c := meta.FindStatusCondition(app.Status.Conditions, v1beta2.ConditionExecutorsReady); c != nil {
		return *c
	}
	return metav1.Condition{}
}

// What comes to be refused when the driver runs is named within seconds, and ends the run in the end.
func TestExecutorsThatComeToBeRefusedEndTheRun(t *testing.T) {
	class := &schedulingv1.PriorityClass{ObjectMeta: metav1.ObjectMeta{Name: "batch-" + strings.ToLower(t.Name()[:8])}, Value: 10}
	create(t, class)
	app := newApplication(newNamespace(t), func(a *v1beta2.SparkApplication) {
		a.Spec.Executor.PriorityClassName = &class.Name
		a.Spec.Timeouts = &v1beta2.Timeouts{ExecutorsRefusedSeconds: new(int64(3))}
	})
	startController(t, app.Namespace)
	create(t, app)
	until(t, app, submitted)
	if err := api.Delete(t.Context(), class); err != nil {
		t.Fatal(err)
	}
	pod := driver(t, app)
	runs(t, pod)
	until(t, app, running)
	in(t, time.Minute, app, failed)
	failure := app.Status.LastFailure
	want := fmt.Sprintf("no PriorityClass with name %s was found", class.Name)
	if failure.Class != v1beta2.FailureClassDeadline || failure.Reason != "ExecutorsRefused" || !strings.Contains(failure.Message, want) {
		t.Errorf("last failure %+v, want class Deadline, reason ExecutorsRefused and: %s", failure, want)
	}
}

// An operator that is configured so asks nothing.
func TestNoDryRunIsMadeWhereNoneIsWanted(t *testing.T) {
	app := newApplication(newNamespace(t), func(a *v1beta2.SparkApplication) { a.Spec.Executor.ServiceAccount = new("not-there") })
	startControllerWith(t, app.Namespace, sparksubmit.Options{}, func(c *configv1alpha1.ControllerConfiguration) { c.Submission.ExecutorDryRun = false })
	create(t, app)
	until(t, app, submitted)
	if c := executorsReady(app); c.Reason == v1beta2.ReasonExecutorsRefused {
		t.Errorf("condition %+v", c)
	}
}
