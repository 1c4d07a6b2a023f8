// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/healthz"

	configv1alpha1 "github.com/alauda/spark-operator/apis/config/v1alpha1"
	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/controllers/sparkapplication"
	"github.com/alauda/spark-operator/internal/config"
	"github.com/alauda/spark-operator/internal/index"
	"github.com/alauda/spark-operator/internal/lifecycle"
	"github.com/alauda/spark-operator/internal/manager"
	"github.com/alauda/spark-operator/internal/submission"
	"github.com/alauda/spark-operator/internal/submission/mode"
	"github.com/alauda/spark-operator/internal/submission/native"
	"github.com/alauda/spark-operator/internal/submission/sparksubmit"
	"github.com/alauda/spark-operator/internal/version"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// eventSource is the reporter of the events, as clients know it.
const eventSource = "spark-application-controller"

// run starts the controller and returns when ctx ends or something fails for good.
func run(ctx context.Context, args []string, stderr io.Writer) error {
	line, err := manager.ParseCommandLine("controller", args, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	if err != nil {
		return err
	}
	cfg, err := config.LoadController(line.ConfigFile)
	if err != nil {
		return err
	}
	mgr, err := newManager(cfg)
	if err != nil {
		return err
	}
	if err := setup(ctx, mgr, cfg); err != nil {
		return err
	}
	ctrl.Log.Info("Starting the controller", "version", version.Version, "namespaces", cfg.Namespaces, "workers", cfg.Workers)
	return mgr.Start(ctx)
}

// direct reads from the API server and not from the cache.
type direct struct {
	client.Reader
	client.Writer
}

func newScheme() *runtime.Scheme {
	scheme := runtime.NewScheme()
	utilruntime.Must(clientgoscheme.AddToScheme(scheme))
	utilruntime.Must(v1beta2.AddToScheme(scheme))
	return scheme
}

func newManager(cfg *configv1alpha1.ControllerConfiguration) (ctrl.Manager, error) {
	connection, err := ctrl.GetConfig()
	if err != nil {
		return nil, fmt.Errorf("connection to the API server: %w", err)
	}
	options := manager.Options(&cfg.SharedConfiguration, newScheme())
	// Only pods of Spark applications are kept in memory. ConfigMaps and Services are written and hardly ever read.
	options.Cache.ByObject = map[client.Object]cache.ByObject{
		&corev1.Pod{}: {Label: labels.SelectorFromSet(labels.Set{sparklabels.LaunchedByOperator: sparklabels.True})},
	}
	options.Client.Cache = &client.CacheOptions{DisableFor: []client.Object{&corev1.ConfigMap{}, &corev1.Service{}}}
	elect(&options, &cfg.LeaderElection)
	mgr, err := ctrl.NewManager(manager.Connection(connection, &cfg.SharedConfiguration), options)
	if err != nil {
		return nil, fmt.Errorf("manager: %w", err)
	}
	return mgr, nil
}

// elect sets leader election. The lease is released on a graceful stop, so that the next leader need not wait for its end.
func elect(options *ctrl.Options, election *configv1alpha1.LeaderElection) {
	options.LeaderElection = election.Enabled
	options.LeaderElectionID = election.LeaseName
	options.LeaderElectionNamespace = election.LeaseNamespace
	options.LeaderElectionReleaseOnCancel = true
	options.LeaseDuration = &election.LeaseDuration.Duration
	options.RenewDeadline = &election.RenewDeadline.Duration
	options.RetryPeriod = &election.RetryPeriod.Duration
}

func setup(ctx context.Context, mgr ctrl.Manager, cfg *configv1alpha1.ControllerConfiguration) error {
	if err := index.Setup(ctx, mgr.GetFieldIndexer()); err != nil {
		return err
	}
	uncached := direct{mgr.GetAPIReader(), mgr.GetClient()}
	home := os.Getenv("SPARK_HOME")
	sparkSubmit := sparksubmit.New(uncached, sparksubmit.Options{
		Home:    home,
		Workers: int(cfg.Submission.SparkSubmit.Workers),
		Timeout: cfg.Submission.SparkSubmit.Timeout.Duration,
	})
	// Without a Spark it refuses every submission and has nothing to run.
	if home != "" {
		if err := mgr.Add(sparkSubmit); err != nil {
			return fmt.Errorf("set up spark-submit: %w", err)
		}
	}
	reconciler := &sparkapplication.Reconciler{
		Client:    mgr.GetClient(),
		APIReader: mgr.GetAPIReader(),
		Submitter: &mode.Submitter{
			Configured:  mode.Mode(cfg.Submission.Mode),
			Native:      native.New(uncached),
			SparkSubmit: sparkSubmit,
		},
		Finished: sparkSubmit.Finished(),
		Options:  submission.Options{},
		Policy: lifecycle.Policy{
			MaxTrackedExecutors: int(cfg.MaxTrackedExecutorPerApp),
			DefaultTTL:          time.Duration(cfg.DefaultTimeToLiveSeconds) * time.Second,
		},
		Events: mgr.GetEventRecorder(eventSource),
		Clock:  clock.RealClock{},
	}
	if err := reconciler.Setup(mgr, controller.Options{MaxConcurrentReconciles: int(cfg.Workers)}); err != nil {
		return fmt.Errorf("set up controller: %w", err)
	}
	if err := mgr.AddHealthzCheck("ping", healthz.Ping); err != nil {
		return fmt.Errorf("set up liveness: %w", err)
	}
	if err := mgr.AddReadyzCheck("ping", healthz.Ping); err != nil {
		return fmt.Errorf("set up readiness: %w", err)
	}
	return nil
}
