// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package kubelet

import (
	"context"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
)

func newPod() *corev1.Pod {
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: "ns", Name: "pi-driver"},
		Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "spark", Image: "spark"}, {Name: "sidecar", Image: "proxy"}}},
	}
}

// TestPodRunsAndEnds reads what the kubelet has written.
func TestPodRunsAndEnds(t *testing.T) {
	pod := newPod()
	c := fake.NewClientBuilder().WithObjects(pod).WithStatusSubresource(pod).Build()
	k := Kubelet{Client: c}
	stored := &corev1.Pod{}
	for name, tc := range map[string]struct {
		report func() error
		phase  corev1.PodPhase
		exit   int32
	}{
		"starts":    {func() error { return k.Start(t.Context(), pod) }, corev1.PodRunning, -1},
		"completes": {func() error { return k.End(t.Context(), pod, 0) }, corev1.PodSucceeded, 0},
		"fails":     {func() error { return k.End(t.Context(), pod, 1) }, corev1.PodFailed, 1},
	} {
		if err := tc.report(); err != nil {
			t.Fatal(name, err)
		}
		if err := c.Get(t.Context(), client.ObjectKeyFromObject(pod), stored); err != nil {
			t.Fatal(name, err)
		}
		if stored.Status.Phase != tc.phase || len(stored.Status.ContainerStatuses) != 2 || HasEnded(stored) != (tc.exit >= 0) {
			t.Errorf("%s: %+v", name, stored.Status)
		}
		for _, container := range stored.Status.ContainerStatuses {
			if over := container.State.Terminated; (over != nil) != (tc.exit >= 0) || over != nil && over.ExitCode != tc.exit {
				t.Errorf("%s: container %s %+v", name, container.Name, container.State)
			}
		}
	}
}

// TestGuardedStatusIsOfThePodThatWasRead refuses to write about a pod that has changed meanwhile.
func TestGuardedStatusIsOfThePodThatWasRead(t *testing.T) {
	pod := newPod()
	c := fake.NewClientBuilder().WithObjects(pod).WithStatusSubresource(pod).Build()
	if err := c.Get(t.Context(), client.ObjectKeyFromObject(pod), pod); err != nil {
		t.Fatal(err)
	}
	old := pod.DeepCopy()
	if err := (Kubelet{Client: c, Guarded: true}).Start(t.Context(), pod); err != nil {
		t.Fatal(err)
	}
	if err := (Kubelet{Client: c, Guarded: true}).End(t.Context(), old.DeepCopy(), 0); !apierrors.IsConflict(err) {
		t.Errorf("a stale report: %v", err)
	}
	if err := (Kubelet{Client: c}).End(t.Context(), old, 0); err != nil {
		t.Errorf("a report that is not guarded: %v", err)
	}
}

// TestRemove leaves a pod alone that is being deleted without grace and that a finalizer holds.
func TestRemove(t *testing.T) {
	pod := newPod()
	pod.Finalizers = []string{"example.com/held"}
	c := fake.NewClientBuilder().WithObjects(pod).Build()
	deletes := 0
	k := Kubelet{Client: counting{c, &deletes}}
	pod.DeletionGracePeriodSeconds = new(int64(0))
	if err := k.Remove(t.Context(), pod); err != nil || deletes != 0 {
		t.Errorf("%v, %d deletions", err, deletes)
	}
	pod.DeletionGracePeriodSeconds = new(int64(30))
	if err := k.Remove(t.Context(), pod); err != nil || deletes != 1 {
		t.Errorf("%v, %d deletions, want 1", err, deletes)
	}
}

// counting counts deletions.
type counting struct {
	client.Client
	deletes *int
}

func (c counting) Delete(context.Context, client.Object, ...client.DeleteOption) error {
	*c.deletes++
	return nil
}
