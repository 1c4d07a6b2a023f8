// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os/exec"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// submitOptions are the flags of submit.
type submitOptions struct {
	apps, lone, sparkSubmit, profile int
}

// submit measures the way from an application to its driver pod, which does not run: natively, by the bare client and
// by spark-submit.
func submit(ctx context.Context, b *bench, args []string) error {
	var o submitOptions
	flags := flag.NewFlagSet("submit", flag.ContinueOnError)
	flags.IntVar(&o.apps, "apps", 1000, "applications at once")
	flags.IntVar(&o.lone, "lone", 100, "applications one by one, before them")
	flags.IntVar(&o.sparkSubmit, "spark-submit", 16, "applications at once by spark-submit; 0 leaves it out")
	flags.IntVar(&o.profile, "profile", 0, "write cpu.prof and allocs.prof of the controller's first so many seconds")
	if err := flags.Parse(args); err != nil {
		return err
	}
	native, err := o.native(ctx, b)
	if err != nil {
		return fmt.Errorf("native submission: %w", err)
	}
	bare, err := o.bare(ctx, b)
	if err != nil {
		return fmt.Errorf("bare client: %w", err)
	}
	columns := []column{native.column("native"), bare.column(theBareClient)}
	columns[0].cells[rowRatio] = fmt.Sprintf("%.2f", native.perMinute()/bare.perMinute())
	if o.sparkSubmit > 0 {
		slow, err := o.bySparkSubmit(ctx, b)
		if err != nil {
			return fmt.Errorf("spark-submit: %w", err)
		}
		columns = append(columns, slow.column(fmt.Sprintf("spark-submit (%d)", o.sparkSubmit)))
		columns[0].cells[rowSlow] = fmt.Sprintf("%.0f", native.perMinute()/slow.perMinute())
	}
	title := fmt.Sprintf("Submission: %d applications at once; by the application", o.apps)
	b.table(title, append([]string{rowRate, rowRatio, rowSlow, rowLatency, rowLone}, costRows...), columns...)
	return nil
}

// submitResult is what a measurement of submission found.
type submitResult struct {
	cost
	latencies, lone []time.Duration
}

func (r *submitResult) column(name string) column {
	cells := r.cells()
	cells[rowRate] = fmt.Sprintf("%.0f", r.perMinute())
	cells[rowLatency] = inWords(r.latencies)
	cells[rowLone] = inWords(r.lone)
	_, kinds := r.requestsEach()
	return column{name: name, cells: cells, note: kinds}
}

func (o *submitOptions) native(ctx context.Context, b *bench) (*submitResult, error) {
	return withCluster(ctx, b, func(c *cluster) (_ *submitResult, err error) {
		op, err := c.startOperator(ctx, b, operatorOptions{mode: "Native"})
		if err != nil {
			return nil, err
		}
		defer func() { err = errors.Join(err, op.stop()) }()
		s := way{cluster: c, operator: op, submit: c.create, lone: o.lone, apps: o.apps}
		if o.profile > 0 {
			s.during = func() { op.profile(ctx, b, o.profile) }
		}
		return s.measure(ctx)
	})
}

func (o *submitOptions) bare(ctx context.Context, b *bench) (*submitResult, error) {
	return withCluster(ctx, b, func(c *cluster) (*submitResult, error) {
		s := way{cluster: c, submit: c.submitBare, lone: o.lone, apps: o.apps}
		return s.measure(ctx)
	})
}

// bySparkSubmit measures the packaged Spark's spark-submit. It reaches the API server by a proxy that brings the
// credentials: Spark's client does not take those of a test's API server.
func (o *submitOptions) bySparkSubmit(ctx context.Context, b *bench) (*submitResult, error) {
	home, err := exec.CommandContext(ctx, "go", "-C", b.root+"/test/localcluster", "run", ".", "distribution", "4.0.1").Output()
	if err != nil {
		return nil, fmt.Errorf("get the distribution of Spark: %w", err)
	}
	return withCluster(ctx, b, func(c *cluster) (_ *submitResult, err error) {
		proxy, err := c.proxy()
		if err != nil {
			return nil, err
		}
		defer proxy.Close()
		op, err := c.startOperator(ctx, b, operatorOptions{mode: "SparkSubmit", server: proxy.URL, sparkHome: strings.TrimSpace(string(home))})
		if err != nil {
			return nil, err
		}
		defer func() { err = errors.Join(err, op.stop()) }()
		s := way{cluster: c, operator: op, submit: c.create, lone: min(o.lone, 3), apps: o.sparkSubmit}
		return s.measure(ctx)
	})
}

// proxy starts a server that passes everything on to the API server.
func (c *cluster) proxy() (*httptest.Server, error) {
	uncounted := rest.CopyConfig(c.config)
	uncounted.WrapTransport = nil
	transport, err := rest.TransportFor(uncounted)
	if err != nil {
		return nil, err
	}
	target, err := url.Parse(c.config.Host)
	if err != nil {
		return nil, err
	}
	return httptest.NewServer(&httputil.ReverseProxy{
		Transport: transport, FlushInterval: -1, Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) },
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, err error) {
			http.Error(w, err.Error(), http.StatusBadGateway)
		},
	}), nil
}

// way is one way to submit.
type way struct {
	cluster  *cluster
	operator *operator
	submit   func(ctx context.Context, l *ledger, name string) error
	// lone applications come one by one, then apps at once.
	lone, apps int
	// during is called when the latter begin.
	during func()
}

func (s *way) measure(ctx context.Context) (*submitResult, error) {
	c := s.cluster
	if s.operator != nil {
		if err := c.warmUp(ctx); err != nil {
			return nil, errors.Join(err, errors.New(s.operator.lastWords()))
		}
	}
	if err := c.settle(ctx); err != nil {
		return nil, err
	}
	result := &submitResult{}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	l := newLedger()
	found := func(pod *corev1.Pod) { l.hasDriver(pod.Labels[sparklabels.AppName]) }
	go c.watchDrivers(ctx, found, cancel)
	for i := range s.lone {
		if err := s.submit(ctx, l, fmt.Sprintf("lone-%05d", i)); err != nil {
			return nil, err
		}
		if err := l.await(ctx, limit, func() bool { return l.drivers == i+1 }); err != nil {
			return nil, err
		}
	}
	result.lone = l.latencies()
	if err := c.settle(ctx); err != nil {
		return nil, err
	}
	l.reset()
	m, err := c.meter(ctx, s.operator)
	if err != nil {
		return nil, err
	}
	if s.during != nil {
		s.during()
	}
	if err := burst(ctx, "burst", s.apps, func(ctx context.Context, name string) error { return s.submit(ctx, l, name) }); err != nil {
		return nil, err
	}
	if err := l.await(ctx, limit, func() bool { return l.drivers == s.apps }); err != nil {
		return nil, err
	}
	result.cost, err = m.read(ctx, s.apps, time.Since(m.began))
	result.latencies = l.latencies()
	return result, err
}

// warmUp waits until the operator makes drivers.
func (c *cluster) warmUp(ctx context.Context) error {
	app := newApplication("warm-up")
	if err := c.client.Create(ctx, app); err != nil {
		return err
	}
	deadline := time.Now().Add(2 * time.Minute)
	for time.Now().Before(deadline) {
		pods := &corev1.PodList{}
		if err := c.client.List(ctx, pods, client.InNamespace(namespace), client.MatchingLabels{sparklabels.AppName: app.Name}); err != nil {
			return err
		}
		if len(pods.Items) > 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
	return errors.New("the controller makes no driver")
}
