// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package perf measures the operator on a real cluster. It reports and asserts nothing: figures depend on the machine.
package perf

import (
	"fmt"
	"io"
	"slices"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/watch"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/pkg/sparklabels"
	"github.com/alauda/spark-operator/test/cluster"
)

// BenchmarkCreationToDriver measures the time from the creation of a lone application to its driver pod, as a watching client
// sees it. The driver is not scheduled, so that only the operator and the API server work.
func BenchmarkCreationToDriver(b *testing.B) {
	ctx := b.Context()
	c, err := cluster.Up(ctx, io.Discard)
	if err != nil {
		b.Fatal(err)
	}
	if err := c.Install(ctx); err != nil {
		b.Fatal(err)
	}
	drivers := &corev1.PodList{}
	w, err := c.Client.Watch(ctx, drivers, client.InNamespace("default"), client.MatchingLabels{sparklabels.SparkRole: sparklabels.RoleDriver})
	if err != nil {
		b.Fatal(err)
	}
	defer w.Stop()
	var took []time.Duration
	for b.Loop() {
		app, err := c.Sample("spark-pi")
		if err != nil {
			b.Fatal(err)
		}
		app.Name = fmt.Sprintf("perf-%d", len(took))
		app.Spec.NodeSelector = map[string]string{"no-such-node": "true"}
		began := time.Now()
		if err := c.Client.Create(ctx, app); err != nil {
			b.Fatal(err)
		}
		waitForDriver(b, w, app)
		took = append(took, time.Since(began))
		b.StopTimer()
		if err := c.Remove(ctx, app); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "median-ms")
	b.ReportMetric(float64(took[len(took)-1].Microseconds())/1000, "max-ms")
}

func waitForDriver(b *testing.B, w watch.Interface, app *v1beta2.SparkApplication) {
	b.Helper()
	limit := time.After(time.Minute)
	for {
		select {
		case event := <-w.ResultChan():
			if pod, isPod := event.Object.(*corev1.Pod); isPod && event.Type == watch.Added && pod.Name == app.Name+"-driver" {
				return
			}
		case <-limit:
			b.Fatalf("no driver of %s after a minute", app.Name)
		}
	}
}
