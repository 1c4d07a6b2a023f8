// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package certs

import (
	"context"
	"crypto/tls"
	"encoding/pem"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/onsi/gomega"
)

// load asks for admission without a pause.
type load struct {
	done    atomic.Int64
	failure atomic.Pointer[error]
	cancel  context.CancelFunc
	workers sync.WaitGroup
}

func startLoad(t *testing.T) *load {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	l := &load{cancel: cancel}
	for range 4 {
		l.workers.Go(func() {
			for ctx.Err() == nil {
				if _, err := defaulted(ctx); err != nil && ctx.Err() == nil {
					l.failure.CompareAndSwap(nil, &err)
				}
				l.done.Add(1)
			}
		})
	}
	t.Cleanup(l.stop)
	return l
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
