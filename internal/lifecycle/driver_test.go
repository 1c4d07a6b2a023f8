// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
)

// changes of a driver pod, as kubelet and control plane make them.
func ended(code int32, reason string) func(*corev1.Pod) {
	return func(p *corev1.Pod) {
		p.Status.Phase = corev1.PodFailed
		p.Status.ContainerStatuses = []corev1.ContainerStatus{{
			Name: "spark-kubernetes-driver", State: corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{ExitCode: code, Reason: reason}},
		}}
	}
}

func deletedFor(d time.Duration, grace int64) func(*corev1.Pod) {
	return func(p *corev1.Pod) {
		p.DeletionTimestamp = at(-d)
		p.DeletionGracePeriodSeconds = &grace
	}
}

func disrupted(reason string) func(*corev1.Pod) {
	return func(p *corev1.Pod) {
		p.Status.Conditions = []corev1.PodCondition{{Type: corev1.DisruptionTarget, Status: corev1.ConditionTrue, Reason: reason}}
	}
}

func phase(ph corev1.PodPhase, reason string) func(*corev1.Pod) {
	return func(p *corev1.Pod) { p.Status.Phase, p.Status.Reason = ph, reason }
}

func failedInitContainer(p *corev1.Pod) {
	p.Status.InitContainerStatuses = []corev1.ContainerStatus{{
		Name: "fetch", State: corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{ExitCode: 7, Reason: "Error", Message: "no such bucket"}},
	}}
}

func waiting(p *corev1.Pod) {
	p.Status.ContainerStatuses = []corev1.ContainerStatus{{
		Name: "spark-kubernetes-driver", State: corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: "ImagePullBackOff"}},
	}}
}

func onNoNode(p *corev1.Pod) { p.Spec.NodeName = "" }

func TestDriversAreAssessed(t *testing.T) {
	type record = v1beta2.FailureRecord
	const (
		driverFault = v1beta2.FailureClassDriver
		cluster     = v1beta2.FailureClassInfrastructure
		deadline    = v1beta2.FailureClassDeadline
		spark       = "spark-kubernetes-driver"
		exited      = "driver container failed with ExitCode: "
		missing     = "driver container status missing"
	)
	code := ptr.To[int32]
	for name, tc := range map[string]struct {
		pod         []func(*corev1.Pod)
		want        v1beta2.DriverState
		wantFailure *record
	}{
		"an exception": {[]func(*corev1.Pod){ended(1, "Error")}, "FAILED",
			&record{Class: driverFault, Reason: "Error", Message: exited + "1, Reason: Error", ExitCode: code(1), Container: spark}},
		"too many executors failed": {[]func(*corev1.Pod){ended(11, "Error")}, "FAILED",
			&record{Class: v1beta2.FailureClassExecutor, Reason: "MaxExecutorFailures", ExitCode: code(11), Container: spark,
				Message: exited + "11, Reason: Error (more executors failed than spark.executor.maxNumFailures allows)"}},
		"out of heap": {[]func(*corev1.Pod){ended(52, "Error")}, "FAILED",
			&record{Class: driverFault, Reason: "OutOfMemoryError", ExitCode: code(52), Container: spark,
				Message: exited + "52, Reason: Error (the JVM ran out of memory)"}},
		"no main class": {[]func(*corev1.Pod){ended(101, "Error")}, "FAILED",
			&record{Class: driverFault, Reason: "MainClassNotFound", ExitCode: code(101), Container: spark,
				Message: exited + "101, Reason: Error (the main class does not exist)"}},
		"out of memory": {[]func(*corev1.Pod){ended(137, "OOMKilled")}, "FAILED",
			&record{Class: driverFault, Reason: "OOMKilled", ExitCode: code(137), Signal: code(9), Container: spark, Message: exited + "137, Reason: OOMKilled"}},
		"out of memory while it is deleted": {[]func(*corev1.Pod){ended(137, "OOMKilled"), deletedFor(0, 30)}, "FAILED",
			&record{Class: driverFault, Reason: "OOMKilled", ExitCode: code(137), Signal: code(9), Container: spark, Message: exited + "137, Reason: OOMKilled"}},
		"killed": {[]func(*corev1.Pod){ended(137, "Error")}, "FAILED",
			&record{Class: driverFault, Reason: "SIGKILL", ExitCode: code(137), Signal: code(9), Container: spark,
				Message: exited + "137, Reason: Error (ended by SIGKILL)"}},
		"a JVM that crashed": {[]func(*corev1.Pod){ended(134, "Error")}, "FAILED",
			&record{Class: driverFault, Reason: "SIGABRT", ExitCode: code(134), Signal: code(6), Container: spark,
				Message: exited + "134, Reason: Error (ended by SIGABRT)"}},
		"deleted by somebody": {[]func(*corev1.Pod){ended(143, "Error"), deletedFor(0, 30)}, "FAILED",
			&record{Class: cluster, Reason: "DriverDeleted", ExitCode: code(143), Signal: code(15), Container: spark,
				Message: "the driver pod was deleted (" + exited + "143, Reason: Error (ended by SIGTERM))"}},
		"preempted": {[]func(*corev1.Pod){ended(143, "Error"), disrupted("PreemptionByScheduler")}, "FAILED",
			&record{Class: cluster, Reason: "Preempted", ExitCode: code(143), Signal: code(15), Container: spark,
				Message: exited + "143, Reason: Error (ended by SIGTERM)"}},
		"success though it is being evicted": {[]func(*corev1.Pod){ended(0, "Completed"), disrupted("EvictionByEvictionAPI")}, "COMPLETED", nil},
		"evicted by the kubelet": {[]func(*corev1.Pod){phase("Failed", "Evicted")}, "FAILED",
			&record{Class: cluster, Reason: "Evicted", Message: missing}},
		"the node is gone": {[]func(*corev1.Pod){phase("Failed", ""), disrupted("DeletionByPodGC")}, "FAILED",
			&record{Class: cluster, Reason: "NodeLost", Message: missing}},
		"a deadline of the pod's own": {[]func(*corev1.Pod){ended(143, "Error"), phase("Failed", "DeadlineExceeded")}, "FAILED",
			&record{Class: deadline, Reason: "DeadlineExceeded", ExitCode: code(143), Signal: code(15), Container: spark,
				Message: exited + "143, Reason: Error (ended by SIGTERM)"}},
		"an init container": {[]func(*corev1.Pod){phase("Failed", ""), failedInitContainer}, "FAILED",
			&record{Class: driverFault, Reason: "InitContainerFailed", ExitCode: code(7), Container: "fetch", LogTail: "no such bucket",
				Message: missing + ": init container fetch failed with ExitCode: 7, Reason: Error"}},
		"no word of anything": {[]func(*corev1.Pod){phase("Failed", "")}, "FAILED",
			&record{Class: cluster, Reason: "ContainerStatusMissing", Message: missing}},
		"only a sidecar runs":                {[]func(*corev1.Pod){phase("Running", ""), waiting}, "PENDING", nil},
		"deleted, in its grace period":       {[]func(*corev1.Pod){phase("Running", ""), deletedFor(-time.Minute, 60)}, "RUNNING", nil},
		"deleted, and its node is silent":    {[]func(*corev1.Pod){phase("Running", ""), deletedFor(time.Hour, 30)}, "UNKNOWN", nil},
		"deleted by force a moment ago":      {[]func(*corev1.Pod){phase("Running", ""), deletedFor(0, 0)}, "RUNNING", nil},
		"deleted by force, a while ago":      {[]func(*corev1.Pod){phase("Running", ""), deletedFor(time.Minute, 0)}, "FAILED", &record{Class: cluster, Reason: "DriverDeleted", Message: "driver pod not found: it was deleted before it ended"}},
		"deleted before it came to any node": {[]func(*corev1.Pod){onNoNode, deletedFor(0, 0)}, "FAILED", &record{Class: cluster, Reason: "DriverDeleted", Message: "driver pod not found: it was deleted before it ended"}},
	} {
		t.Run(name, func(t *testing.T) {
			pod := driverPod(newWorld().attempt(1))
			for _, change := range tc.pod {
				change(pod)
			}
			got := assess(pod, start)
			if got.state != tc.want {
				t.Errorf("state = %s, want %s", got.state, tc.want)
			}
			if tc.wantFailure != nil {
				tc.wantFailure.Pod, tc.wantFailure.Node = pod.Name, pod.Spec.NodeName
			}
			if diff := cmp.Diff(tc.wantFailure, got.failure); diff != "" {
				t.Errorf("failure (-want +got):\n%s", diff)
			}
		})
	}
}

// The end of the log outlives the pod, and what of it is no cause does not get into the message that everybody quotes.
func TestEndOfTheLogIsKept(t *testing.T) {
	w := newWorld()
	w.reconcile()
	w.driverEnds(1)
	w.driver.Status.ContainerStatuses[0].State.Terminated.Message = "all is well\n"
	w.reconcile()
	if got := w.app.Status.LastFailure.LogTail; got != "all is well\n" {
		t.Errorf("logTail = %q", got)
	}
	if got := w.app.Status.AppState.ErrorMessage; got != "driver container failed with ExitCode: 1, Reason: Error" {
		t.Errorf("errorMessage = %q", got)
	}
}

func TestHeldUpSince(t *testing.T) {
	scheduled := corev1.PodCondition{Type: corev1.PodScheduled, Status: corev1.ConditionTrue, LastTransitionTime: metav1.NewTime(start)}
	for name, tc := range map[string]struct {
		conditions []corev1.PodCondition
		change     func(*corev1.Pod)
		want       time.Time
	}{
		"not scheduled": {nil, nil, time.Time{}},
		"scheduled":     {[]corev1.PodCondition{scheduled}, nil, start.Add(mountGrace)},
		"volumes are there, an image is pulled": {
			[]corev1.PodCondition{scheduled, {Type: corev1.PodReadyToStartContainers, Status: corev1.ConditionTrue}}, nil, time.Time{}},
		"a mount is missing": {
			[]corev1.PodCondition{scheduled, {Type: corev1.PodReadyToStartContainers, Status: corev1.ConditionFalse}}, nil, start.Add(mountGrace)},
		"it says itself": {[]corev1.PodCondition{scheduled}, waiting, time.Time{}},
		"it runs":        {[]corev1.PodCondition{scheduled}, phase("Running", ""), time.Time{}},
	} {
		t.Run(name, func(t *testing.T) {
			pod := driverPod(newWorld().attempt(1))
			pod.Status.Conditions = tc.conditions
			if tc.change != nil {
				tc.change(pod)
			}
			if got := HeldUpSince(pod, start); !got.Equal(tc.want) {
				t.Errorf("held up since %s, want %s", got, tc.want)
			}
		})
	}
}
