// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package faults

import (
	"context"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"k8s.io/client-go/rest"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	configv1alpha1 "github.com/alauda/spark-operator/apis/config/v1alpha1"
	"github.com/alauda/spark-operator/controllers"
	"github.com/alauda/spark-operator/internal/manager"
	"github.com/alauda/spark-operator/internal/submission/sparksubmit"
)

// process is one life of a controller: what it remembers is gone with it.
type process struct {
	wire  *wire
	ended chan struct{}
	// err is why it ended by itself; it may be read when ended is closed.
	err error
}

// launch starts a controller for the trial's namespace, as cmd/controller does. It lives until its wire dies.
func (t *trial) launch() *process {
	alive, die := context.WithCancel(context.Background())
	p := &process{wire: &wire{ledger: t.ledger, leases: &atomic.Bool{}, alive: alive, die: die}, ended: make(chan struct{})}
	go func() {
		defer close(p.ended)
		defer die()
		p.err = t.control(alive, p)
	}()
	return p
}

func (t *trial) control(ctx context.Context, p *process) error {
	cfg := configv1alpha1.DefaultControllerConfiguration()
	cfg.Namespaces = []string{t.namespace}
	cfg.Metrics.BindAddress, cfg.Health.BindAddress = configv1alpha1.Off, configv1alpha1.Off
	cfg.DriverPodDisruptionBudget.Enabled = true
	cfg.Submission.Mode = t.mode
	cfg.LeaderElection.Enabled = t.elected
	if t.elected {
		cfg.LeaderElection.LeaseNamespace = t.namespace
		cfg.LeaderElection.LeaseDuration.Duration = 6 * time.Second
		cfg.LeaderElection.RenewDeadline.Duration = 4 * time.Second
		cfg.LeaderElection.RetryPeriod.Duration = 200 * time.Millisecond
	}
	options, err := controllers.ManagerOptions(cfg)
	if err != nil {
		return err
	}
	options.Controller.SkipNameValidation = new(true)
	if !t.discovers {
		options.MapperProvider = mapper
	}
	connection := manager.Connection(t.config, &cfg.SharedConfiguration)
	connection.Wrap(func(next http.RoundTripper) http.RoundTripper {
		w := *p.wire
		w.next = next
		return &w
	})
	mgr, err := ctrl.NewManager(connection, options)
	if err != nil {
		return fmt.Errorf("manager: %w", err)
	}
	spark := sparksubmit.Options{Grace: time.Second}
	if t.mode == configv1alpha1.SubmissionSparkSubmit {
		jvm, err := t.newSparkSubmit(p.wire)
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

// supervise keeps a controller running until ctx ends, as a kubelet would: one that has died is started anew.
func (t *trial) supervise(ctx context.Context) {
	for ctx.Err() == nil {
		p := t.launch()
		select {
		case <-p.ended:
			t.note("the controller ended: %v", p.err)
		case <-ctx.Done():
			p.wire.die()
			<-p.ended
		}
		t.restarted()
	}
}

// over returns a client that speaks over a wire in the name of another.
func over(w *wire, config *rest.Config, name string) (client.Client, error) {
	connection := rest.CopyConfig(config)
	connection.Wrap(func(next http.RoundTripper) http.RoundTripper {
		named := *w
		named.next, named.client = next, name
		return &named
	})
	httpClient, err := rest.HTTPClientFor(connection)
	if err != nil {
		return nil, err
	}
	return client.New(connection, client.Options{Scheme: scheme, Mapper: restMapping, HTTPClient: httpClient})
}
