// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"crypto/tls"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"k8s.io/apimachinery/pkg/types"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/healthz"
	crmetrics "sigs.k8s.io/controller-runtime/pkg/metrics"
	"sigs.k8s.io/controller-runtime/pkg/webhook"

	configv1alpha1 "github.com/alauda/spark-operator/apis/config/v1alpha1"
	"github.com/alauda/spark-operator/internal/certs"
	"github.com/alauda/spark-operator/internal/config"
	"github.com/alauda/spark-operator/internal/manager"
	"github.com/alauda/spark-operator/internal/namespaces"
	"github.com/alauda/spark-operator/internal/scope"
	"github.com/alauda/spark-operator/internal/version"
	"github.com/alauda/spark-operator/webhooks"
)

const (
	// certificateValidity makes a certificate change three times in two years, so that rotation is nothing rare.
	certificateValidity = 365 * 24 * time.Hour
	// trustPropagation is much longer than the API server's watch takes to bring it a changed configuration.
	trustPropagation = 30 * time.Second
)

// run starts the webhook and returns when ctx ends or something fails for good.
func run(ctx context.Context, args []string, stderr io.Writer) error {
	line, err := manager.ParseCommandLine("webhook", args, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	if err != nil {
		return err
	}
	cfg, err := config.LoadWebhook(line.ConfigFile)
	if err != nil {
		return err
	}
	mgr, err := newManager(ctx, cfg)
	if err != nil {
		return err
	}
	ctrl.Log.Info("Starting the webhook", "version", version.Version, "certificate", cfg.Certificate.Mode, "port", cfg.Port)
	return mgr.Start(ctx)
}

// newManager returns a manager without leader election: every replica serves.
func newManager(ctx context.Context, cfg *configv1alpha1.WebhookConfiguration) (ctrl.Manager, error) {
	connection, err := ctrl.GetConfig()
	if err != nil {
		return nil, fmt.Errorf("connection to the API server: %w", err)
	}
	served, err := namespaces.New(&cfg.SharedConfiguration)
	if err != nil {
		return nil, err
	}
	options := manager.Options(&cfg.SharedConfiguration)
	certificate, watched, err := newCertificate(&cfg.Certificate)
	if err != nil {
		return nil, err
	}
	webhooks.Narrow(&options, served)
	maps.Copy(options.Cache.ByObject, watched)
	options.WebhookServer = webhook.NewServer(webhook.Options{Port: int(cfg.Port), TLSOpts: []func(*tls.Config){
		manager.WithoutHTTP2, func(c *tls.Config) { c.GetCertificate = certificate.GetCertificate },
	}})
	mgr, err := ctrl.NewManager(manager.Connection(connection, &cfg.SharedConfiguration), options)
	if err != nil {
		return nil, fmt.Errorf("manager: %w", err)
	}
	if err := setupCertificate(mgr, certificate); err != nil {
		return nil, err
	}
	return mgr, setup(ctx, mgr, webhooks.Options{
		Served:        scope.New(served, mgr.GetCache()).Asking(mgr.GetAPIReader()),
		ResourceQuota: cfg.ResourceQuota,
	})
}

func setup(ctx context.Context, mgr ctrl.Manager, o webhooks.Options) error {
	if err := webhooks.Setup(ctx, mgr, o); err != nil {
		return err
	}
	if err := mgr.AddHealthzCheck("ping", healthz.Ping); err != nil {
		return fmt.Errorf("set up liveness: %w", err)
	}
	if err := mgr.AddReadyzCheck("webhook", mgr.GetWebhookServer().StartedChecker()); err != nil {
		return fmt.Errorf("set up readiness: %w", err)
	}
	return nil
}

// certificate is what the webhook serves, wherever it comes from.
type certificate interface {
	prometheus.Collector
	GetCertificate(*tls.ClientHelloInfo) (*tls.Certificate, error)
	// Valid is a readiness check.
	Valid(*http.Request) error
	SetupWithManager(ctrl.Manager) error
}

// newCertificate returns the certificate of the configuration's mode, and what the cache is to watch for it.
func newCertificate(c *configv1alpha1.WebhookCertificate) (certificate, map[client.Object]cache.ByObject, error) {
	namespace, err := config.OwnNamespace()
	if err != nil {
		return nil, nil, err
	}
	service := types.NamespacedName{Namespace: namespace, Name: c.ServiceName}
	if c.Mode == configv1alpha1.CertificateMounted {
		mounted, err := certs.NewMounted(c.Dir, service, time.Now)
		return mounted, nil, err
	}
	options := certs.Options{
		Secret:                  types.NamespacedName{Namespace: namespace, Name: c.SecretName},
		Service:                 service,
		MutatingConfiguration:   c.MutatingConfiguration,
		ValidatingConfiguration: c.ValidatingConfiguration,
		Validity:                certificateValidity,
		Propagation:             trustPropagation,
	}
	return certs.NewKeeper(options, time.Now), options.WatchedObjects(), nil
}

func setupCertificate(mgr ctrl.Manager, c certificate) error {
	if err := c.SetupWithManager(mgr); err != nil {
		return fmt.Errorf("set up certificate: %w", err)
	}
	if err := crmetrics.Registry.Register(c); err != nil {
		return fmt.Errorf("register metrics: %w", err)
	}
	if err := mgr.AddReadyzCheck("certificate", c.Valid); err != nil {
		return fmt.Errorf("set up readiness: %w", err)
	}
	return nil
}
