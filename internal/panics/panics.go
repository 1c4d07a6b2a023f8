// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package panics

import (
	"fmt"
	"runtime/debug"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
	ctrl "sigs.k8s.io/controller-runtime"
)

var (
	total   atomic.Int64
	byPlace = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "spark_operator_panics_total",
		Help: "Panics that were recovered outside of reconcilers and webhooks, by where; each is a fault of the operator, and its log says about which object.",
	}, []string{"place"})
)

// Collector returns the metric of recovered panics.
func Collector() prometheus.Collector { return byPlace }

// Caught returns how many panics were recovered so far.
func Caught() int64 { return total.Load() }

// Error returns what recover has returned as an error, after it has logged and counted it; nil if there was no panic.
// place is a word or two; about are keys and values that name the object.
func Error(place string, recovered any, about ...any) error {
	if recovered == nil {
		return nil
	}
	total.Add(1)
	byPlace.WithLabelValues(place).Inc()
	err := fmt.Errorf("panic in %s: %v", place, recovered)
	ctrl.Log.WithName("panics").Error(err, "Recovered from a panic", append(about, "stack", string(debug.Stack()))...)
	return err
}

// Recover ends a panic of the function that defers it, as Error does.
func Recover(place string, about ...any) { _ = Error(place, recover(), about...) }
