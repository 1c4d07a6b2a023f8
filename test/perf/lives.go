// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/testing/kubelet"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// limit is how long one measurement may take.
const limit = 20 * time.Minute

// livesOptions are the flags of lives.
type livesOptions struct {
	apps, executors, finished, kubelets int
	runs                                time.Duration
	only                                string
	profile                             int
}

// lives measures whole lives: applications are created, their drivers run with their executors and end, and the status
// says so.
func lives(ctx context.Context, b *bench, args []string) error {
	var o livesOptions
	flags := flag.NewFlagSet("lives", flag.ContinueOnError)
	flags.IntVar(&o.apps, "apps", 1000, "applications at once")
	flags.IntVar(&o.executors, "executors", 0, "executors of each; if there are any, drivers end when all of them run")
	flags.IntVar(&o.finished, "finished", 0, "finished applications that lie around")
	flags.IntVar(&o.kubelets, "kubelets", 16, "drivers that the simulated nodes work on at a time")
	flags.DurationVar(&o.runs, "runs", 2*time.Second, "how long a driver runs at least")
	flags.StringVar(&o.only, "only", "", "measure only the operator or only the bare client")
	flags.IntVar(&o.profile, "profile", 0, "write cpu.prof and allocs.prof of the controller's first so many seconds, and heap.prof")
	if err := flags.Parse(args); err != nil {
		return err
	}
	var columns []column
	var rates []float64
	for _, name := range []string{theOperator, theBareClient} {
		if o.only != "" && o.only != name {
			continue
		}
		result, err := o.measure(ctx, b, name == theOperator)
		if err != nil {
			return fmt.Errorf("lives by the %s: %w", name, err)
		}
		columns, rates = append(columns, result.column(name)), append(rates, result.perMinute())
	}
	if len(rates) == 2 {
		columns[0].cells[rowRatio] = fmt.Sprintf("%.2f", rates[0]/rates[1])
	}
	title := fmt.Sprintf("Lives: %d applications at once, %d executors each, beside %d finished ones; by the application", o.apps, o.executors, o.finished)
	b.table(title, append([]string{rowLives, rowRatio, rowLag}, costRows...), columns...)
	return nil
}

// livesResult is what a measurement of lives found.
type livesResult struct {
	cost
	lags []time.Duration
}

func (r *livesResult) column(name string) column {
	cells := r.cells()
	cells[rowLives] = fmt.Sprintf("%.0f", r.perMinute())
	cells[rowLag] = fmt.Sprintf("%s, %s (%d changes)", inWords(r.lags), short(quantile(r.lags, 1)), len(r.lags))
	_, kinds := r.requestsEach()
	return column{name: name, cells: cells, note: kinds}
}

// measure measures the operator, or the bare client.
func (o *livesOptions) measure(ctx context.Context, b *bench, native bool) (*livesResult, error) {
	return withCluster(ctx, b, func(c *cluster) (_ *livesResult, err error) {
		if err := burst(ctx, "finished", o.finished, c.createFinished); err != nil {
			return nil, fmt.Errorf("create finished applications: %w", err)
		}
		if !native {
			return o.run(ctx, b, c, nil)
		}
		op, err := c.startOperator(ctx, b, operatorOptions{mode: "Native"})
		if err != nil {
			return nil, err
		}
		defer func() { err = errors.Join(err, op.stop()) }()
		if err := c.warmUp(ctx); err != nil {
			return nil, errors.Join(err, errors.New(op.lastWords()))
		}
		return o.run(ctx, b, c, op)
	})
}

// run lets the applications live, followed by the operator or, where there is none, by the bare client.
func (o *livesOptions) run(ctx context.Context, b *bench, c *cluster, op *operator) (*livesResult, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	l := newLedger()
	k := o.kubeletsOf(c, l)
	create := c.create
	if op == nil {
		create, k.wrote = c.submitBare, c.followBare()
	}
	go c.watchApplications(ctx, l, cancel)
	go c.watchDrivers(ctx, o.play(ctx, k, cancel), cancel)
	// Watches begin with what lies around: it is not to come between.
	if err := c.settle(ctx); err != nil {
		return nil, err
	}
	m, err := c.meter(ctx, op)
	if err != nil {
		return nil, err
	}
	if op != nil && o.profile > 0 {
		op.profile(ctx, b, o.profile)
	}
	if err := burst(ctx, "life", o.apps, func(ctx context.Context, name string) error { return create(ctx, l, name) }); err != nil {
		return nil, err
	}
	if err := l.await(ctx, limit, func() bool { return l.completed == o.apps }); err != nil {
		return nil, err
	}
	took := time.Since(m.began)
	if op != nil && o.profile > 0 {
		if err := op.fetch(ctx, "heap", "heap.prof"); err != nil {
			return nil, err
		}
	}
	spent, err := m.read(ctx, o.apps, took)
	return &livesResult{cost: spent, lags: l.lags}, err
}

// kubeletsOf returns the simulated nodes of a measurement.
func (o *livesOptions) kubeletsOf(c *cluster, l *ledger) *kubelets {
	k := &kubelets{
		cluster: c, nodes: kubelet.Kubelet{Client: c.client}, ledger: l, executors: o.executors, runs: o.runs, slots: make(chan struct{}, o.kubelets),
		gather: make(chan struct{}), gathered: func() {},
		wrote: func(context.Context, *corev1.Pod, v1beta2.ApplicationStateType) error { return nil },
	}
	if o.executors == 0 {
		close(k.gather)
		return k
	}
	arrivals := make(chan struct{})
	k.gathered = func() { arrivals <- struct{}{} }
	go func() {
		for range o.apps {
			<-arrivals
		}
		close(k.gather)
	}()
	return k
}

// play returns what happens when a driver appears: it lives.
func (o *livesOptions) play(ctx context.Context, k *kubelets, fail context.CancelCauseFunc) func(*corev1.Pod) {
	return func(driver *corev1.Pod) {
		if !k.ledger.hasDriver(driver.Labels[sparklabels.AppName]) {
			return
		}
		go func() {
			if err := k.live(ctx, driver); err != nil && ctx.Err() == nil {
				fail(err)
			}
		}()
	}
}
