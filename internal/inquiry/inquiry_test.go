// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package inquiry

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/alauda/spark-operator/internal/testing/connectserver"
)

const session = "0a6a9d0e-6a6a-4a4a-8a8a-0a6a9d0e6a6a"

func TestAnswers(t *testing.T) {
	for name, tc := range map[string]struct{ status, message, want string }{
		"the version":                   {"0", "", ""},
		"asks for credentials":          {"16", "no token", ""},
		"forbids":                       {"7", "no", ""},
		"has ended the session":         {"13", "[INVALID_HANDLE.SESSION_CLOSED] The handle is invalid. Session was closed.", ""},
		"is no Connect server":          {"12", "Method not found", "gRPC status 12: Method not found"},
		"has lost its context":          {"13", "No active or default Spark session found", "gRPC status 13: No active or default Spark session found"},
		"is overloaded":                 {"14", "unavailable", "gRPC status 14: unavailable"},
		"a message with escaped blanks": {"2", "a%20b", "gRPC status 2: a b"},
	} {
		t.Run(name, func(t *testing.T) {
			server := connectserver.Start(t)
			server.Answer(tc.status, tc.message)
			err := New().Ask(t.Context(), server.Address(), session)
			if got := said(err); got != tc.want {
				t.Errorf("Ask() = %v, want %q", err, tc.want)
			}
			if errors.Is(err, ErrUnreachable) {
				t.Errorf("it was reached: %v", err)
			}
		})
	}
}

// said returns the end of an error, after the address.
func said(err error) string {
	if err == nil {
		return ""
	}
	_, rest, _ := strings.Cut(err.Error(), ": ")
	return rest
}

// TestQuestion holds the request to what real servers of Spark 3.5 to 4.3 understand: its bytes were tried with one.
func TestQuestion(t *testing.T) {
	want := "\x00\x00\x00\x00\x5a" + "\x0a\x24" + session + "\x12\x20" + "\x0a\x0espark-operator" + "\x12\x0espark-operator" + "\x1a\x0espark-operator" + "\x52\x00"
	if got := string(question(session)); got != want {
		t.Errorf("question() = %q, want %q", got, want)
	}
}

// TestWrongServers asks what listens and is no Connect server.
func TestWrongServers(t *testing.T) {
	plain := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) }))
	t.Cleanup(plain.Close)
	free, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	refused := free.Addr().String()
	if err := free.Close(); err != nil {
		t.Fatal(err)
	}
	for name, address := range map[string]string{"HTTP/1.1": plain.Listener.Addr().String(), "nobody listens": refused} {
		if err := New().Ask(t.Context(), address, session); err == nil || errors.Is(err, ErrUnreachable) {
			t.Errorf("%s: Ask() = %v, want an error of one that was reached", name, err)
		}
	}
}

// TestNetworksErrors tells what the network keeps from the operator from what it was told.
func TestNetworksErrors(t *testing.T) {
	dial := func(err error) error { return &net.OpError{Op: "dial", Err: err} }
	for name, tc := range map[string]struct {
		err             error
		wantUnreachable bool
	}{
		"no route":          {dial(os.NewSyscallError("connect", syscall.EHOSTUNREACH)), true},
		"dropped":           {dial(os.ErrDeadlineExceeded), true},
		"refused":           {dial(os.NewSyscallError("connect", syscall.ECONNREFUSED)), false},
		"reset":             {&net.OpError{Op: "read", Err: os.NewSyscallError("read", syscall.ECONNRESET)}, false},
		"no answer in time": {fmt.Errorf("awaiting headers: %w", os.ErrDeadlineExceeded), false},
	} {
		if got := errors.Is(reached(tc.err), ErrUnreachable); got != tc.wantUnreachable {
			t.Errorf("%s: unreachable = %v, want %v", name, got, tc.wantUnreachable)
		}
	}
}

// TestSilence holds that nobody waits longer than the limit for a server that takes a request and says nothing.
func TestSilence(t *testing.T) {
	server := connectserver.Start(t)
	server.Hang()
	began := time.Now()
	err := New().Ask(t.Context(), server.Address(), session)
	if err == nil || errors.Is(err, ErrUnreachable) || time.Since(began) > 10*limit {
		t.Errorf("Ask() = %v after %s", err, time.Since(began))
	}
}
