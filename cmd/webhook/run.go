// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"k8s.io/apimachinery/pkg/types"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/healthz"
	crmetrics "sigs.k8s.io/controller-runtime/pkg/metrics"

	configv1alpha1 "github.com/alauda/spark-operator/apis/config/v1alpha1"
	"github.com/alauda/spark-operator/internal/certs"
	"github.com/alauda/spark-operator/internal/config"
	"github.com/alauda/spark-operator/internal/manager"
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
	cfg, err := config.InPod(line.ConfigFile).Webhook()
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

func newManager(ctx context.Context, cfg *configv1alpha1.WebhookConfiguration) (ctrl.Manager, error) {
	connection, err := ctrl.GetConfig()
	if err != nil {
		return nil, fmt.Errorf("connection to the API server: %w", err)
	}
	certificate, err := newCertificate(&cfg.Certificate)
	if err != nil {
		return nil, err
	}
	options, err := webhooks.ManagerOptions(cfg, certificate)
	if err != nil {
		return nil, err
	}
	mgr, err := ctrl.NewManager(manager.Connection(connection, &cfg.SharedConfiguration), options)
	if err != nil {
		return nil, fmt.Errorf("manager: %w", err)
	}
	if err := webhooks.Setup(ctx, mgr, cfg, certificate); err != nil {
		return nil, err
	}
	if err := crmetrics.Registry.Register(certificate); err != nil {
		return nil, fmt.Errorf("register metrics: %w", err)
	}
	if err := mgr.AddHealthzCheck("ping", healthz.Ping); err != nil {
		return nil, fmt.Errorf("set up liveness: %w", err)
	}
	return mgr, nil
}

// certificate is what the webhook serves.
type certificate interface {
	webhooks.Certificate
	prometheus.Collector
}

// newCertificate returns the certificate of the configuration's mode.
func newCertificate(c *configv1alpha1.WebhookCertificate) (certificate, error) {
	namespace, err := config.OwnNamespace()
	if err != nil {
		return nil, err
	}
	service := types.NamespacedName{Namespace: namespace, Name: c.ServiceName}
	if c.Mode == configv1alpha1.CertificateMounted {
		return certs.NewMounted(c.Dir, service, time.Now)
	}
	options := certs.Options{
		Secret:                  types.NamespacedName{Namespace: namespace, Name: c.SecretName},
		Service:                 service,
		MutatingConfiguration:   c.MutatingConfiguration,
		ValidatingConfiguration: c.ValidatingConfiguration,
		Validity:                certificateValidity,
		Propagation:             trustPropagation,
	}
	return certs.NewKeeper(options, time.Now), nil
}
