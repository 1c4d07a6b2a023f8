// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package overlays

import (
	"context"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/pkg/sparklabels"
	"github.com/alauda/spark-operator/test/installation"
)

// The cluster has neither scheduler; the test does their work for the pods that name them.
func TestSchedulers(t *testing.T) {
	for _, scheduler := range []string{"volcano", "yunikorn"} {
		t.Run(scheduler, func(t *testing.T) {
			ctx := limited(t)
			resources, err := installation.Build("config/overlays/" + scheduler)
			if err != nil {
				t.Fatal(err)
			}
			install(ctx, t, resources)
			placed := schedule(ctx, t, scheduler)
			app := sample(ctx, t, "overlay-"+scheduler)
			complete(ctx, t, app)
			if got := placed(); got != 2 {
				t.Errorf("%d pods named scheduler %s, want driver and executor", got, scheduler)
			}
		})
	}
}

// schedule places the pods of Spark that name the scheduler on a node. The returned function ends it and returns how
// many it were.
func schedule(ctx context.Context, t *testing.T, scheduler string) func() int {
	t.Helper()
	nodes := &corev1.NodeList{}
	if err := c.Client.List(ctx, nodes); err != nil || len(nodes.Items) == 0 {
		t.Fatalf("no node: %v", err)
	}
	watched, err := c.Client.Watch(ctx, &corev1.PodList{}, client.HasLabels{sparklabels.SparkRole})
	if err != nil {
		t.Fatal(err)
	}
	count := make(chan int, 1)
	go func() {
		seen := map[string]bool{}
		for event := range watched.ResultChan() {
			pod, isPod := event.Object.(*corev1.Pod)
			if !isPod || pod.Spec.SchedulerName != scheduler || pod.Spec.NodeName != "" || seen[string(pod.UID)] {
				continue
			}
			seen[string(pod.UID)] = true
			_ = c.Pods.CoreV1().Pods(pod.Namespace).Bind(ctx, &corev1.Binding{
				ObjectMeta: metav1.ObjectMeta{Name: pod.Name, Namespace: pod.Namespace},
				Target:     corev1.ObjectReference{Kind: "Node", Name: nodes.Items[0].Name},
			}, metav1.CreateOptions{})
		}
		count <- len(seen)
	}()
	return func() int {
		watched.Stop()
		return <-count
	}
}

// Everything that can be added, in one installation, with a real cert-manager.
func TestComponents(t *testing.T) {
	t.Cleanup(func() { checkNothingOfCertManager(context.WithoutCancel(t.Context()), t) })
	certified(t.Context(), t) // builds it on first use, which takes longer than all that follows
	ctx := limited(t)
	monitored(ctx, t)
	resources, err := installation.With("namespace-selector", "prometheus", "network-policy", "cert-manager")
	if err != nil {
		t.Fatal(err)
	}
	install(ctx, t, resources)
	awaitIssued(ctx, t)
	awaitTrust(ctx, t)
	insist(ctx, t)
	awaitDefaultingIn(ctx, t, "default")
	complete(ctx, t, sample(ctx, t, "overlay-components"))
	t.Run("renewals", checkRenewals)
}

// state is the state of an application.
func state(app *v1beta2.SparkApplication) v1beta2.ApplicationStateType {
	return app.Status.AppState.State
}
