// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/alauda/spark-operator/test/localcluster/internal/process"
)

// Program is a component of the cluster: how it is started and how it is known to be well.
type Program struct {
	process.Spec
	// Version is what status shows.
	Version string
	// Listens are the addresses it needs.
	Listens []string
	// Healthy returns nil once the component does its work.
	Healthy func(ctx context.Context) error
	// Limit is how long it may take to become healthy.
	Limit time.Duration
}

// Programs returns all components in the order in which they are started.
func (l Layout) Programs() []Program {
	return []Program{
		l.registry(), l.containerd(), l.etcd(),
		l.apiServer(),
		l.controllerManager(), l.scheduler(), l.kubeProxy(), l.coreDNS(), l.kubelet(),
	}
}

// await waits until the program is healthy. It gives up early when the program has ended.
func await(ctx context.Context, supervisor process.Supervisor, program Program) error {
	ctx, cancel := context.WithTimeout(ctx, program.Limit)
	defer cancel()
	for {
		err := program.Healthy(ctx)
		if err == nil {
			return nil
		}
		if supervisor.Pid(program.Name) == 0 {
			return withLog(supervisor, program.Name, errors.New("ended"))
		}
		select {
		case <-ctx.Done():
			return withLog(supervisor, program.Name, fmt.Errorf("not healthy after %s: %w", program.Limit, err))
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// withLog adds the end of the component's log to an error about it.
func withLog(supervisor process.Supervisor, name string, err error) error {
	return fmt.Errorf("%s: %w; the end of %s:\n%s", name, err, supervisor.LogFile(name), supervisor.LogTail(name, 15))
}

// httpHealth returns a check that asks an address and expects 200.
func httpHealth(url string) func(context.Context) error {
	return func(ctx context.Context) error {
		// The components' own certificates for their health address are self-signed; the API server's is checked where
		// it matters.
		return get(ctx, url, &tls.Config{InsecureSkipVerify: true}) //nolint:gosec // loopback
	}
}

// adminHealth returns a check that asks the API server with the administrator's certificate.
func (l Layout) adminHealth(path string) func(context.Context) error {
	return func(ctx context.Context) error {
		certificate, err := tls.LoadX509KeyPair(filepath.Join(l.PKI(), "admin.crt"), filepath.Join(l.PKI(), "admin.key"))
		if err != nil {
			return err
		}
		ca, err := os.ReadFile(filepath.Join(l.PKI(), "ca.crt"))
		if err != nil {
			return err
		}
		pool := x509.NewCertPool()
		pool.AppendCertsFromPEM(ca)
		return get(ctx, apiServerURL+path, &tls.Config{RootCAs: pool, Certificates: []tls.Certificate{certificate}})
	}
}

// socketHealth returns a check that connects to a socket.
func socketHealth(path string) func(context.Context) error {
	return func(ctx context.Context) error {
		connection, err := (&net.Dialer{Timeout: time.Second}).DialContext(ctx, "unix", path)
		if err != nil {
			return err
		}
		return connection.Close()
	}
}

func get(ctx context.Context, url string, config *tls.Config) error {
	transport := &http.Transport{TLSClientConfig: config}
	defer transport.CloseIdleConnections()
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	response, err := transport.RoundTrip(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		body, _ := io.ReadAll(io.LimitReader(response.Body, 300))
		return fmt.Errorf("%s answered %s: %s", url, response.Status, strings.TrimSpace(string(body)))
	}
	return nil
}
