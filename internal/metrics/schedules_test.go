// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package metrics

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/schedule"
	"github.com/alauda/spark-operator/internal/stored"
)

// series returns the metrics of schedules by name and label values; of a histogram the number of observations.
func scheduleSeries(t *testing.T, r *Recorder) map[string]float64 {
	t.Helper()
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(r.Collector(Source{Elected: make(chan struct{}), Now: time.Now}))
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]float64{}
	for _, family := range families {
		if !strings.HasPrefix(family.GetName(), "p_spark_schedule") {
			continue
		}
		for _, m := range family.GetMetric() {
			key := family.GetName()
			for _, label := range m.GetLabel() {
				key += " " + label.GetValue()
			}
			found[key] = m.GetCounter().GetValue() + float64(m.GetHistogram().GetSampleCount())
		}
	}
	return found
}

// Every series of a namespace begins at zero with the first status of a schedule in it, whatever that moves.
func TestRecordSchedule(t *testing.T) {
	r := New(Options{Prefix: "p_"})
	if got := scheduleSeries(t, r); len(got) > 0 {
		t.Errorf("before any schedule: %v", got)
	}
	r.RecordSchedule("team", ScheduleChange{})
	want := map[string]float64{"p_spark_schedule_run_lag_seconds team": 0}
	for _, trigger := range schedule.Triggers() {
		want[fmt.Sprintf("p_spark_schedule_runs_total team %s", trigger)] = 0
	}
	for _, reason := range schedule.MissedReasons() {
		want[fmt.Sprintf("p_spark_schedule_runs_missed_total team %s", reason)] = 0
	}
	for _, outcome := range schedule.Outcomes() {
		want[fmt.Sprintf("p_spark_schedule_runs_ended_total team %s", outcome)] = 0
	}
	if diff := cmp.Diff(want, scheduleSeries(t, r)); diff != "" {
		t.Errorf("at the beginning (-want +got):\n%s", diff)
	}
	r.RecordSchedule("team", ScheduleChange{
		Made: map[schedule.Trigger]int64{schedule.TriggerSchedule: 2}, Lags: []time.Duration{time.Second, -time.Second},
		Missed: map[schedule.MissedReason]int64{schedule.MissedForbidden: 3}, Ended: map[schedule.Outcome]int64{schedule.OutcomeFailed: 1},
	})
	want["p_spark_schedule_runs_total team schedule"], want["p_spark_schedule_run_lag_seconds team"] = 2, 2
	want["p_spark_schedule_runs_missed_total team Forbidden"], want["p_spark_schedule_runs_ended_total team Failed"] = 3, 1
	if diff := cmp.Diff(want, scheduleSeries(t, r)); diff != "" {
		t.Errorf("moved (-want +got):\n%s", diff)
	}
	var none *Recorder
	none.RecordSchedule("team", ScheduleChange{})
}

func TestCountSchedules(t *testing.T) {
	of := func(namespace string, state v1beta2.ScheduleState, suspended bool) stored.ScheduledSparkApplication {
		s := &v1beta2.ScheduledSparkApplication{ObjectMeta: metav1.ObjectMeta{Namespace: namespace}}
		s.Status.ScheduleState = state
		if suspended {
			s.Status.Conditions = []metav1.Condition{{Type: v1beta2.ConditionScheduleSuspended, Status: metav1.ConditionTrue}}
		}
		return *stored.OfSchedule(s)
	}
	forgotten := of("elsewhere", v1beta2.ScheduleStateScheduled, false)
	stored.Forget(&forgotten)
	got := countSchedules([]stored.ScheduledSparkApplication{
		of("a", v1beta2.ScheduleStateScheduled, false), of("a", v1beta2.ScheduleStateScheduled, false), of("a", v1beta2.ScheduleStateScheduled, true),
		of("a", v1beta2.ScheduleStateFailedValidation, true), of("b", v1beta2.ScheduleStateNew, false), of("b", "Drawn", false), of("b", "Up", false), forgotten,
	})
	want := map[place]int{{"a", "Scheduled"}: 2, {"a", "Suspended"}: 1, {"a", "FailedValidation"}: 1, {"b", "NEW"}: 1, {"b", "Other"}: 2}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
