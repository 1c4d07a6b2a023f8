// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package certs

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/onsi/gomega"
	admissionv1 "k8s.io/api/admissionregistration/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// load asks for admission without a pause, and calls the replicas by new connections: the API server's last, and so
// would not see another certificate each time.
type load struct {
	done    atomic.Int64
	failure atomic.Pointer[error]
	cancel  context.CancelFunc
	workers sync.WaitGroup
}

func startLoad(t *testing.T, ports ...int) *load {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	l := &load{cancel: cancel}
	for range 4 {
		l.repeat(ctx, func() error {
			_, err := defaulted(ctx)
			return err
		})
	}
	for _, port := range ports {
		l.repeat(ctx, func() error { return call(ctx, port) })
	}
	t.Cleanup(l.stop)
	return l
}

func (l *load) repeat(ctx context.Context, ask func() error) {
	l.workers.Go(func() {
		for ctx.Err() == nil {
			if err := ask(); err != nil && ctx.Err() == nil {
				l.failure.CompareAndSwap(nil, &err)
			}
			l.done.Add(1)
		}
	})
}

// call makes a connection to a replica as the API server does: with the trust of a configuration, and for the name of
// the Service.
func call(ctx context.Context, port int) error {
	c := &admissionv1.ValidatingWebhookConfiguration{}
	if err := admin.Get(ctx, client.ObjectKey{Name: hooks}, c); err != nil {
		return err
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(c.Webhooks[0].ClientConfig.CABundle)
	dialer := tls.Dialer{Config: &tls.Config{RootCAs: roots, ServerName: service + "." + namespace + ".svc", MinVersion: tls.VersionTLS12}}
	connection, err := dialer.DialContext(ctx, "tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		return fmt.Errorf("call port %d: %w", port, err)
	}
	return connection.Close()
}

// end stops it, and fails if any request did.
func (l *load) end(t *testing.T) {
	t.Helper()
	l.stop()
	if failure := l.failure.Load(); failure != nil {
		t.Errorf("of %d requests one failed: %v", l.done.Load(), *failure)
	}
	t.Logf("%d requests", l.done.Load())
}

func (l *load) stop() {
	l.cancel()
	l.workers.Wait()
}

// awaitMore waits for so many requests more.
func (l *load) awaitMore(t *testing.T, more int64) {
	t.Helper()
	target := l.done.Load() + more
	gomega.NewWithT(t).Eventually(l.done.Load).WithTimeout(patience).WithPolling(interval).Should(gomega.BeNumerically(">=", target))
}

// presented is the certificate, in DER, that a server shows to a new caller.
func presented(t *testing.T, port int) []byte {
	t.Helper()
	dialer := tls.Dialer{Config: &tls.Config{InsecureSkipVerify: true}} //nolint:gosec // What it shows is what is asked, whoever it is.
	connection, err := dialer.DialContext(t.Context(), "tcp", fmt.Sprintf("127.0.0.1:%d", port))
	must(t, err)
	defer func() { _ = connection.Close() }()
	return connection.(*tls.Conn).ConnectionState().PeerCertificates[0].Raw
}

func firstBlock(certificate []byte) []byte {
	block, _ := pem.Decode(certificate)
	return block.Bytes
}
