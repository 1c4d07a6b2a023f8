// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package wire

import (
	"context"
	"io"
	"regexp"
	"sync"
)

// gate withholds the events of the watches of a resource, and ends them.
type gate struct {
	mu      sync.Mutex
	open    chan struct{}
	cancels []context.CancelFunc
	refuse  int
	// tracked is whether the ids of objects are noted whose events have passed.
	tracked bool
	passed  map[string]bool
}

func newGate() *gate {
	open := make(chan struct{})
	close(open)
	return &gate{open: open}
}

// hold closes the gate until it is released.
func (g *gate) hold() (release func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	open := make(chan struct{})
	g.open = open
	return func() { close(open) }
}

func (g *gate) wait(ctx context.Context) {
	g.mu.Lock()
	open := g.open
	g.mu.Unlock()
	select {
	case <-open:
	case <-ctx.Done():
	}
}

// opened notes a watch, which cancel ends.
func (g *gate) opened(cancel context.CancelFunc) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.cancels = append(g.cancels, cancel)
}

// expire ends the watches that are open, and says to the next one that what it asks for is too old.
func (g *gate) expire() {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, cancel := range g.cancels {
		cancel()
	}
	g.cancels, g.refuse = nil, 1
}

// uid is the id of an object, which no encoding of an event changes.
var uid = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)

const uidLength = 36

// pass notes what has passed after the rest of what had before, and returns the end of it, where an id may begin.
func (g *gate) pass(rest, data []byte) []byte {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.tracked {
		return nil
	}
	data = append(rest, data...)
	for _, id := range uid.FindAll(data, -1) {
		g.passed[string(id)] = true
	}
	return append([]byte(nil), data[max(0, len(data)-uidLength):]...)
}

func (g *gate) refuses() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.refuse == 0 {
		return false
	}
	g.refuse--
	return true
}

// watchBody is the answer to a watch, whose events wait at the gate.
type watchBody struct {
	io.ReadCloser
	ctx    context.Context
	gate   *gate
	closed func()
	// rest is the end of what was read last.
	rest []byte
}

// Read withholds what it has read while the gate is closed, for good if the watch ends meanwhile.
func (b *watchBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if b.gate != nil {
		b.gate.wait(b.ctx)
	}
	if b.ctx.Err() != nil {
		return 0, b.ctx.Err()
	}
	if b.gate != nil {
		b.rest = b.gate.pass(b.rest, p[:n])
	}
	return n, err
}

func (b *watchBody) Close() error {
	b.closed()
	return b.ReadCloser.Close()
}
