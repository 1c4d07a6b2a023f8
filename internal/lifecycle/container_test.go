// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
)

// sparkIn makes Spark run in a container of the name, as Spark marks it, with other containers before and behind it.
func sparkIn(pod *corev1.Pod, mark, name string, before, behind []string) {
	containers := pod.Status.ContainerStatuses
	pod.Spec.Containers, pod.Status.ContainerStatuses = nil, nil
	other := func(names []string) {
		for _, n := range names {
			pod.Spec.Containers = append(pod.Spec.Containers, corev1.Container{Name: n})
			running := corev1.ContainerState{Running: &corev1.ContainerStateRunning{}}
			pod.Status.ContainerStatuses = append(pod.Status.ContainerStatuses, corev1.ContainerStatus{Name: n, State: running})
		}
	}
	other(before)
	pod.Spec.Containers = append(pod.Spec.Containers, corev1.Container{Name: name, Env: []corev1.EnvVar{{Name: mark}}})
	for _, status := range containers {
		status.Name = name
		pod.Status.ContainerStatuses = append(pod.Status.ContainerStatuses, status)
	}
	other(behind)
}

// Names and neighbours of Spark's container that people and meshes give pods.
var (
	containerNames = []string{"spark-kubernetes-driver", "spark-kubernetes-executor", "executor", "main", "a"}
	neighbours     = [][]string{nil, {"tail"}, {"istio-proxy", "spark-kubernetes-driver-log"}}
)

// The container that Spark runs in decides, whatever its name is and whatever runs beside it.
func TestADriverIsAlwaysReadByTheContainerThatSparkRunsIn(t *testing.T) {
	for ending, change := range map[string]func(*corev1.Pod){
		"runs": phase("Running", ""), "waits": waiting,
		"succeeded": ended(0, "Completed"), "failed": ended(2, "Error"), "killed": ended(143, "Error"), "out of memory": ended(137, "OOMKilled"),
	} {
		for _, name := range containerNames {
			for _, before := range neighbours {
				for _, behind := range neighbours {
					t.Run(fmt.Sprintf("%s/%s/%v/%v", ending, name, before, behind), func(t *testing.T) {
						alone, pod := driverPod(newWorld().attempt(1)), driverPod(newWorld().attempt(1))
						change(alone)
						change(pod)
						sparkIn(pod, "SPARK_DRIVER_BIND_ADDRESS", name, before, behind)
						if len(before)+len(behind) > 0 {
							alone.Status.Phase, pod.Status.Phase = corev1.PodRunning, corev1.PodRunning
						}
						want, got := assess(alone, start), assess(pod, start)
						if want.failure != nil {
							want.failure.Container = name
						}
						if diff := cmp.Diff(want, got, cmp.AllowUnexported(assessment{})); diff != "" {
							t.Errorf("assessment (-alone +got):\n%s", diff)
						}
					})
				}
			}
		}
	}
}

func TestAnExecutorIsAlwaysReadByTheContainerThatSparkRunsIn(t *testing.T) {
	for code, want := range map[int32]v1beta2.ExecutorState{0: v1beta2.ExecutorStateCompleted, 52: v1beta2.ExecutorStateFailed} {
		for _, name := range containerNames {
			for _, before := range neighbours {
				for _, behind := range neighbours {
					pod := executorPod("exec-1", newWorld().attempt(1), corev1.PodRunning)
					ended(code, "Error")(pod)
					pod.Status.Phase = corev1.PodRunning
					sparkIn(pod, "SPARK_EXECUTOR_POD_IP", name, before, behind)
					if got := executorState(pod); got != want {
						t.Errorf("exit code %d of %s beside %v and %v: %s, want %s", code, name, before, behind, got, want)
					}
					if code != 0 && executorFailure(executor{pod, false}) != "OutOfMemoryError" {
						t.Errorf("exit code %d of %s beside %v and %v: reason %s", code, name, before, behind, executorFailure(executor{pod, false}))
					}
				}
			}
		}
	}
}

// Exit 2 of a container that the author has named is a failed run: it takes one of the run's retries, and not those of
// the cluster's.
func TestAFailureInAContainerOfTheAuthorsNameIsTheRuns(t *testing.T) {
	w := newWorld(retries(1), func(a *v1beta2.SparkApplication) {
		a.Spec.RestartPolicy.OnInfrastructureFailureRetries = new(int32(5))
	})
	w.reconcile()
	for range 2 {
		w.driverEnds(2)
		w.driver.Status.ContainerStatuses[0].State.Terminated.Message = "can't open file\n"
		sparkIn(w.driver, "SPARK_DRIVER_BIND_ADDRESS", "main", nil, nil)
		w.reconcile()
		w.now = w.now.Add(100 * w.policy.MaxRetryInterval).Add(defaultMaxRetryInterval)
		w.reconcile()
	}
	if w.state() != v1beta2.ApplicationStateFailed || len(w.submitted) != 2 {
		t.Errorf("%s after %d runs, want FAILED after 2", w.state(), len(w.submitted))
	}
	failure := w.app.Status.LastFailure
	if failure.Class != v1beta2.FailureClassDriver || failure.Container != "main" || *failure.ExitCode != 2 || failure.LogTail != "can't open file\n" {
		t.Errorf("last failure: %+v", failure)
	}
}

// The resources of a pod whose Spark container has a name of the author's are free after the time-out, too.
func TestSidecarsOfADriverInAContainerOfTheAuthorsNameAreEnded(t *testing.T) {
	w := newWorld()
	w.policy.Timeouts.Sidecars = defaultRetryInterval
	w.reconcile()
	w.driverEnds(0)
	w.driver.Status.Phase = corev1.PodRunning
	sparkIn(w.driver, "SPARK_DRIVER_BIND_ADDRESS", "main", nil, []string{"tail"})
	w.reconcile()
	if w.state() != v1beta2.ApplicationStateCompleted {
		t.Fatalf("state %s beside a sidecar, want COMPLETED", w.state())
	}
	w.now = w.now.Add(2 * defaultRetryInterval)
	if w.reconcile(); w.driver.Spec.ActiveDeadlineSeconds == nil {
		t.Error("the sidecar was not ended")
	}
}
