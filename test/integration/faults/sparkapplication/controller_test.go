// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkapplication

import (
	"context"
	"fmt"
	"time"

	ctrl "sigs.k8s.io/controller-runtime"

	configv1alpha1 "github.com/alauda/spark-operator/apis/config/v1alpha1"
	"github.com/alauda/spark-operator/controllers"
	"github.com/alauda/spark-operator/internal/manager"
	"github.com/alauda/spark-operator/internal/submission/sparksubmit"
	"github.com/alauda/spark-operator/internal/testing/wire"
)

// control runs a controller for the trial's namespace, as cmd/controller does.
func (t *world) control(ctx context.Context, p *wire.Process) error {
	cfg := configv1alpha1.DefaultControllerConfiguration()
	cfg.Namespaces = []string{t.Namespace}
	cfg.Metrics.BindAddress, cfg.Health.BindAddress = configv1alpha1.Off, configv1alpha1.Off
	cfg.DriverPodDisruptionBudget.Enabled = true
	cfg.Submission.Mode = t.mode
	if t.scenario.gang {
		cfg.BatchScheduler = configv1alpha1.BatchScheduler{Enabled: []string{"volcano"}, Default: "volcano"}
	}
	cfg.LeaderElection.Enabled = t.Elected
	if t.Elected {
		cfg.LeaderElection.LeaseNamespace = t.Namespace
		// The former leader has long stopped when the lease is free, on a busy machine, too.
		cfg.LeaderElection.LeaseDuration.Duration = 8 * time.Second
		cfg.LeaderElection.RenewDeadline.Duration = 4 * time.Second
		cfg.LeaderElection.RetryPeriod.Duration = 200 * time.Millisecond
	}
	options, err := controllers.ManagerOptions(cfg)
	if err != nil {
		return err
	}
	options.Controller.SkipNameValidation = new(true)
	if !t.Discovers {
		options.MapperProvider = t.Mapper
	}
	connection := manager.Connection(t.Connection(p, ""), &cfg.SharedConfiguration)
	mgr, err := ctrl.NewManager(connection, options)
	if err != nil {
		return fmt.Errorf("manager: %w", err)
	}
	spark := sparksubmit.Options{Grace: time.Second}
	if t.mode == configv1alpha1.SubmissionSparkSubmit {
		jvm, err := t.newSparkSubmit(p)
		if err != nil {
			return err
		}
		defer jvm.close()
		spark.Home, spark.Dir = jvm.home, jvm.work
	}
	if err := controllers.Setup(ctx, mgr, cfg, spark, t.metrics); err != nil {
		return err
	}
	return mgr.Start(ctx)
}
