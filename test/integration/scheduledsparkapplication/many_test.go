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
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
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
	var half, last time.Duration
	for n := 0; n < many; {
		// Not by a watch, which an API server ends that has too much to say.
		eventually(t, func(context.Context) bool {
			before := n
			n = len(runsBySchedule(t, namespace, slot))
			return n > before
		}, func() string { return fmt.Sprintf("more than %d of %d schedules to have run", n, many) })
		if last = c.Since(slot); half == 0 && n >= many/2 {
			half = last
		}
	}
	t.Logf("%d runs were made: half within %s, the last %s after they were due", many, half, last)
	eventually(t, func(ctx context.Context) bool {
		return all(ctx, func(s *v1beta2.ScheduledSparkApplication) bool {
			return s.Status.LastRunName != "" && len(s.Status.MissedRuns) == 0 && s.Status.NextRun.Time.Equal(slot.Add(time.Hour))
		})
	}, func() string { return "every schedule to say so" })
	eventually(t, func(context.Context) bool { return counted(t, recorder) == many }, func() string {
		return fmt.Sprintf("%d runs to be counted, there are %v", many, counted(t, recorder))
	})
}

// runsBySchedule returns the names of the runs, by those of their schedules. No schedule has two, and all are of the
// slot.
func runsBySchedule(t *testing.T, namespace string, slot time.Time) map[string]string {
	t.Helper()
	list := &metav1.PartialObjectMetadataList{}
	list.SetGroupVersionKind(v1beta2.GroupVersion.WithKind("SparkApplicationList"))
	if err := api.List(t.Context(), list, client.InNamespace(namespace)); err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for i := range list.Items {
		run := &list.Items[i]
		of, at := run.Labels[sparklabels.ScheduledAppName], run.Annotations[sparklabels.ScheduledTime]
		if found[of] != "" || at != slot.Format(time.RFC3339) {
			t.Fatalf("run %s of %s, due at %s: it has run as %q", run.Name, of, at, found[of])
		}
		found[of] = run.Name
	}
	return found
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
