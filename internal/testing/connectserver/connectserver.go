// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package connectserver stands in for a Spark Connect server: it answers the one request that the operator makes, in
// the way of Spark 4.0.
package connectserver

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync"
	"testing"
	"time"
)

// Server answers on a port of this machine.
type Server struct {
	// Port is where it listens, on 127.0.0.1.
	Port int

	mu       sync.Mutex
	status   string
	message  string
	silent   bool
	sessions []string
}

// Start starts a server that serves, until the test ends.
func Start(tb testing.TB) *Server {
	tb.Helper()
	s, stop, err := New(tb.Context())
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(stop)
	return s
}

// New starts a server that serves, until stop is called.
func New(ctx context.Context) (s *Server, stop func(), err error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, fmt.Errorf("listen: %w", err)
	}
	address, isTCP := listener.Addr().(*net.TCPAddr)
	if !isTCP {
		return nil, nil, fmt.Errorf("%v is no TCP address", listener.Addr())
	}
	s = &Server{Port: address.Port, status: "0"}
	var protocols http.Protocols
	protocols.SetUnencryptedHTTP2(true)
	served := &http.Server{Handler: s, Protocols: &protocols, ReadHeaderTimeout: time.Minute}
	go func() { _ = served.Serve(listener) }()
	return s, func() { _ = served.Close() }, nil
}

// Address is host:port.
func (s *Server) Address() string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(s.Port)) }

// Answer has the server answer with a status of gRPC from now on.
func (s *Server) Answer(status, message string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.status, s.message, s.silent = status, message, false
}

// Hang has the server take requests and answer none.
func (s *Server) Hang() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.silent = true
}

// Asked returns what was asked, request by request.
func (s *Server) Asked() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.sessions...)
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	status, message, silent := s.status, s.message, s.silent
	s.sessions = append(s.sessions, string(body))
	s.mu.Unlock()
	if silent {
		<-r.Context().Done()
		return
	}
	w.Header().Set("Content-Type", "application/grpc")
	if r.Method != http.MethodPost || r.URL.Path != "/spark.connect.SparkConnectService/AnalyzePlan" {
		status, message = "12", "Method not found"
	}
	if status != "0" { // An error has no body, and its trailers are headers.
		w.Header().Set("Grpc-Status", status)
		w.Header().Set("Grpc-Message", message)
		w.WriteHeader(http.StatusOK)
		return
	}
	w.Header().Set("Trailer", "Grpc-Status")
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write([]byte{0, 0, 0, 0, 0})
	w.Header().Set("Grpc-Status", status)
}
