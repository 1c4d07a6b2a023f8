// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package scheduledsparkapplication

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"k8s.io/apimachinery/pkg/watch"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/metrics"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

const (
	// many is how many schedules are due in the same moment.
	many = 400
	// lead is how long before that the controller comes to know of them.
	lead = 10 * time.Second
)

// Hundreds of schedules are due at the same moment, and nobody touches them: each is run once. How long that takes is
// logged; a machine that does something else as well takes longer.
func TestManyAtTheSameMoment(t *testing.T) {
	namespace, c := newNamespace(t), &wound{}
	recorder := metrics.New(metrics.Options{})
	var slot time.Time
	for n := range many {
		var s *v1beta2.ScheduledSparkApplication
		s, slot = hourly(namespace, fmt.Sprintf("many-%d", n), halted, func(spec *v1beta2.ScheduledSparkApplicationSpec) {
			if !slot.IsZero() {
				spec.Schedule = fmt.Sprintf("%d * * * *", slot.Minute())
			}
			if n%2 == 0 {
				spec.ConcurrencyPolicy = v1beta2.ConcurrencyForbid
			}
		})
		create(t, s)
	}
	list := &v1beta2.ScheduledSparkApplicationList{}
	all := func(ctx context.Context, is func(*v1beta2.ScheduledSparkApplication) bool) bool {
		return api.List(ctx, list, client.InNamespace(namespace)) == nil &&
			!slices.ContainsFunc(list.Items, func(s v1beta2.ScheduledSparkApplication) bool { return !is(&s) })
	}
	stop := start(t, namespace, c, nil)
	eventually(t, func(ctx context.Context) bool {
		return all(ctx, func(s *v1beta2.ScheduledSparkApplication) bool { return s.Status.NextRun.Time.Equal(slot) })
	}, func() string { return "every schedule to be scheduled" })
	stop()
	// The next controller finds them a while before they are due, and waits for that by itself.
	c.forward(slot.Add(-lead - time.Second))
	start(t, namespace, c, recorder)
	ctx, cancel := context.WithTimeout(t.Context(), lead+2*soon)
	defer cancel()
	arrivals := watchRuns(ctx, t, namespace)
	lags := make([]time.Duration, 0, many)
	seen := map[string]bool{}
	for len(seen) < many {
		select {
		case run := <-arrivals:
			of := run.Labels[sparklabels.ScheduledAppName]
			if at := run.Annotations[sparklabels.ScheduledTime]; seen[of] || at != slot.Format(time.RFC3339) {
				t.Fatalf("run %s of %s, due at %s: it has run: %t", run.Name, of, at, seen[of])
			}
			seen[of] = true
			lags = append(lags, c.Since(slot))
		case <-ctx.Done():
			t.Fatalf("%d of %d schedules have run", len(seen), many)
		}
	}
	slices.Sort(lags)
	t.Logf("%d runs were made: half within %s, the last %s after they were due", many, lags[many/2], lags[many-1])
	eventually(t, func(ctx context.Context) bool {
		return all(ctx, func(s *v1beta2.ScheduledSparkApplication) bool {
			return s.Status.LastRunName != "" && len(s.Status.MissedRuns) == 0 && s.Status.NextRun.Time.Equal(slot.Add(time.Hour))
		})
	}, func() string { return "every schedule to say so" })
	eventually(t, func(context.Context) bool { return counted(t, recorder) == many }, func() string {
		return fmt.Sprintf("%d runs to be counted, there are %v", many, counted(t, recorder))
	})
}

// watchRuns returns the runs of a namespace as they are made.
func watchRuns(ctx context.Context, t *testing.T, namespace string) <-chan *v1beta2.SparkApplication {
	t.Helper()
	w, err := api.Watch(ctx, &v1beta2.SparkApplicationList{}, client.InNamespace(namespace))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Stop)
	arrivals := make(chan *v1beta2.SparkApplication, many)
	go func() {
		for event := range w.ResultChan() {
			if run, isRun := event.Object.(*v1beta2.SparkApplication); isRun && event.Type == watch.Added {
				arrivals <- run
			}
		}
	}()
	return arrivals
}

// counted returns how many runs were counted.
func counted(t *testing.T, recorder *metrics.Recorder) (n float64) {
	t.Helper()
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(recorder.Collector(metrics.Source{Elected: make(chan struct{}), Now: time.Now}))
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		for _, m := range family.GetMetric() {
			if family.GetName() == "spark_schedule_runs_total" {
				n += m.GetCounter().GetValue()
			}
		}
	}
	return n
}
