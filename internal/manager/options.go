// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package manager

import (
	"crypto/tls"
	"time"

	"k8s.io/client-go/rest"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/config"
	"sigs.k8s.io/controller-runtime/pkg/metrics/filters"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	configv1alpha1 "github.com/alauda/spark-operator/apis/config/v1alpha1"
	"github.com/alauda/spark-operator/internal/version"
)

// gracefulStop is how long running reconciles may take to end; it is shorter than the pods' termination grace period.
const gracefulStop = 20 * time.Second

// The secure metrics endpoint asks the API server who the caller is and what it may do.
//
// +kubebuilder:rbac:groups=authentication.k8s.io,resources=tokenreviews,verbs=create
// +kubebuilder:rbac:groups=authorization.k8s.io,resources=subjectaccessreviews,verbs=create

// Options returns the options of a manager for the shared configuration, but for what it reads.
func Options(shared *configv1alpha1.SharedConfiguration) ctrl.Options {
	stop := gracefulStop
	return ctrl.Options{
		Cache:                   cache.Options{DefaultNamespaces: namespaces(shared), DefaultTransform: cache.TransformStripManagedFields()},
		Metrics:                 metrics(&shared.Metrics),
		HealthProbeBindAddress:  shared.Health.BindAddress,
		PprofBindAddress:        shared.Pprof.BindAddress,
		GracefulShutdownTimeout: &stop,
		Controller:              config.Controller{CacheSyncTimeout: shared.CacheSyncTimeout.Duration},
	}
}

// Elect sets leader election. The lease is released on a graceful stop, so that the next leader need not wait for its
// end.
func Elect(options *ctrl.Options, election *configv1alpha1.LeaderElection) {
	options.LeaderElection = election.Enabled
	options.LeaderElectionID = election.LeaseName
	options.LeaderElectionNamespace = election.LeaseNamespace
	options.LeaderElectionReleaseOnCancel = true
	options.LeaseDuration = &election.LeaseDuration.Duration
	options.RenewDeadline = &election.RenewDeadline.Duration
	options.RetryPeriod = &election.RetryPeriod.Duration
}

// Connection returns base with the limits and the user agent of this operator.
func Connection(base *rest.Config, shared *configv1alpha1.SharedConfiguration) *rest.Config {
	limited := rest.CopyConfig(base)
	limited.QPS = float32(shared.ClientConnection.QPS)
	limited.Burst = int(shared.ClientConnection.Burst)
	limited.UserAgent = "spark-operator/" + version.Version
	return limited
}

// namespaces returns those to cache; nil means all.
func namespaces(shared *configv1alpha1.SharedConfiguration) map[string]cache.Config {
	if len(shared.Namespaces) == 0 {
		return nil
	}
	cached := make(map[string]cache.Config, len(shared.Namespaces))
	for _, name := range shared.Namespaces {
		cached[name] = cache.Config{}
	}
	return cached
}

func metrics(m *configv1alpha1.Metrics) metricsserver.Options {
	options := metricsserver.Options{
		BindAddress:   m.BindAddress,
		SecureServing: m.Secure,
		CertDir:       m.CertDir,
		TLSOpts:       []func(*tls.Config){WithoutHTTP2},
	}
	if m.Secure {
		options.FilterProvider = filters.WithAuthenticationAndAuthorization
	}
	return options
}

// WithoutHTTP2 limits a server to HTTP/1.1, because of stream reset attacks (CVE-2023-44487 and CVE-2023-39325), and to
// TLS 1.2 or later.
func WithoutHTTP2(c *tls.Config) {
	c.NextProtos = []string{"http/1.1"}
	c.MinVersion = tls.VersionTLS12
}
