// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package certs

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"k8s.io/apimachinery/pkg/types"
)

// The metric about the certificate; code and documentation are made from it.
const (
	ExpiryMetric = "spark_operator_webhook_certificate_expiry_timestamp_seconds"
	ExpiryHelp   = "When the certificate that this replica serves expires, in seconds since 1970; absent while it serves none."
)

var expiry = prometheus.NewDesc(ExpiryMetric, ExpiryHelp, nil, nil)

// errNone means that there is no certificate yet.
var errNone = errors.New("the webhook has no certificate yet")

// served is the certificate that a replica shows to its callers, wherever it comes from. It is the metric about it as
// well.
type served struct {
	// host is the name that the API server calls.
	host        string
	now         func() time.Time
	certificate atomic.Pointer[tls.Certificate]
}

// serviceHosts are the names under which a Service is called. The API server uses the first.
func serviceHosts(service types.NamespacedName) []string {
	base := service.Name + "." + service.Namespace
	return []string{base + ".svc", base, base + ".svc.cluster.local"}
}

// GetCertificate is for tls.Config. Before the first certificate is there it refuses the handshake, which also keeps
// the readiness check of the webhook server from passing.
func (s *served) GetCertificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	if certificate := s.certificate.Load(); certificate != nil {
		return certificate, nil
	}
	return nil, errNone
}

// Valid is the readiness check that the API server can accept what is served now. The webhook server's own check makes
// a handshake and verifies nothing.
func (s *served) Valid(*http.Request) error {
	certificate := s.certificate.Load()
	if certificate == nil {
		return errNone
	}
	return s.check(certificate.Leaf)
}

// Describe implements prometheus.Collector.
func (*served) Describe(descriptions chan<- *prometheus.Desc) { descriptions <- expiry }

// Collect implements prometheus.Collector.
func (s *served) Collect(metrics chan<- prometheus.Metric) {
	if certificate := s.certificate.Load(); certificate != nil {
		metrics <- prometheus.MustNewConstMetric(expiry, prometheus.GaugeValue, float64(certificate.Leaf.NotAfter.Unix()))
	}
}

// check returns why the API server would not accept a certificate now. The same fault has the same words at any time.
func (s *served) check(leaf *x509.Certificate) error {
	return errors.Join(s.checkName(leaf), s.checkTime(leaf))
}

func (s *served) checkName(leaf *x509.Certificate) error {
	if leaf.VerifyHostname(s.host) == nil {
		return nil
	}
	return fmt.Errorf("it is for the names [%s], and the API server calls %s", strings.Join(leaf.DNSNames, " "), s.host)
}

func (s *served) checkTime(leaf *x509.Certificate) error {
	now := s.now()
	if now.Before(leaf.NotBefore) {
		return fmt.Errorf("it is not valid before %s", leaf.NotBefore.Format(time.RFC3339))
	}
	if now.After(leaf.NotAfter) {
		return fmt.Errorf("it expired at %s", leaf.NotAfter.Format(time.RFC3339))
	}
	return nil
}
