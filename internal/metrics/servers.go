// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package metrics

import (
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1alpha1"
	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/stored"
)

// readyBuckets are upper bounds in seconds: a JVM takes some seconds to serve, an image to be pulled some minutes.
var readyBuckets = []float64{1, 2.5, 5, 10, 15, 20, 30, 45, 60, 120, 300, 600}

// reasonSpecChanged is the reason of restarts that nothing but a changed spec has caused; those of failures have their
// class.
const reasonSpecChanged = "SpecChanged"

// serverMetrics move for each namespace that has a Connect server.
type serverMetrics struct {
	restarts *prometheus.CounterVec
	ready    *prometheus.HistogramVec

	mu    sync.Mutex
	known map[string]bool
}

func newServerMetrics(prefix string) *serverMetrics {
	restarts, ready := metric(nameServerRestarts), metric(nameServerReady)
	return &serverMetrics{
		restarts: prometheus.NewCounterVec(prometheus.CounterOpts{Name: prefix + restarts.Name, Help: restarts.Help}, restarts.Labels),
		ready: prometheus.NewHistogramVec(
			prometheus.HistogramOpts{Name: prefix + ready.Name, Help: ready.Help, Buckets: readyBuckets}, ready.Labels),
		known: map[string]bool{},
	}
}

func (s *serverMetrics) collectors() []prometheus.Collector {
	return []prometheus.Collector{s.restarts, s.ready}
}

// RecordServer moves what a status write of a Connect server has moved; it must have succeeded. before and after are
// the server with the status as it was and as it is stored now.
func (r *Recorder) RecordServer(before, after *v1alpha1.SparkConnect, now time.Time) {
	if r == nil {
		return
	}
	s, was, is := r.servers, &before.Status, &after.Status
	s.begin(after.Namespace)
	if n := is.Restarts - was.Restarts; n > 0 {
		s.restarts.WithLabelValues(after.Namespace, restartReason(was, is)).Add(float64(n))
	}
	if is.State == v1alpha1.SparkConnectStateReady && was.State == v1alpha1.SparkConnectStateProvisioning && is.Server.StartTime != nil {
		s.ready.WithLabelValues(after.Namespace).Observe(max(now.Sub(is.Server.StartTime.Time), 0).Seconds())
	}
}

// restartReason returns the value of the label reason: the class of the failure that was recorded with the restart.
func restartReason(was, is *v1alpha1.SparkConnectStatus) string {
	failure := is.LastFailure
	if failure == nil || was.LastFailure != nil && was.LastFailure.Attempt == failure.Attempt && was.LastFailure.Time.Equal(&failure.Time) {
		return reasonSpecChanged
	}
	if !slices.Contains(failureClasses, failure.Class) {
		return string(v1beta2.FailureClassUnknown)
	}
	return string(failure.Class)
}

// begin has all series of a namespace come into being together, at zero, so that a rate sees the first increment of
// each.
func (s *serverMetrics) begin(namespace string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.known[namespace] {
		return
	}
	s.known[namespace] = true
	s.restarts.WithLabelValues(namespace, reasonSpecChanged)
	for _, class := range failureClasses {
		s.restarts.WithLabelValues(namespace, string(class))
	}
	s.ready.WithLabelValues(namespace)
}

// countServers counts Connect servers by namespace and state.
func countServers(servers []stored.SparkConnect) map[place]int {
	counts := map[place]int{}
	for i := range servers {
		if !servers[i].Forgotten() {
			counts[place{servers[i].Namespace, serverState(servers[i].Status.State)}]++
		}
	}
	return counts
}

// serverState returns the value of the label state. Whoever writes statuses makes no value of his own.
func serverState(state v1alpha1.SparkConnectState) string {
	switch state {
	case v1alpha1.SparkConnectStateNew:
		return "NEW"
	case v1alpha1.SparkConnectStateProvisioning, v1alpha1.SparkConnectStateReady, v1alpha1.SparkConnectStateNotReady,
		v1alpha1.SparkConnectStateSuspended, v1alpha1.SparkConnectStateFailed:
		return string(state)
	}
	return otherState
}
