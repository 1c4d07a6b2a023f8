// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"context"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/alauda/spark-operator/internal/testing/kubelet"
)

// runPods is scheduler and kubelet until ctx ends: it looks at all pods and does the next thing that is due, until
// there is nothing left to do but to wait.
func (t *Trial) runPods(ctx context.Context) {
	for ctx.Err() == nil {
		t.mu.Lock()
		changed, pods := t.changed, Seen[*corev1.Pod](t)
		t.mu.Unlock()
		again := false
		for _, pod := range pods {
			if err := t.tend(ctx, pod.DeepCopy()); err != nil && !apierrors.IsNotFound(err) {
				again = true
			}
		}
		// An error is a lost race, or the API server is gone for a moment.
		var retry <-chan time.Time
		if again {
			retry = time.After(50 * time.Millisecond)
		}
		select {
		case <-changed:
		case <-retry:
		case <-ctx.Done():
		}
	}
}

// tend does the next thing to a pod, if one is due.
func (t *Trial) tend(ctx context.Context, pod *corev1.Pod) error {
	switch {
	case pod.DeletionTimestamp != nil:
		return t.remove(ctx, pod)
	case kubelet.HasEnded(pod):
		return nil
	case pod.Spec.NodeName == "":
		return t.Kubelet.Bind(ctx, pod)
	case t.world.Tend != nil:
		return t.world.Tend(ctx, pod)
	case pod.Status.Phase != corev1.PodRunning:
		return t.Kubelet.Start(ctx, pod)
	}
	return nil
}

func (t *Trial) remove(ctx context.Context, pod *corev1.Pod) error {
	stop := t.world.Stop
	if stop == nil {
		stop = t.stop
	}
	gone, err := stop(ctx, pod)
	if err != nil || !gone {
		return err
	}
	return t.Kubelet.Remove(ctx, pod)
}

// stop ends the containers of a pod.
func (t *Trial) stop(ctx context.Context, pod *corev1.Pod) (gone bool, err error) {
	if pod.Status.Phase == corev1.PodRunning {
		err = t.Kubelet.End(ctx, pod, kubelet.Terminated)
	}
	return err == nil, err
}
