// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package scheduledsparkapplication

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/controller"

	configv1alpha1 "github.com/alauda/spark-operator/apis/config/v1alpha1"
	"github.com/alauda/spark-operator/internal/caching"
	"github.com/alauda/spark-operator/internal/eventsink"
	"github.com/alauda/spark-operator/internal/manager"
	"github.com/alauda/spark-operator/internal/metrics"
	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/internal/scope"
	"github.com/alauda/spark-operator/internal/stored"
)

// eventSource is the reporter of the events, as clients know it.
const eventSource = "scheduled-spark-application-controller"

// workersFor is how many schedules are worked on for each application: many are due in the same moment, and the
// requests that make their runs go before those of the applications that these become. A worker does little but wait
// for them.
const workersFor = 8

// CacheLimit limits what a manager's cache keeps of schedules: of those in namespaces that are served, all but what
// nobody reads.
func CacheLimit() caching.Limit {
	return caching.Stored(&stored.ScheduledSparkApplication{}, transform)
}

// transform drops what only tools of the user's read.
func transform(schedule *stored.ScheduledSparkApplication) {
	schedule.ManagedFields = nil
	delete(schedule.Annotations, corev1.LastAppliedConfigAnnotation)
	stored.Keep(schedule)
}

// Environment is what the controller works with beside the manager and the configuration.
type Environment struct {
	// Scope is what is served.
	Scope scope.Scope
	// Events writes what is to be reported of schedules.
	Events *eventsink.Sink
	// Metrics counts what becomes of runs; nil counts nothing.
	Metrics *metrics.Recorder
	// Clock says when runs are due; nil is the machine's.
	Clock clock.PassiveClock
}

// Add adds the controller to mgr as the configuration wants it.
func Add(mgr ctrl.Manager, cfg *configv1alpha1.ControllerConfiguration, env Environment) error {
	if env.Clock == nil {
		env.Clock = clock.RealClock{}
	}
	reconciler := &Reconciler{
		Client: mgr.GetClient(), APIReader: mgr.GetAPIReader(), Metrics: env.Metrics,
		Options: planning.Configured(cfg), Events: env.Events.Recorder(eventSource), Clock: env.Clock, Scope: env.Scope,
	}
	options := controller.Options{MaxConcurrentReconciles: workersFor * int(cfg.Workers), RateLimiter: manager.RetryBackoff()}
	if err := reconciler.Setup(mgr, options); err != nil {
		return fmt.Errorf("set up the controller of schedules: %w", err)
	}
	return nil
}
