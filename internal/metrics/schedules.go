// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package metrics

import (
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"k8s.io/apimachinery/pkg/api/meta"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/schedule"
	"github.com/alauda/spark-operator/internal/stored"
)

// lagBuckets are upper bounds in seconds: a run is made within a second, and after an outage as late as that was long.
var lagBuckets = []float64{0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 3600}

// ScheduleChange is what a status write of a schedule has moved.
type ScheduleChange struct {
	// Made counts the runs that were made, by what for.
	Made map[schedule.Trigger]int64
	// Lags are by how much runs that were made when they were due were late.
	Lags []time.Duration
	// Missed counts slots that were not run.
	Missed map[schedule.MissedReason]int64
	// Ended counts runs that ended or went.
	Ended map[schedule.Outcome]int64
}

// scheduleMetrics move for each namespace that has a schedule. Nobody but who makes namespaces chooses the values of
// their labels.
type scheduleMetrics struct {
	made, missed, ended *prometheus.CounterVec
	lag                 *prometheus.HistogramVec

	mu    sync.Mutex
	known map[string]bool
}

func newScheduleMetrics(prefix string) *scheduleMetrics {
	counter := func(name string) *prometheus.CounterVec {
		m := metric(name)
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: prefix + m.Name, Help: m.Help}, m.Labels)
	}
	lag := metric(nameScheduleLag)
	return &scheduleMetrics{
		made: counter(nameScheduleRuns), missed: counter(nameScheduleMissed), ended: counter(nameScheduleEnded),
		lag:   prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: prefix + lag.Name, Help: lag.Help, Buckets: lagBuckets}, lag.Labels),
		known: map[string]bool{},
	}
}

func (s *scheduleMetrics) collectors() []prometheus.Collector {
	return []prometheus.Collector{s.made, s.missed, s.ended, s.lag}
}

// RecordSchedule moves what a status write of a schedule in the namespace has moved; it must have succeeded.
func (r *Recorder) RecordSchedule(namespace string, change ScheduleChange) {
	if r == nil {
		return
	}
	s := r.schedules
	s.begin(namespace)
	for trigger, n := range change.Made {
		s.made.WithLabelValues(namespace, string(trigger)).Add(float64(n))
	}
	for reason, n := range change.Missed {
		s.missed.WithLabelValues(namespace, string(reason)).Add(float64(n))
	}
	for outcome, n := range change.Ended {
		s.ended.WithLabelValues(namespace, string(outcome)).Add(float64(n))
	}
	for _, lag := range change.Lags {
		s.lag.WithLabelValues(namespace).Observe(max(lag, 0).Seconds())
	}
}

// begin has all series of a namespace come into being together, at zero, so that a rate sees the first increment of
// each.
func (s *scheduleMetrics) begin(namespace string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.known[namespace] {
		return
	}
	s.known[namespace] = true
	for _, trigger := range schedule.Triggers() {
		s.made.WithLabelValues(namespace, string(trigger))
	}
	for _, reason := range schedule.MissedReasons() {
		s.missed.WithLabelValues(namespace, string(reason))
	}
	for _, outcome := range schedule.Outcomes() {
		s.ended.WithLabelValues(namespace, string(outcome))
	}
	s.lag.WithLabelValues(namespace)
}

// stateSuspended is the value of the label state of schedules that are valid and suspended.
const stateSuspended = "Suspended"

// countSchedules counts schedules by namespace and state.
func countSchedules(schedules []stored.ScheduledSparkApplication) map[place]int {
	counts := map[place]int{}
	for i := range schedules {
		if !schedules[i].Forgotten() {
			counts[place{schedules[i].Namespace, scheduleState(&schedules[i].Status)}]++
		}
	}
	return counts
}

// scheduleState returns the value of the label state. Whoever writes statuses makes no value of his own.
func scheduleState(status *v1beta2.ScheduledSparkApplicationStatus) string {
	switch state := status.ScheduleState; {
	case state == v1beta2.ScheduleStateScheduled && meta.IsStatusConditionTrue(status.Conditions, v1beta2.ConditionScheduleSuspended):
		return stateSuspended
	case state == v1beta2.ScheduleStateNew:
		return "NEW"
	case slices.Contains([]v1beta2.ScheduleState{v1beta2.ScheduleStateScheduled, v1beta2.ScheduleStateFailedValidation}, state):
		return string(state)
	}
	return otherState
}
