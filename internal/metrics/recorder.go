// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package metrics

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
)

// maxSets bounds the sets of label values: users choose the values, and every set is a dozen series that stay until the
// end of the process.
const maxSets = 1000

// Options are what the configuration says of the metrics. They must have passed CheckPrefix and CheckLabels.
type Options struct {
	// Prefix goes before every name.
	Prefix string
	// Labels are label keys of applications; namespace means their namespace.
	Labels []string
	// SubmitLatencyBuckets and StartLatencyBuckets are upper bounds in seconds.
	SubmitLatencyBuckets, StartLatencyBuckets []float64
}

// Recorder moves counters and latencies. A nil Recorder records nothing.
type Recorder struct {
	options   Options
	vectors   []vector
	schedules *scheduleMetrics
	servers   *serverMetrics

	mu   sync.Mutex
	sets map[string]*set
}

// set is all that moves for one set of values of the configured labels.
type set struct {
	values []string
	move   map[series]func(float64)
}

// vector is the metric of the same name in every set.
type vector struct {
	prometheus.Collector
	metric Metric
	// with returns what moves the metric for the values of its labels.
	with func(values ...string) func(float64)
}

// New returns a Recorder of which nothing has moved.
func New(options Options) *Recorder {
	r := &Recorder{options: options, schedules: newScheduleMetrics(options.Prefix), servers: newServerMetrics(options.Prefix), sets: map[string]*set{}}
	for _, m := range Table() {
		if m.Type != Gauge && m.Configured {
			r.vectors = append(r.vectors, r.vector(m))
		}
	}
	// The set of an application without labels is there from the start.
	if !slices.Contains(options.Labels, labelNamespace) {
		r.set(ofApplication(options.Labels, &v1beta2.SparkApplication{}))
	}
	return r
}

// Record moves what a status write has moved; it must have succeeded. before and after are the application with the
// status as it was and as it is stored now.
func (r *Recorder) Record(before, after *v1beta2.SparkApplication, now time.Time) {
	if r == nil {
		return
	}
	application, executors := ofApplication(r.options.Labels, after), ofExecutors(r.options.Labels, after)
	for _, c := range changes(before, after, now) {
		values := application
		if c.name == nameExecutorSuccess || c.name == nameExecutorFailure {
			values = executors
		}
		r.set(values).move[c.series](c.value)
	}
}

// set returns the set for the values. All of its series come into being together, at zero, so that a rate sees the
// first increment of each.
func (r *Recorder) set(values []string) *set {
	r.mu.Lock()
	defer r.mu.Unlock()
	key := strings.Join(values, "\x00")
	if s, exists := r.sets[key]; exists {
		return s
	}
	if len(r.sets) >= maxSets {
		values = slices.Repeat([]string{other}, len(values))
		key = strings.Join(values, "\x00")
		if s, exists := r.sets[key]; exists {
			return s
		}
	}
	s := &set{values: values, move: map[series]func(float64){}}
	for _, v := range r.vectors {
		if len(v.metric.Labels) == 0 {
			s.move[series{name: v.metric.Name}] = v.with(values...)
			continue
		}
		for _, class := range failureClasses {
			s.move[series{v.metric.Name, class}] = v.with(append(slices.Clone(values), string(class))...)
		}
	}
	r.sets[key] = s
	return s
}

func (r *Recorder) vector(m Metric) vector {
	labels := r.labels(m)
	name := r.options.Prefix + m.Name
	switch m.Type {
	case Counter:
		v := prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: m.Help}, labels)
		return vector{v, m, func(values ...string) func(float64) { return v.WithLabelValues(values...).Add }}
	case Summary:
		v := prometheus.NewSummaryVec(prometheus.SummaryOpts{Name: name, Help: m.Help}, labels)
		return vector{v, m, func(values ...string) func(float64) { return v.WithLabelValues(values...).Observe }}
	case Histogram:
		buckets := r.options.StartLatencyBuckets
		if m.Name == nameSubmitLatencyHist {
			buckets = r.options.SubmitLatencyBuckets
		}
		v := prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: name, Help: m.Help, Buckets: buckets}, labels)
		return vector{v, m, func(values ...string) func(float64) { return v.WithLabelValues(values...).Observe }}
	default:
		panic(fmt.Sprintf("metrics: %s is a %s, which has no vector", m.Name, m.Type))
	}
}

// labels returns the names of the metric's labels, in the order of their values.
func (r *Recorder) labels(m Metric) []string {
	if !m.Configured {
		return m.Labels
	}
	return append(labelNames(r.options.Labels), m.Labels...)
}
