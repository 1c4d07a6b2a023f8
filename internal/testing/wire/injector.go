// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package wire

import (
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/types"
)

// Injector counts the calls of the processes that are connected by it, and injects a fault into one of them.
type Injector struct {
	target Call
	fault  Fault
	gates  map[string]*gate
	// alone is whether only one process at a time may be at work.
	alone bool

	mu       sync.Mutex
	counts   map[Call]int
	made     []Call
	marked   bool
	injected bool
	busy     int
	last     time.Time
	worker   *Process
	rivals   []Call
	// late are the requests that outlive their processes.
	late sync.WaitGroup
}

// New returns an injector that counts, for processes that watch these resources.
func New(watched ...string) *Injector {
	i := &Injector{counts: map[Call]int{}, last: time.Now(), gates: map[string]*gate{}}
	for _, resource := range watched {
		i.gates[resource] = newGate()
	}
	return i
}

// Inject has the call meet the fault. It is called before the first process is connected, as is Alone.
func (i *Injector) Inject(c Call, f Fault) { i.target, i.fault = c, f }

// Alone has the injector note calls of a process that works while another one does that has worked before.
func (i *Injector) Alone() { i.alone = true }

// Target returns the call that meets the fault, and the fault.
func (i *Injector) Target() (Call, Fault) { return i.target, i.fault }

// Mark makes the calls from here on those that count.
func (i *Injector) Mark() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.counts, i.made, i.marked = map[Call]int{}, nil, true
}

// begin notes a call and returns the fault that it meets, if any.
func (i *Injector) begin(p *Process, c Call) Fault {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.work(p, c)
	i.counts[c]++
	i.busy++
	i.last = time.Now()
	c.N = i.counts[c]
	i.made = append(i.made, c)
	if !i.marked || i.injected || c != i.target {
		return ""
	}
	i.injected = true
	return i.fault
}

// work notes who is at work. Events are no work: they report what was stored before, and a process may emit its last
// ones, or that it leads now, at any time.
func (i *Injector) work(p *Process, c Call) {
	if !i.alone || c.Event() {
		return
	}
	if i.worker != nil && i.worker != p && i.worker.alive.Err() == nil {
		i.rivals = append(i.rivals, c)
	}
	i.worker = p
}

func (i *Injector) end() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.busy--
	i.last = time.Now()
}

// touch says that something arrived just now.
func (i *Injector) touch() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.last = time.Now()
}

// Quiet reports whether nothing was asked for a while.
func (i *Injector) Quiet(while time.Duration) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.busy == 0 && time.Since(i.last) > while
}

// Calls are those that were made since the mark.
func (i *Injector) Calls() []Call {
	i.mu.Lock()
	defer i.mu.Unlock()
	return append([]Call(nil), i.made...)
}

// Rivals are the calls of processes that worked while another one did.
func (i *Injector) Rivals() []Call {
	i.mu.Lock()
	defer i.mu.Unlock()
	return append([]Call(nil), i.rivals...)
}

// Injected reports whether the call has come.
func (i *Injector) Injected() bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.injected
}

// Track has the injector note the objects of a resource whose events the processes get.
func (i *Injector) Track(resource string) {
	g := i.gates[resource]
	g.mu.Lock()
	defer g.mu.Unlock()
	g.tracked, g.passed = true, map[string]bool{}
}

// Passed reports whether a process has got an event of a tracked object.
func (i *Injector) Passed(resource string, id types.UID) bool {
	g := i.gates[resource]
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.passed[string(id)]
}

// Unseen does something to objects of a resource whose steps no process sees, but what came of them all: the watches of
// the resource expire meanwhile.
func (i *Injector) Unseen(resource string, do func() error) error {
	gate := i.gates[resource]
	defer gate.hold()()
	defer gate.expire()
	return do()
}

func (i *Injector) expire() {
	for _, gate := range i.gates {
		gate.expire()
	}
}

// Wait waits until the requests that outlive their processes have arrived.
func (i *Injector) Wait() { i.late.Wait() }
