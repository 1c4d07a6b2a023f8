// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package e2e runs real Spark applications on a real cluster, with the operator installed as users install it.
package e2e

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	eventsv1 "k8s.io/api/events/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/wait"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/pkg/sparklabels"
	"github.com/alauda/spark-operator/test/cluster"
)

const (
	// upLimit is for the cluster and the operator, a first run that builds the cluster's own binaries included.
	upLimit = 30 * time.Minute
	// appLimit is for one application, on a machine that runs two of them at a time.
	appLimit = 5 * time.Minute
	// soon is for what needs no Spark to run.
	soon = time.Minute
)

var c *cluster.Cluster

func TestMain(m *testing.M) {
	ctx, cancel := context.WithTimeout(context.Background(), upLimit)
	defer cancel()
	ctrl.SetLogger(logr.Discard())
	code, err := run(ctx, m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func run(ctx context.Context, m *testing.M) (code int, err error) {
	if c, err = cluster.Up(ctx, os.Stdout); err != nil {
		return 1, err
	}
	endAudit, err := startAudit(c)
	if err != nil {
		return 1, err
	}
	if err := c.Install(ctx); err != nil {
		return 1, err
	}
	code = m.Run()
	return code, endAudit()
}

// application returns the sample application under a name of its own, changed as given.
func application(t *testing.T, sample, name string, change ...func(*v1beta2.SparkApplication)) *v1beta2.SparkApplication {
	t.Helper()
	app, err := c.Sample(sample)
	if err != nil {
		t.Fatal(err)
	}
	app.Name = name
	for _, c := range change {
		c(app)
	}
	return app
}

// create makes the application anew, and removes it when the test has passed; after a failure it stays to be looked at.
func create(ctx context.Context, t *testing.T, app *v1beta2.SparkApplication) {
	t.Helper()
	if err := c.Remove(ctx, app.DeepCopy()); err != nil {
		t.Fatal(err)
	}
	if err := c.Client.Create(ctx, app); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), soon)
		defer cancel()
		if t.Failed() {
			explain(ctx, t, app)
			return
		}
		if err := c.Remove(ctx, app); err != nil {
			t.Error(err)
		}
	})
}

// explain logs what helps to understand a failure.
func explain(ctx context.Context, t *testing.T, app *v1beta2.SparkApplication) {
	t.Helper()
	for _, e := range eventsOf(ctx, t, app) {
		t.Logf("event %s %s: %s", e.Type, e.Reason, e.Note)
	}
	if log, err := c.Logs(ctx, app.Namespace, app.Status.DriverInfo.PodName, 30); err == nil {
		t.Logf("driver:\n%s", log)
	}
	pods := &corev1.PodList{}
	if err := c.Client.List(ctx, pods, client.InNamespace(cluster.Namespace)); err != nil {
		t.Log(err)
	}
	for _, pod := range pods.Items {
		if log, err := c.Logs(ctx, pod.Namespace, pod.Name, 30); err == nil {
			t.Logf("%s:\n%s", pod.Name, log)
		}
	}
}

// follow waits for the end of the application and returns the states that were seen.
func follow(ctx context.Context, t *testing.T, app *v1beta2.SparkApplication) []v1beta2.ApplicationStateType {
	t.Helper()
	history, err := c.Follow(ctx, app, func(m cluster.Moment) { t.Log(m) })
	if err != nil {
		t.Fatal(err)
	}
	var states []v1beta2.ApplicationStateType
	for _, m := range history {
		if len(states) == 0 || states[len(states)-1] != m.State {
			states = append(states, m.State)
		}
	}
	return states
}

// until reads the application until it is as wanted.
func until(ctx context.Context, t *testing.T, app *v1beta2.SparkApplication, what string, wanted func() bool) {
	t.Helper()
	err := wait.PollUntilContextCancel(ctx, 200*time.Millisecond, true, func(ctx context.Context) (bool, error) {
		if err := c.Client.Get(ctx, client.ObjectKeyFromObject(app), app); err != nil {
			return false, err
		}
		return wanted(), nil
	})
	if err != nil {
		t.Fatalf("application %s: waiting for %s: %v; status: %+v", app.Name, what, err, app.Status)
	}
}

func eventsOf(ctx context.Context, t *testing.T, app *v1beta2.SparkApplication) []eventsv1.Event {
	t.Helper()
	list := &eventsv1.EventList{}
	if err := c.Client.List(ctx, list, client.InNamespace(app.Namespace)); err != nil {
		t.Fatal(err)
	}
	var about []eventsv1.Event
	for _, e := range list.Items {
		if e.Regarding.UID == app.UID {
			about = append(about, e)
		}
	}
	return about
}

// children returns the names of everything that was made for the application, by its label.
func children(ctx context.Context, t *testing.T, app *v1beta2.SparkApplication) []string {
	t.Helper()
	var names []string
	for kind, list := range map[string]client.ObjectList{
		"Pod": &corev1.PodList{}, "ConfigMap": &corev1.ConfigMapList{}, "Service": &corev1.ServiceList{},
		"Ingress": &networkingv1.IngressList{},
	} {
		if err := c.Client.List(ctx, list, client.InNamespace(app.Namespace), client.MatchingLabels{sparklabels.AppName: app.Name}); err != nil {
			t.Fatal(err)
		}
		for _, name := range namesIn(list) {
			names = append(names, kind+" "+name)
		}
	}
	return names
}

func namesIn(list client.ObjectList) []string {
	var names []string
	_ = meta.EachListItem(list, func(item runtime.Object) error {
		if object, isObject := item.(client.Object); isObject {
			names = append(names, object.GetName())
		}
		return nil
	})
	return names
}

func limited(t *testing.T, limit time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	t.Cleanup(cancel)
	return ctx
}
