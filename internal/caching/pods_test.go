// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package caching

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/cache"

	"github.com/alauda/spark-operator/pkg/podmutation"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

func whole(role string) *corev1.Pod {
	seconds := int64(5)
	running := corev1.ContainerStatus{Name: "spark", Image: "spark", State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{}}}
	waiting := corev1.ContainerStatus{Name: "init", Image: "init", State: corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: "ErrImagePull"}}}
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: "default", Name: "pi", UID: "1", ResourceVersion: "2", Finalizers: []string{sparklabels.DriverEnd},
			Labels: map[string]string{
				sparklabels.AppName: "pi", sparklabels.SparkRole: role, sparklabels.SubmissionID: "s", sparklabels.LaunchedByOperator: sparklabels.True,
			},
			Annotations:     map[string]string{sparklabels.SpecHash: "h1-0", "example.com/blob": "large"},
			OwnerReferences: []metav1.OwnerReference{{APIVersion: "v1", Kind: "Pod", Name: "pi", UID: "3", Controller: new(true)}},
			ManagedFields:   []metav1.ManagedFieldsEntry{{Manager: "kubelet"}},
		},
		Spec: corev1.PodSpec{
			NodeName: "node", RestartPolicy: corev1.RestartPolicyNever, ActiveDeadlineSeconds: &seconds, SchedulerName: "fair",
			Containers: []corev1.Container{{Name: "spark", Env: []corev1.EnvVar{{Name: "A", Value: "b"}}}}, Volumes: []corev1.Volume{{Name: "data"}},
		},
		Status: corev1.PodStatus{
			Phase: corev1.PodPending, Reason: "r", Message: "m", PodIP: "10.0.0.1",
			Conditions: []corev1.PodCondition{
				{Type: corev1.PodScheduled, Status: corev1.ConditionFalse}, {Type: corev1.PodReady, Status: corev1.ConditionTrue},
				{Type: corev1.DisruptionTarget, Status: corev1.ConditionTrue},
			},
			InitContainerStatuses: []corev1.ContainerStatus{waiting}, ContainerStatuses: []corev1.ContainerStatus{running},
		},
	}
}

func TestOfADriverAllIsKeptButWhatTheOperatorRenderedAndNobodyReads(t *testing.T) {
	want := whole(sparklabels.RoleDriver)
	want.ManagedFields = nil
	want.OwnerReferences[0].APIVersion = ""
	want.Annotations = map[string]string{sparklabels.SpecHash: "h1-0"}
	delete(want.Labels, sparklabels.LaunchedByOperator)
	want.Spec.Containers, want.Spec.Volumes = []corev1.Container{{Name: "spark"}}, nil
	got, err := TransformPod(whole(sparklabels.RoleDriver))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("kept (-want +got):\n%s", diff)
	}
}

func TestOfAnExecutorOnlyWhatSaysSomethingIsKept(t *testing.T) {
	want := whole(sparklabels.RoleExecutor)
	want.ManagedFields = nil
	want.OwnerReferences[0].APIVersion = ""
	want.Annotations = map[string]string{sparklabels.SpecHash: "h1-0"}
	delete(want.Labels, sparklabels.LaunchedByOperator)
	want.Spec.Containers, want.Spec.Volumes = []corev1.Container{{Name: "spark"}}, nil
	want.Status.PodIP, want.Status.ContainerStatuses = "", nil
	want.Status.InitContainerStatuses[0].Image = ""
	want.Status.Conditions = []corev1.PodCondition{want.Status.Conditions[0], want.Status.Conditions[2]}
	got, err := TransformPod(whole(sparklabels.RoleExecutor))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("kept (-want +got):\n%s", diff)
	}
}

// Which container Spark runs in is read of the whole pod, and known of what is kept; of the usual name nothing is.
func TestWhichContainerSparkRunsInIsAlwaysKnownOfWhatIsKept(t *testing.T) {
	marks := map[string]string{sparklabels.RoleDriver: "SPARK_DRIVER_BIND_ADDRESS", sparklabels.RoleExecutor: "SPARK_EXECUTOR_POD_IP"}
	usual := map[string]string{sparklabels.RoleDriver: sparklabels.DriverContainer, sparklabels.RoleExecutor: sparklabels.ExecutorContainer}
	for role, mark := range marks {
		for _, name := range []string{usual[role], "main", "executor"} {
			for _, others := range [][2][]corev1.Container{{nil, nil}, {{{Name: "istio-proxy"}}, nil}, {nil, {{Name: "tail"}}}} {
				pod := whole(role)
				spark := corev1.Container{Name: name, Env: []corev1.EnvVar{{Name: mark}}}
				pod.Spec.Containers = append(append(slices.Clip(others[0]), spark), others[1]...)
				transformed, err := TransformPod(pod)
				if err != nil {
					t.Fatal(err)
				}
				kept := transformed.(*corev1.Pod)
				if got := podmutation.SparkContainerName(kept, podmutation.Role(role)); got != name {
					t.Errorf("%s in %s beside %v: known as %s", role, name, others, got)
				}
				if name == usual[role] && kept.Spec.Containers != nil || len(kept.Spec.Containers) > 1 {
					t.Errorf("%s in %s: kept %v", role, name, kept.Spec.Containers)
				}
			}
		}
	}
}

// A deletion that was missed comes as a tombstone.
func TestWhatIsNoObjectIsLeftAlone(t *testing.T) {
	tombstone := cache.DeletedFinalStateUnknown{Key: "default/pi"}
	if got, err := TransformPod(tombstone); err != nil || got != any(tombstone) {
		t.Errorf("transformed to %v, %v", got, err)
	}
}
