// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkapplication

import (
	"context"
	"fmt"
	"os"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"

	configv1alpha1 "github.com/alauda/spark-operator/apis/config/v1alpha1"
	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/dryrun"
	"github.com/alauda/spark-operator/internal/eventsink"
	"github.com/alauda/spark-operator/internal/index"
	"github.com/alauda/spark-operator/internal/lifecycle"
	"github.com/alauda/spark-operator/internal/metrics"
	"github.com/alauda/spark-operator/internal/namespaces"
	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/internal/scope"
	"github.com/alauda/spark-operator/internal/stored"
	"github.com/alauda/spark-operator/internal/submission/mode"
	"github.com/alauda/spark-operator/internal/submission/native"
	"github.com/alauda/spark-operator/internal/submission/sparksubmit"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// eventSource is the reporter of the events, as clients know it.
const eventSource = "spark-application-controller"

// direct reads from the API server and not from the cache.
type direct struct {
	client.Reader
	client.Writer
}

// Narrow limits what a manager keeps in memory to what the controller reads: applications of the namespaces that are served and their pods, less what is read of
// neither. To read anything else by the cache is an error, so that nobody comes to keep all of a cluster's objects of a kind unawares. Its clients
// know applications as they are stored, which no other application can spoil.
func Narrow(options *ctrl.Options, served namespaces.Filter) {
	options.Scheme = storedScheme()
	options.Cache.ByObject = map[client.Object]cache.ByObject{
		&corev1.Pod{}: {
			Label:     labels.SelectorFromSet(labels.Set{sparklabels.LaunchedByOperator: sparklabels.True}),
			Transform: trimPod,
		},
	}
	stored.Cached(options, served, trimApplication)
	options.Cache.ReaderFailOnMissingInformer = true
	options.Client.Cache = &client.CacheOptions{DisableFor: []client.Object{&corev1.ConfigMap{}, &corev1.Service{}}}
}

func storedScheme() *runtime.Scheme {
	scheme := runtime.NewScheme()
	utilruntime.Must(clientgoscheme.AddToScheme(scheme))
	utilruntime.Must(stored.AddToScheme(scheme))
	return scheme
}

// plainScheme knows the kinds of the objects that events are about.
func plainScheme() *runtime.Scheme {
	scheme := runtime.NewScheme()
	utilruntime.Must(v1beta2.AddToScheme(scheme))
	return scheme
}

// Add adds the controller to mgr as the configuration wants it. spark says where Spark is; its workers, time limit and uploads are those
// of the configuration. recorder counts what becomes of applications; nil counts nothing.
func Add(ctx context.Context, mgr ctrl.Manager, cfg *configv1alpha1.ControllerConfiguration, spark sparksubmit.Options, recorder *metrics.Recorder) error {
	if err := index.Setup(ctx, mgr.GetFieldIndexer()); err != nil {
		return err
	}
	uncached := direct{mgr.GetAPIReader(), mgr.GetClient()}
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
	served, err := namespaces.New(&cfg.SharedConfiguration)
	if err != nil {
		return err
	}
	if served.ByLabels() {
		// Applications are asked about as soon as they are listed.
		if _, err := mgr.GetCache().GetInformer(ctx, &corev1.Namespace{}, cache.BlockUntilSynced(false)); err != nil {
			return fmt.Errorf("watch namespaces: %w", err)
		}
	}
	told := eventsink.New(mgr.GetClient(), plainScheme(), eventSource, clock.RealClock{})
	if err := mgr.Add(told); err != nil {
		return fmt.Errorf("set up events: %w", err)
	}
	options := planning.Configured(cfg)
	options.Master = master(mgr.GetConfig(), os.Getenv)
	reconciler := &Reconciler{
		Client:    mgr.GetClient(),
		APIReader: mgr.GetAPIReader(),
		Submitter: &mode.Submitter{
			Policy:      mode.Configured(cfg.Submission),
			Native:      native.New(uncached),
			SparkSubmit: sparkSubmit,
		},
		Executors: askerOf(cfg, mgr.GetClient()),
		Finished:  sparkSubmit.Finished(),
		Options:   options,
		Policy:    policyOf(cfg),
		Metrics:   recorder,
		Events:    told,
		Clock:     clock.RealClock{},
		Scope:     scope.New(served, mgr.GetCache()),
	}
	if err := reconciler.Setup(mgr, controller.Options{MaxConcurrentReconciles: int(cfg.Workers), RateLimiter: retryWaits()}); err != nil {
		return fmt.Errorf("set up controller: %w", err)
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

// master returns what applications have as spark.master, by which spark-submit reaches the API server: nothing, for the name that it has
// in every cluster, or the address that an operator outside of the cluster has itself.
func master(connection *rest.Config, getenv func(string) string) string {
	if getenv("KUBERNETES_SERVICE_HOST") != "" {
		return ""
	}
	return "k8s://" + connection.Host
}
