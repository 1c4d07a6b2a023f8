// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package wire

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"sync/atomic"
	"syscall"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Process is one life of a controller: when it dies, nothing gets through in either direction any more.
type Process struct {
	injector *Injector
	alive    context.Context
	die      context.CancelFunc
	// deposed is whether requests for leases fail.
	deposed atomic.Bool
}

// NewProcess returns a process that lives until ctx ends.
func (i *Injector) NewProcess(ctx context.Context) *Process {
	alive, die := context.WithCancel(ctx)
	return &Process{injector: i, alive: alive, die: die}
}

// Alive ends when the process dies.
func (p *Process) Alive() context.Context { return p.alive }

// Die ends the process.
func (p *Process) Die() { p.die() }

// Connect returns a connection of the process. The name of a client is that of its calls; the controller's own is
// empty.
func (p *Process) Connect(client string) func(http.RoundTripper) http.RoundTripper {
	return func(next http.RoundTripper) http.RoundTripper {
		return &connection{Process: p, client: client, next: next}
	}
}

type connection struct {
	*Process
	client string
	next   http.RoundTripper
}

var errCut = errors.New("the process is dead")

// RoundTrip implements http.RoundTripper.
func (c *connection) RoundTrip(request *http.Request) (*http.Response, error) {
	if c.alive.Err() != nil {
		return nil, errCut
	}
	if request.URL.Query().Get("watch") == "true" {
		return c.watch(request)
	}
	if resourceOf(request) == "leases" {
		if c.deposed.Load() {
			return nil, errCut
		}
		return c.forward(request)
	}
	fault := c.injector.begin(c.Process, callOf(c.client, request))
	defer c.injector.end()
	if answer := fault.answer(request); answer != nil {
		return answer, nil
	}
	switch fault {
	case CrashBefore:
		c.die()
		return nil, errCut
	case CrashLate:
		c.die()
		c.sendLate(request, time.After(lateTime))
		return nil, errCut
	case LeaseLost:
		c.deposed.Store(true)
		<-c.alive.Done()
		c.sendLate(request, time.After(0))
		return nil, errCut
	case CrashAfter:
		_, err := c.forward(request)
		c.die()
		return nil, errors.Join(errCut, err)
	case AnswerLost:
		_, err := c.forward(request)
		return nil, errors.Join(os.ErrDeadlineExceeded, err)
	case Reset:
		return nil, fmt.Errorf("read: %w", syscall.ECONNRESET)
	default:
		c.disturbWatches(fault)
		return c.forward(request)
	}
}

// disturbWatches does what the fault does to watches, if it does.
func (c *connection) disturbWatches(fault Fault) {
	if resource, found := fault.withheld(); found {
		time.AfterFunc(staleTime, c.injector.gates[resource].hold())
	}
	if fault == WatchesExpired {
		c.injector.expire()
	}
}

// sendLate sends a request that is on its way when the process dies.
func (c *connection) sendLate(request *http.Request, when <-chan time.Time) {
	late := request.Clone(context.Background())
	c.injector.late.Go(func() {
		<-when
		if response, err := c.next.RoundTrip(late); err == nil {
			_ = response.Body.Close()
		}
		c.injector.touch()
	})
}

// forward sends a request and reads the whole answer, unless the process dies meanwhile.
func (c *connection) forward(request *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancel(request.Context())
	defer cancel()
	defer context.AfterFunc(c.alive, cancel)()
	response, err := c.next.RoundTrip(request.WithContext(ctx))
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(response.Body)
	if err = errors.Join(err, response.Body.Close()); err != nil {
		return nil, err
	}
	response.Body = io.NopCloser(bytes.NewReader(body))
	return response, nil
}

// watch opens a watch whose events wait at the gate of their resource.
func (c *connection) watch(request *http.Request) (*http.Response, error) {
	gate := c.injector.gates[resourceOf(request)]
	ctx, cancel := context.WithCancel(request.Context())
	stop := context.AfterFunc(c.alive, cancel)
	closed := func() { stop(); cancel() }
	if gate != nil {
		if gate.refuses() {
			closed()
			return refusal(request, http.StatusGone, metav1.StatusReasonExpired), nil
		}
		gate.opened(cancel)
	}
	response, err := c.next.RoundTrip(request.WithContext(ctx))
	if err != nil {
		closed()
		return nil, err
	}
	response.Body = &watchBody{ReadCloser: response.Body, ctx: ctx, gate: gate, closed: closed}
	return response, nil
}
