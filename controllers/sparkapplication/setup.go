// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkapplication

import (
	"fmt"
	"os"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/rest"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"

	configv1alpha1 "github.com/alauda/spark-operator/apis/config/v1alpha1"
	"github.com/alauda/spark-operator/internal/caching"
	"github.com/alauda/spark-operator/internal/dryrun"
	"github.com/alauda/spark-operator/internal/eventsink"
	"github.com/alauda/spark-operator/internal/lifecycle"
	"github.com/alauda/spark-operator/internal/manager"
	"github.com/alauda/spark-operator/internal/metrics"
	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/internal/scope"
	"github.com/alauda/spark-operator/internal/stored"
	"github.com/alauda/spark-operator/internal/submission/mode"
	"github.com/alauda/spark-operator/internal/submission/native"
	"github.com/alauda/spark-operator/internal/submission/sparksubmit"
)

// eventSource is the reporter of the events, as clients know it.
const eventSource = "spark-application-controller"

// direct reads from the API server and not from the cache.
type direct struct {
	client.Reader
	client.Writer
}

// CacheLimit limits what a manager's cache keeps of applications: of those in namespaces that are served, all but what
// nobody reads.
func CacheLimit() caching.Limit { return caching.Stored(&stored.SparkApplication{}, transform) }

// transform drops what only tools of the user's read.
func transform(app *stored.SparkApplication) {
	app.ManagedFields = nil
	delete(app.Annotations, corev1.LastAppliedConfigAnnotation)
	stored.Keep(app)
}

// Environment is what the controller works with beside the manager and the configuration.
type Environment struct {
	// Scope is what is served.
	Scope scope.Scope
	// Events writes what is to be reported of applications.
	Events *eventsink.Sink
	// Spark says where Spark is; its workers, time limit and uploads are those of the configuration.
	Spark sparksubmit.Options
	// Metrics counts what becomes of applications; nil counts nothing.
	Metrics *metrics.Recorder
}

// Add adds the controller to mgr as the configuration wants it.
func Add(mgr ctrl.Manager, cfg *configv1alpha1.ControllerConfiguration, env Environment) error {
	options := planning.Configured(cfg)
	options.Master = master(mgr.GetConfig(), os.Getenv)
	uncached := direct{mgr.GetAPIReader(), mgr.GetClient()}
	spark := env.Spark
	spark.Workers = int(cfg.Submission.SparkSubmit.Workers)
	spark.Timeout = cfg.Submission.SparkSubmit.Timeout.Duration
	uploads := cfg.Submission.SparkSubmit.Uploads
	spark.Uploads = sparksubmit.Uploads{Dir: uploads.Dir, Path: uploads.Path}
	sparkSubmit := sparksubmit.New(uncached, spark)
	// Without a Spark it refuses every submission and has nothing to run.
	if spark.Home != "" {
		if err := mgr.Add(sparkSubmit); err != nil {
			return fmt.Errorf("set up spark-submit: %w", err)
		}
	}
	reconciler := &Reconciler{
		Client:    mgr.GetClient(),
		APIReader: mgr.GetAPIReader(),
		Submitter: &mode.Submitter{
			Policy:      mode.Configured(cfg.Submission),
			Native:      native.New(uncached, options.Features.Schedulers),
			SparkSubmit: sparkSubmit,
		},
		Executors: askerOf(cfg, mgr.GetClient()),
		Finished:  sparkSubmit.Finished(),
		Options:   options,
		Policy:    policyOf(cfg),
		Metrics:   env.Metrics,
		Events:    env.Events.Recorder(eventSource),
		Clock:     clock.RealClock{},
		Scope:     env.Scope,
	}
	if err := reconciler.Setup(mgr, controller.Options{MaxConcurrentReconciles: int(cfg.Workers), RateLimiter: manager.RetryBackoff()}); err != nil {
		return fmt.Errorf("set up the controller of applications: %w", err)
	}
	return nil
}

// policyOf is what the configuration says about every application.
func policyOf(cfg *configv1alpha1.ControllerConfiguration) lifecycle.Policy {
	return lifecycle.Policy{
		MaxTrackedExecutors: int(cfg.MaxTrackedExecutorPerApp),
		DefaultTTL:          lifecycle.Seconds(cfg.DefaultTimeToLiveSeconds),
		MaxRetryInterval:    cfg.Retries.MaxInterval.Duration,
		Timeouts: lifecycle.Timeouts{
			Submission:       cfg.Timeouts.Submission.Duration,
			DriverPending:    cfg.Timeouts.DriverPending.Duration,
			ExecutorsPending: cfg.Timeouts.ExecutorsPending.Duration,
			ExecutorsRefused: cfg.Timeouts.ExecutorsRefused.Duration,
			Run:              cfg.Timeouts.Run.Duration,
			Sidecars:         cfg.Timeouts.Sidecars.Duration,
			ExecutorsEnd:     cfg.Timeouts.ExecutorsEnd.Duration,
			Cleanup:          cfg.Timeouts.Cleanup.Duration,
		},
	}
}

// askerOf returns what asks about executors, or nil where the configuration wants no dry runs.
func askerOf(cfg *configv1alpha1.ControllerConfiguration, c dryrun.Client) ExecutorAsker {
	if !cfg.Submission.ExecutorDryRun {
		return nil
	}
	return dryrun.New(c, clock.RealClock{})
}

// master returns what applications have as spark.master, by which spark-submit reaches the API server: nothing, for the
// name that it has in every cluster, or the address that an operator outside of the cluster has itself.
func master(connection *rest.Config, getenv func(string) string) string {
	if getenv("KUBERNETES_SERVICE_HOST") != "" {
		return ""
	}
	return "k8s://" + connection.Host
}
