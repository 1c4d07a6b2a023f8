// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package installation

import (
	"context"
	"fmt"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1alpha1"
)

// serveClients takes a Connect server through a failure to its next start, and deletes it and what it owns.
func serveClients(t *testing.T, namespace string) {
	t.Helper()
	restricted := &corev1.PodTemplateSpec{Spec: corev1.PodSpec{Containers: []corev1.Container{{
		Name: "spark-kubernetes-driver", SecurityContext: smallest(namespace, "any").Spec.Driver.SecurityContext,
	}}}}
	server := &v1alpha1.SparkConnect{
		ObjectMeta: metav1.ObjectMeta{Name: "serves", Namespace: namespace},
		Spec: v1alpha1.SparkConnectSpec{
			SparkVersion: "4.0.1", Image: new("spark:4.0.1"), Server: v1alpha1.ServerSpec{SparkPodSpec: v1alpha1.SparkPodSpec{Template: restricted}},
		},
	}
	must(t, admin.Create(t.Context(), server))
	until := func(attempt int64) {
		t.Helper()
		eventually(t, fmt.Sprintf("start %d of the server", attempt), func(ctx context.Context) error {
			if err := admin.Get(ctx, client.ObjectKeyFromObject(server), server); err != nil {
				return err
			}
			if server.Status.Attempt != attempt || server.Status.Server.PodName == "" {
				return fmt.Errorf("status %+v", server.Status)
			}
			return nil
		})
	}
	until(1)
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: server.Status.Server.PodName, Namespace: namespace}}
	must(t, admin.Get(t.Context(), client.ObjectKeyFromObject(pod), pod))
	must(t, nodes().Start(t.Context(), pod))
	must(t, nodes().End(t.Context(), pod, 1))
	until(2)
	must(t, admin.Delete(t.Context(), server))
	// Nobody collects garbage here.
	must(t, client.IgnoreNotFound(admin.Delete(t.Context(), &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: pod.Name, Namespace: namespace}}, client.GracePeriodSeconds(0))))
}
