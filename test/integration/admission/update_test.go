// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package admission

import (
	"context"
	"fmt"
	"testing"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/util/wait"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	configv1alpha1 "github.com/alauda/spark-operator/apis/config/v1alpha1"
	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/controllers"
	"github.com/alauda/spark-operator/internal/submission/sparksubmit"
	"github.com/alauda/spark-operator/internal/testing/kubelet"
)

// A PUT takes the defaults away that the stored object has, or adds those that it lacks. The run is the same, so
// nothing starts anew: whoever applies his manifest again, with or without a webhook, must not lose hours of work.
func TestAPutOfWhatHasNoDefaultsKeepsTheRun(t *testing.T) {
	startController(t)
	t.Cleanup(func() { reach(t, true) })
	for name, tc := range map[string]struct{ created, put bool }{
		"with the webhook":                 {true, true},
		"without it":                       {false, false},
		"where it is lost in between":      {true, false},
		"where it is installed in between": {false, true},
	} {
		t.Run(name, func(t *testing.T) {
			ctx := t.Context()
			reach(t, tc.created)
			a := sparkPi(fmt.Sprintf("put-%t-%t", tc.created, tc.put))
			must(t, author.Create(ctx, a))
			if defaulted := a.Spec.Driver.Cores != nil; defaulted != tc.created {
				t.Fatalf("it was stored with defaults: %t", defaulted)
			}
			driver := runDriver(t, a)

			reach(t, tc.put)
			var again *app
			await(t, "a PUT that meets no other write", func(ctx context.Context) bool {
				must(t, author.Get(ctx, client.ObjectKeyFromObject(a), a))
				again = sparkPi(a.Name, func(again *app) { again.ResourceVersion = a.ResourceVersion })
				err := author.Update(ctx, again)
				if !apierrors.IsConflict(err) {
					must(t, err)
				}
				return err == nil
			})
			if changed := again.Generation != a.Generation; changed != (tc.created != tc.put) {
				t.Errorf("the spec changed: %t", changed)
			}
			await(t, "the controller to have seen the PUT", func(ctx context.Context) bool {
				return author.Get(ctx, client.ObjectKeyFromObject(a), a) == nil && a.Status.ObservedGeneration == again.Generation
			})
			pod := &corev1.Pod{}
			must(t, author.Get(ctx, client.ObjectKeyFromObject(driver), pod))
			if pod.UID != driver.UID || pod.DeletionTimestamp != nil || a.Status.AppState.State != v1beta2.ApplicationStateRunning || a.Status.Attempt != 1 {
				t.Errorf("driver %s became %s; attempt %d is %s", driver.UID, pod.UID, a.Status.Attempt, a.Status.AppState.State)
			}
		})
	}
}

// startController runs the controller beside the webhook.
func startController(t *testing.T) {
	t.Helper()
	cfg := configv1alpha1.DefaultControllerConfiguration()
	cfg.Namespaces = []string{namespace}
	cfg.Metrics.BindAddress, cfg.Health.BindAddress = configv1alpha1.Off, configv1alpha1.Off
	cfg.LeaderElection.Enabled = false
	options, err := controllers.ManagerOptions(cfg)
	must(t, err)
	mgr, err := ctrl.NewManager(server, options)
	must(t, err)
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	must(t, controllers.Setup(ctx, mgr, cfg, sparksubmit.Options{}, nil))
	ended := make(chan error, 1)
	go func() { ended <- mgr.Start(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("controller: %v", err)
		}
	})
}

// runDriver waits for the driver of an application and runs it.
func runDriver(t *testing.T, a *app) *corev1.Pod {
	t.Helper()
	driver := &corev1.Pod{}
	await(t, "a driver", func(ctx context.Context) bool {
		return author.Get(ctx, client.ObjectKey{Namespace: a.Namespace, Name: a.Name + "-driver"}, driver) == nil
	})
	must(t, kubelet.Kubelet{Client: author}.Start(t.Context(), driver))
	await(t, "the application to run", func(ctx context.Context) bool {
		return author.Get(ctx, client.ObjectKeyFromObject(a), a) == nil && a.Status.AppState.State == v1beta2.ApplicationStateRunning
	})
	return driver
}

// reach makes the API server reach the webhook, or not, and waits until it does.
func reach(t *testing.T, webhook bool) {
	t.Helper()
	port, policy := 1, admissionv1.Ignore
	if webhook {
		port, policy = hookPort, admissionv1.Fail
	}
	await(t, "the configurations to be written", func(ctx context.Context) bool { return setPolicy(ctx, port, policy) == nil })
	await(t, "the API server to follow them", func(ctx context.Context) bool {
		probe := sparkPi("probe")
		err := author.Create(ctx, probe, client.DryRunAll)
		return err == nil && (probe.Spec.Driver.Cores != nil) == webhook
	})
}

func await(t *testing.T, what string, condition func(context.Context) bool) {
	t.Helper()
	err := wait.PollUntilContextTimeout(context.WithoutCancel(t.Context()), interval, patience, true, func(ctx context.Context) (bool, error) {
		return condition(ctx), nil
	})
	if err != nil {
		t.Fatalf("waited %s for %s", patience, what)
	}
}
