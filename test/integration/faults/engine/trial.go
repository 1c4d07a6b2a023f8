// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/internal/testing/kubelet"
	"github.com/alauda/spark-operator/internal/testing/wire"
)

// Trial is a scenario in a namespace of its own: a user, a kubelet, a garbage collector, and a controller whose calls
// may meet a fault.
type Trial struct {
	*Cluster
	Injector  *wire.Injector
	Namespace string
	Scenario  Scenario
	// Controllers is how many there are at a time; 1 unless set. If Elected, one of them leads and the others wait.
	Controllers int
	Elected     bool
	// Discovers makes the controller ask the API server what kinds there are, at each start.
	Discovers bool
	// Patience is how long one step may take. It is long because the machine may be busy, not because a step is.
	Patience time.Duration
	// Uncollected has the garbage collector wait until the script is over, as a busy one may.
	Uncollected bool
	// Kubelet writes about pods of the trial.
	Kubelet kubelet.Kubelet

	world World

	mu      sync.Mutex
	changed chan struct{}
	seen    map[reflect.Type]map[types.UID]client.Object
	// history is every change that was seen.
	history []change
	litter  bool
	notes   []string
	broken  []string
}

// change of an object that was seen.
type change struct {
	at     time.Time
	kind   watch.EventType
	object client.Object
}

// NewTrial returns a trial that no fault meets.
func (c *Cluster) NewTrial(s Scenario) *Trial {
	t := &Trial{
		Cluster: c, Scenario: s, Injector: wire.New(c.watched...), Kubelet: kubelet.Kubelet{Client: c.API, Guarded: true}, Patience: Patience,
		changed: make(chan struct{}), seen: map[reflect.Type]map[types.UID]client.Object{},
	}
	t.world = s.World(t)
	return t
}

// saw takes in a change.
func (t *Trial) saw(event watch.EventType, object client.Object) {
	t.Update(func() {
		t.history = append(t.history, change{time.Now(), event, object})
		if t.world.Saw != nil {
			t.world.Saw(event, object)
		}
		kind := reflect.TypeOf(object)
		if t.seen[kind] == nil {
			t.seen[kind] = map[types.UID]client.Object{}
		}
		if event == watch.Deleted {
			delete(t.seen[kind], object.GetUID())
			t.litter = true
			return
		}
		t.seen[kind][object.GetUID()] = object
	})
}

// Seen returns the objects of a type as last seen. The caller holds the lock, as all functions do that the trial
// evaluates.
func Seen[T client.Object](t *Trial) []T {
	seen := t.seen[reflect.TypeFor[T]()]
	objects := make([]T, 0, len(seen))
	for _, object := range seen {
		if o, ok := object.(T); ok {
			objects = append(objects, o)
		}
	}
	return objects
}

// everything returns all objects as last seen. The caller holds the lock.
func (t *Trial) everything() []client.Object {
	var objects []client.Object
	for _, seen := range t.seen {
		objects = slices.AppendSeq(objects, maps.Values(seen))
	}
	return objects
}

// Locked calls a function under the lock.
func (t *Trial) Locked(f func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	f()
}

// Update changes what is known of the trial, under the lock, and wakes all who wait for a change.
func (t *Trial) Update(change func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	change()
	close(t.changed)
	t.changed = make(chan struct{})
}

// Await waits until the condition, which is evaluated under the lock, holds.
func (t *Trial) Await(ctx context.Context, what string, condition func() bool) error {
	limit := time.NewTimer(t.Patience)
	defer limit.Stop()
	for {
		t.mu.Lock()
		holds, changed := condition(), t.changed
		t.mu.Unlock()
		if holds {
			return nil
		}
		select {
		case <-changed:
		case <-limit.C:
			return fmt.Errorf("waited %s for %s", t.Patience, what)
		case <-ctx.Done():
			return fmt.Errorf("stopped waiting for %s: %w", what, context.Cause(ctx))
		}
	}
}

// Poll waits until the condition holds, of what no watch reports.
func (t *Trial) Poll(ctx context.Context, what string, condition func() bool) error {
	err := wait.PollUntilContextTimeout(ctx, 50*time.Millisecond, t.Patience, true, func(context.Context) (bool, error) { return condition(), nil })
	if err != nil {
		return fmt.Errorf("wait for %s: %w", what, err)
	}
	return nil
}

// Note keeps a line for the report of a trial that fails.
func (t *Trial) Note(format string, args ...any) {
	t.Update(func() { t.notes = append(t.notes, time.Now().Format(stamp)+" "+fmt.Sprintf(format, args...)) })
}

// stamp is the time in the report of a trial that fails.
const stamp = "05.000"

// Object to what must never happen. The caller holds the lock.
func (t *Trial) Object(format string, args ...any) {
	t.broken = append(t.broken, fmt.Sprintf(format, args...))
}

// Connection returns the connection of a client of the process; the controller's own has no name.
func (t *Trial) Connection(p *wire.Process, client string) *rest.Config {
	connection := rest.CopyConfig(t.Config)
	connection.Wrap(p.Connect(client))
	return connection
}

// Run runs the scenario to its end and returns what came of it.
func (t *Trial) Run(ctx context.Context) (*Outcome, error) {
	if err := t.enter(ctx, t); err != nil {
		return nil, err
	}
	defer t.leave(t)
	ctx, stop := context.WithCancel(ctx)
	var parts sync.WaitGroup
	defer parts.Wait()
	defer stop()
	if t.Elected {
		t.Injector.Alone()
	}
	if t.Scenario.FromStart {
		t.Injector.Mark()
	}
	roles := []func(context.Context){t.runPods, t.collectGarbage}
	for range max(t.Controllers, 1) {
		roles = append(roles, t.supervise)
	}
	for _, role := range roles {
		parts.Go(func() { role(ctx) })
	}
	if err := t.follow(ctx); err != nil {
		return nil, t.Explain(err)
	}
	result, err := t.outcome(ctx)
	for _, call := range t.Injector.Rivals() {
		t.Locked(func() { t.Object("two controllers at work: %s", call) })
	}
	t.Locked(func() {
		for _, broken := range t.broken {
			err = errors.Join(err, errors.New(broken))
		}
	})
	return result, t.Explain(err)
}

// follow the script, and wait for what comes of it.
func (t *Trial) follow(ctx context.Context) error {
	if err := t.world.Script(ctx); err != nil {
		return err
	}
	if t.world.Settled != nil {
		if err := t.Await(ctx, "the controller to have done what follows", t.world.Settled); err != nil {
			return err
		}
	}
	t.Injector.Wait()
	if err := t.collectTheRest(ctx); err != nil {
		return err
	}
	return t.Rest(ctx)
}

// Rest waits until the controller has asked for nothing for a while: what must not happen would have begun to by then.
func (t *Trial) Rest(ctx context.Context) error {
	return t.Poll(ctx, "the controller to rest", func() bool { return t.Injector.Quiet(QuietTime) })
}

// QuietTime is how long a controller asks for nothing that rests.
const QuietTime = 200 * time.Millisecond

// Mark waits for the controller to rest; the calls from then on count.
func (t *Trial) Mark(ctx context.Context) error {
	if err := t.Rest(ctx); err != nil {
		return err
	}
	t.Injector.Mark()
	return nil
}

// supervise keeps a controller running until ctx ends, as a kubelet would: one that has died is started anew.
func (t *Trial) supervise(ctx context.Context) {
	for ctx.Err() == nil {
		p := t.Injector.NewProcess(ctx)
		err := t.world.Control(p.Alive(), p)
		p.Die()
		t.Note("the controller ended: %v", err)
	}
}

// Explain adds to an error what was seen.
func (t *Trial) Explain(err error) error {
	if err == nil {
		return nil
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%v\nnamespace %s", err, t.Namespace)
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, c := range t.history {
		fmt.Fprintf(&b, "\n%s %s %s", c.at.Format(stamp), c.kind, describe(c.object))
	}
	for _, c := range t.Injector.Calls() {
		fmt.Fprintf(&b, "\n  %s", c)
	}
	for _, note := range t.notes {
		fmt.Fprintf(&b, "\n  %s", note)
	}
	return errors.New(b.String())
}
