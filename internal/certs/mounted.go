// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package certs

import (
	"context"
	"crypto/tls"
	"fmt"
	"path/filepath"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/alauda/spark-operator/internal/caching"
)

// reloadInterval is when the files are looked at again. The kubelet takes longer to bring them.
const reloadInterval = 5 * time.Second

// Mounted serves a certificate from files that somebody else renews. A new one takes the place of the former when the
// API server can accept it: one for another name, or a key that does not belong to it, would turn a renewal into an
// outage.
type Mounted struct {
	served
	certificateFile, keyFile string
	// logged is the error that was logged last, so that each is logged once and not at every look.
	logged string
}

// NewMounted reads the certificate of a folder, and fails where it can never be accepted: that is for people to mend,
// who look at a start. One that has expired is served, and unready, until its renewal is there.
func NewMounted(folder string, service types.NamespacedName, now func() time.Time) (*Mounted, error) {
	m := &Mounted{
		served:          served{host: serviceHosts(service)[0], now: now},
		certificateFile: filepath.Join(folder, corev1.TLSCertKey),
		keyFile:         filepath.Join(folder, corev1.TLSPrivateKeyKey),
	}
	certificate, err := m.read()
	if err != nil {
		return nil, err
	}
	if err := m.checkName(certificate.Leaf); err != nil {
		return nil, fmt.Errorf("certificate %s: %w; have it issued for that name, or set certificate.serviceName to the Service's", m.certificateFile, err)
	}
	m.certificate.Store(certificate)
	return m, nil
}

// CacheLimits limits nothing: files are not cached.
func (*Mounted) CacheLimits() []caching.Limit { return nil }

// SetupWithManager has the files looked at while the manager runs, whoever leads.
func (m *Mounted) SetupWithManager(mgr ctrl.Manager) error { return mgr.Add(m) }

// NeedLeaderElection implements manager.LeaderElectionRunnable.
func (*Mounted) NeedLeaderElection() bool { return false }

// Start implements manager.Runnable.
func (m *Mounted) Start(ctx context.Context) error {
	tick := time.NewTicker(reloadInterval)
	defer tick.Stop()
	for {
		m.look(ctx)
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// look takes a certificate up that is new, and says once what keeps it from doing so.
func (m *Mounted) look(ctx context.Context) {
	err := m.reload(ctx)
	if err == nil {
		m.logged = ""
		return
	}
	if err.Error() == m.logged {
		return
	}
	m.logged = err.Error()
	ctrl.LoggerFrom(ctx).Error(err, "Serving the webhook certificate that was read before", "notAfter", m.certificate.Load().Leaf.NotAfter)
}

func (m *Mounted) reload(ctx context.Context) error {
	certificate, err := m.read()
	if err != nil {
		return err
	}
	if err := m.check(certificate.Leaf); err != nil {
		return fmt.Errorf("certificate %s: %w", m.certificateFile, err)
	}
	if !sameCertificate(m.certificate.Load(), certificate) {
		m.certificate.Store(certificate)
		ctrl.LoggerFrom(ctx).Info("Serving webhook certificate", "file", m.certificateFile, "notAfter", certificate.Leaf.NotAfter)
	}
	return nil
}

// read fails in the moment between the writing of one file and of the other; the next look finds both.
func (m *Mounted) read() (*tls.Certificate, error) {
	certificate, err := tls.LoadX509KeyPair(m.certificateFile, m.keyFile)
	if err != nil {
		return nil, fmt.Errorf("read certificate %s and key %s: %w", m.certificateFile, m.keyFile, err)
	}
	return &certificate, nil
}
