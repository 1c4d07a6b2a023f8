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
	"runtime/debug"
	"time"

	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/healthz"
	crmetrics "sigs.k8s.io/controller-runtime/pkg/metrics"

	configv1alpha1 "github.com/alauda/spark-operator/apis/config/v1alpha1"
	"github.com/alauda/spark-operator/controllers"
	"github.com/alauda/spark-operator/internal/config"
	"github.com/alauda/spark-operator/internal/manager"
	"github.com/alauda/spark-operator/internal/metrics"
	"github.com/alauda/spark-operator/internal/panics"
	"github.com/alauda/spark-operator/internal/submission/sparksubmit"
	"github.com/alauda/spark-operator/internal/version"
)

// run starts the controller and returns when ctx ends or something fails for good.
func run(ctx context.Context, args []string, stderr io.Writer) error {
	line, err := manager.ParseCommandLine("controller", args, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	if err != nil {
		return err
	}
	cfg, err := config.InPod(line.ConfigFile).Controller()
	if err != nil {
		return err
	}
	spareMemory()
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

// spareMemory has the garbage collector keep less garbage, unless the environment says how much. Most of the memory is
// caches, which live long: with the usual percentage as much again would lie idle.
func spareMemory() {
	const percent = 50
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(percent)
	}
}

// Leader election creates the lease, renews it, and emits an event about who leads. Only creation cannot be limited to
// a name.
//
// +kubebuilder:rbac:groups=coordination.k8s.io,namespace=spark-operator,resources=leases,verbs=create
// +kubebuilder:rbac:groups=coordination.k8s.io,namespace=spark-operator,resources=leases,resourceNames=spark-operator-controller-lock,verbs=get;update
// +kubebuilder:rbac:groups="",namespace=spark-operator,resources=events,verbs=create

func newManager(cfg *configv1alpha1.ControllerConfiguration) (ctrl.Manager, error) {
	connection, err := ctrl.GetConfig()
	if err != nil {
		return nil, fmt.Errorf("connection to the API server: %w", err)
	}
	options, err := controllers.ManagerOptions(cfg)
	if err != nil {
		return nil, err
	}
	mgr, err := ctrl.NewManager(manager.Connection(connection, &cfg.SharedConfiguration), options)
	if err != nil {
		return nil, fmt.Errorf("manager: %w", err)
	}
	return mgr, nil
}

func setup(ctx context.Context, mgr ctrl.Manager, cfg *configv1alpha1.ControllerConfiguration) error {
	recorder, err := registerMetrics(mgr, &cfg.Metrics)
	if err != nil {
		return err
	}
	spark := sparksubmit.Options{Home: os.Getenv("SPARK_HOME")}
	if err := controllers.Setup(ctx, mgr, cfg, spark, recorder); err != nil {
		return err
	}
	if err := mgr.AddHealthzCheck("ping", healthz.Ping); err != nil {
		return fmt.Errorf("set up liveness: %w", err)
	}
	if err := mgr.AddReadyzCheck("ping", healthz.Ping); err != nil {
		return fmt.Errorf("set up readiness: %w", err)
	}
	return nil
}

// registerMetrics adds the metrics about applications to those that the manager serves.
func registerMetrics(mgr ctrl.Manager, m *configv1alpha1.Metrics) (*metrics.Recorder, error) {
	recorder := metrics.New(metrics.Options{
		Prefix: m.Prefix, Labels: m.Labels,
		SubmitLatencyBuckets: m.JobSubmitLatencyBuckets, StartLatencyBuckets: m.JobStartLatencyBuckets,
	})
	source := metrics.Source{Reader: mgr.GetClient(), Elected: mgr.Elected(), Now: time.Now}
	if err := crmetrics.Registry.Register(recorder.Collector(source)); err != nil {
		return nil, fmt.Errorf("register metrics: %w", err)
	}
	if err := crmetrics.Registry.Register(panics.Collector()); err != nil {
		return nil, fmt.Errorf("register metrics: %w", err)
	}
	return recorder, nil
}
