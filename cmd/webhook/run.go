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
	"os"
	"strings"
	"time"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/healthz"
	"sigs.k8s.io/controller-runtime/pkg/webhook"

	configv1alpha1 "github.com/alauda/spark-operator/apis/config/v1alpha1"
	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
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

	namespaceVariable = "POD_NAMESPACE"
	namespaceFile     = "/var/run/secrets/kubernetes.io/serviceaccount/namespace"
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
	mgr, err := newManager(cfg)
	if err != nil {
		return err
	}
	ctrl.Log.Info("Starting the webhook", "version", version.Version, "certificate", cfg.Certificate.Mode, "port", cfg.Port)
	return mgr.Start(ctx)
}

func newScheme() *runtime.Scheme {
	scheme := runtime.NewScheme()
	utilruntime.Must(corev1.AddToScheme(scheme))
	utilruntime.Must(admissionv1.AddToScheme(scheme))
	utilruntime.Must(v1beta2.AddToScheme(scheme))
	return scheme
}

// newManager returns a manager without leader election: every replica serves.
func newManager(cfg *configv1alpha1.WebhookConfiguration) (ctrl.Manager, error) {
	connection, err := ctrl.GetConfig()
	if err != nil {
		return nil, fmt.Errorf("connection to the API server: %w", err)
	}
	options := manager.Options(&cfg.SharedConfiguration, newScheme())
	server := webhook.Options{Port: int(cfg.Port), TLSOpts: []func(*tls.Config){manager.WithoutHTTP2}}
	var keeper *certs.Keeper
	switch cfg.Certificate.Mode {
	case configv1alpha1.CertificateMounted:
		// The server watches the files and loads them again when they change.
		server.CertDir = cfg.Certificate.Dir
	case configv1alpha1.CertificateSelfManaged:
		keeping, err := keeperOptions(&cfg.Certificate)
		if err != nil {
			return nil, err
		}
		keeper = certs.NewKeeper(keeping, time.Now)
		server.TLSOpts = append(server.TLSOpts, func(c *tls.Config) { c.GetCertificate = keeper.GetCertificate })
		options.Cache.ByObject = keeping.WatchedObjects()
	}
	options.WebhookServer = webhook.NewServer(server)
	mgr, err := ctrl.NewManager(manager.Connection(connection, &cfg.SharedConfiguration), options)
	if err != nil {
		return nil, fmt.Errorf("manager: %w", err)
	}
	if keeper != nil {
		if err := keeper.SetupWithManager(mgr); err != nil {
			return nil, fmt.Errorf("set up certificate: %w", err)
		}
	}
	return mgr, setup(mgr)
}

func setup(mgr ctrl.Manager) error {
	webhooks.SetupWithManager(mgr)
	if err := mgr.AddHealthzCheck("ping", healthz.Ping); err != nil {
		return fmt.Errorf("set up liveness: %w", err)
	}
	if err := mgr.AddReadyzCheck("webhook", mgr.GetWebhookServer().StartedChecker()); err != nil {
		return fmt.Errorf("set up readiness: %w", err)
	}
	return nil
}

func keeperOptions(c *configv1alpha1.WebhookCertificate) (certs.Options, error) {
	namespace, err := ownNamespace(os.Getenv(namespaceVariable), namespaceFile)
	if err != nil {
		return certs.Options{}, err
	}
	return certs.Options{
		Secret:                  types.NamespacedName{Namespace: namespace, Name: c.SecretName},
		Service:                 types.NamespacedName{Namespace: namespace, Name: c.ServiceName},
		MutatingConfiguration:   c.MutatingConfiguration,
		ValidatingConfiguration: c.ValidatingConfiguration,
		Validity:                certificateValidity,
		Propagation:             trustPropagation,
	}, nil
}

// ownNamespace is the namespace the pod runs in: as told, or else as the service account's file says.
func ownNamespace(told, file string) (string, error) {
	if told != "" {
		return told, nil
	}
	content, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("find the webhook's own namespace (set %s outside of a cluster): %w", namespaceVariable, err)
	}
	return strings.TrimSpace(string(content)), nil
}
