// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"maps"
	"slices"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// kueueGate is the scheduling gate of Kueue's topology-aware scheduling, which it takes from each pod when it has
// chosen its node.
const kueueGate = "kueue.x-k8s.io/topology"

// The writes of Kueue, in one test: see docs/integrations.md.
func TestKueueAdmitsEvictsAndAdmitsAgain(t *testing.T) {
	t.Parallel()
	ctx := limited(t, appLimit)
	app := application(t, "spark-pi", "e2e-kueue-writes", func(app *v1beta2.SparkApplication) {
		app.Labels = map[string]string{"kueue.x-k8s.io/queue-name": "team"}
		// Its webhook suspends what names a queue.
		app.Spec.Suspend = new(true)
	})
	states := watchStates(ctx, t, app)
	create(ctx, t, app)
	drivers := watchDrivers(ctx, t, app)
	until(ctx, t, app, "SUSPENDED", inState(app, v1beta2.ApplicationStateSuspended))
	own := app.Spec.DeepCopy()

	// Admission with gates: pods are there, carry everything, and wait.
	admit(ctx, t, app, kueueGate)
	until(ctx, t, app, "SUBMITTED", inState(app, stateSubmitted))
	pod := podOf(ctx, t, app, sparklabels.RoleDriver)
	checkAdmitted(t, pod)
	if pod.Status.Phase != corev1.PodPending || pod.Spec.NodeName != "" {
		t.Errorf("driver is %s on node %q before its gate was taken away", pod.Status.Phase, pod.Spec.NodeName)
	}
	openGate(ctx, t, pod)
	until(ctx, t, app, "RUNNING", inState(app, stateRunning))
	pod = podOf(ctx, t, app, sparklabels.RoleExecutor)
	checkAdmitted(t, pod)
	if len(pod.Spec.SchedulingGates) != 1 {
		t.Errorf("executor %s has the gates %v", pod.Name, pod.Spec.SchedulingGates)
	}

	// Eviction: suspended, with the spec as it was.
	evict(ctx, t, app, own)
	until(ctx, t, app, "SUSPENDED", inState(app, v1beta2.ApplicationStateSuspended))
	if left := children(ctx, t, app); len(left) > 0 {
		t.Errorf("an evicted application still has %v", left)
	}

	admit(ctx, t, app)
	follow(ctx, t, app)
	if app.Status.AppState.State != stateCompleted {
		t.Fatalf("ended in %s: %s", app.Status.AppState.State, app.Status.AppState.ErrorMessage)
	}
	checkAdmitted(t, podOf(ctx, t, app, sparklabels.RoleDriver))
	if got := drivers(); len(got) != 2 || app.Status.ExecutionAttempts != 2 {
		t.Errorf("%d driver pods and %d runs for two admissions", len(got), app.Status.ExecutionAttempts)
	}
	wantStates(t, states, stateCompleted, stateSubmitted, stateRunning, v1beta2.ApplicationStateSucceeding,
		v1beta2.ApplicationStateSuspending, v1beta2.ApplicationStateSuspended, v1beta2.ApplicationStateResuming)
}

func inState(app *v1beta2.SparkApplication, state v1beta2.ApplicationStateType) func() bool {
	return func() bool { return app.Status.AppState.State == state }
}

// admit writes what Kueue writes when a workload is admitted, in one patch: no suspension, what the flavor of the quota
// says about nodes, and its own labels, annotations and gates.
func admit(ctx context.Context, t *testing.T, app *v1beta2.SparkApplication, gates ...string) {
	t.Helper()
	before := app.DeepCopy()
	app.Spec.Suspend = new(false)
	for role, pod := range map[string]*v1beta2.SparkPodSpec{
		sparklabels.RoleDriver: &app.Spec.Driver.SparkPodSpec, sparklabels.RoleExecutor: &app.Spec.Executor.SparkPodSpec,
	} {
		pod.Labels = map[string]string{"kueue.x-k8s.io/podset": role}
		pod.Annotations = map[string]string{"kueue.x-k8s.io/workload": "sparkapplication-" + app.Name}
		pod.NodeSelector = map[string]string{corev1.LabelOSStable: "linux"}
		pod.Tolerations = []corev1.Toleration{{Key: "spot", Operator: corev1.TolerationOpExists, Effect: corev1.TaintEffectNoSchedule}}
		if pod.Template == nil {
			pod.Template = &corev1.PodTemplateSpec{Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "spark-kubernetes-" + role}}}}
		}
		pod.Template.Spec.SchedulingGates = nil
		for _, gate := range gates {
			pod.Template.Spec.SchedulingGates = append(pod.Template.Spec.SchedulingGates, corev1.PodSchedulingGate{Name: gate})
		}
	}
	patch(ctx, t, app, before)
}

// evict writes what Kueue writes when a workload loses its place, in one patch: suspended, with the fields as they
// were. The template that it made stays.
func evict(ctx context.Context, t *testing.T, app *v1beta2.SparkApplication, own *v1beta2.SparkApplicationSpec) {
	t.Helper()
	before := app.DeepCopy()
	app.Spec.Suspend = new(true)
	restore := func(pod, own *v1beta2.SparkPodSpec) {
		pod.Labels, pod.Annotations, pod.NodeSelector, pod.Tolerations = own.Labels, own.Annotations, own.NodeSelector, own.Tolerations
		pod.Template.Spec.SchedulingGates = nil
	}
	restore(&app.Spec.Driver.SparkPodSpec, &own.Driver.SparkPodSpec)
	restore(&app.Spec.Executor.SparkPodSpec, &own.Executor.SparkPodSpec)
	patch(ctx, t, app, before)
}

func patch(ctx context.Context, t *testing.T, changed, before client.Object) {
	t.Helper()
	if err := c.Client.Patch(ctx, changed, client.MergeFrom(before)); err != nil {
		t.Fatal(err)
	}
}

// podOf waits for the application's only pod in the role.
func podOf(ctx context.Context, t *testing.T, app *v1beta2.SparkApplication, role string) *corev1.Pod {
	t.Helper()
	pods := &corev1.PodList{}
	err := wait.PollUntilContextTimeout(ctx, 200*time.Millisecond, soon, true, func(ctx context.Context) (bool, error) {
		err := c.Client.List(ctx, pods, client.InNamespace(app.Namespace), client.MatchingLabels{sparklabels.AppName: app.Name, sparklabels.SparkRole: role})
		return len(pods.Items) == 1, err
	})
	if err != nil {
		t.Fatalf("pods in the role %s are %v: %v", role, namesIn(pods), err)
	}
	return &pods.Items[0]
}

// checkAdmitted checks that the pod carries what admission wrote.
func checkAdmitted(t *testing.T, pod *corev1.Pod) {
	t.Helper()
	role := pod.Labels[sparklabels.SparkRole]
	if pod.Labels["kueue.x-k8s.io/podset"] != role || pod.Annotations["kueue.x-k8s.io/workload"] == "" {
		t.Errorf("pod %s lacks Kueue's labels and annotations: %v %v", pod.Name, pod.Labels, pod.Annotations)
	}
	if !maps.Equal(pod.Spec.NodeSelector, map[string]string{corev1.LabelOSStable: "linux"}) {
		t.Errorf("pod %s has the node selector %v", pod.Name, pod.Spec.NodeSelector)
	}
	if !slices.ContainsFunc(pod.Spec.Tolerations, func(t corev1.Toleration) bool { return t.Key == "spot" }) {
		t.Errorf("pod %s has the tolerations %v", pod.Name, pod.Spec.Tolerations)
	}
}

// openGate takes Kueue's gate from the pod, as Kueue does when it knows the node.
func openGate(ctx context.Context, t *testing.T, pod *corev1.Pod) {
	t.Helper()
	before := pod.DeepCopy()
	pod.Spec.SchedulingGates = slices.DeleteFunc(pod.Spec.SchedulingGates, func(g corev1.PodSchedulingGate) bool { return g.Name == kueueGate })
	if len(pod.Spec.SchedulingGates) == len(before.Spec.SchedulingGates) {
		t.Fatalf("pod %s has no gate of Kueue: %v", pod.Name, pod.Spec.SchedulingGates)
	}
	patch(ctx, t, pod, before)
}
