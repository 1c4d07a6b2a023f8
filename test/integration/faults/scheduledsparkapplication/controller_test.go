// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package scheduledsparkapplication

import (
	"context"
	"fmt"
	"sync"
	"time"

	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"

	configv1alpha1 "github.com/alauda/spark-operator/apis/config/v1alpha1"
	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/controllers"
	"github.com/alauda/spark-operator/controllers/scheduledsparkapplication"
	"github.com/alauda/spark-operator/internal/caching"
	"github.com/alauda/spark-operator/internal/eventsink"
	"github.com/alauda/spark-operator/internal/manager"
	"github.com/alauda/spark-operator/internal/testing/wire"
)

// control runs the controller of schedules, and no other, for the trial's namespace.
func (t *world) control(ctx context.Context, p *wire.Process) error {
	cfg := configv1alpha1.DefaultControllerConfiguration()
	cfg.Namespaces = []string{t.Namespace}
	cfg.Metrics.BindAddress, cfg.Health.BindAddress = configv1alpha1.Off, configv1alpha1.Off
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
	options.MapperProvider = t.Mapper
	mgr, err := ctrl.NewManager(manager.Connection(t.Connection(p, ""), &cfg.SharedConfiguration), options)
	if err != nil {
		return fmt.Errorf("manager: %w", err)
	}
	if err := caching.SetupIndexes(ctx, mgr.GetFieldIndexer()); err != nil {
		return err
	}
	events := eventsink.New(mgr.GetClient(), subject.Scheme, clock.RealClock{})
	if err := mgr.Add(events); err != nil {
		return err
	}
	err = scheduledsparkapplication.Add(mgr, cfg, scheduledsparkapplication.Environment{Events: events, Metrics: t.metrics, Clock: &t.clock})
	if err != nil {
		return err
	}
	return mgr.Start(ctx)
}

// wound is a clock that goes and can be put forward.
type wound struct {
	mu   sync.Mutex
	lead time.Duration
}

var _ clock.PassiveClock = &wound{}

// Now implements clock.PassiveClock.
func (w *wound) Now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return time.Now().Add(w.lead)
}

// Since implements clock.PassiveClock.
func (w *wound) Since(t time.Time) time.Duration { return w.Now().Sub(t) }

// forward puts the clock to a time.
func (w *wound) forward(to time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lead = time.Until(to)
}

// hourly returns the schedule of the trial, and its first slot: half an hour from now, so that none comes by itself.
func hourly(now time.Time) (expression string, first time.Time) {
	first = now.UTC().Truncate(time.Minute).Add(30 * time.Minute)
	return fmt.Sprintf("%d * * * *", first.Minute()), first
}

// slot returns a slot of the trial's schedule, counted from 1; those before are past.
func (t *world) slot(n int) time.Time { return t.first.Add(time.Duration(n-1) * time.Hour) }

// slotOf returns the number of the slot of a run; 0 where it has none of the trial's schedule.
func (t *world) slotOf(run *v1beta2.SparkApplication) int {
	at, err := time.Parse(time.RFC3339, run.Annotations[scheduledTime])
	if since := at.Sub(t.first); err == nil && since%time.Hour == 0 {
		return int(since/time.Hour) + 1
	}
	return 0
}
