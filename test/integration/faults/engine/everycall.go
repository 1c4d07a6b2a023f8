// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/alauda/spark-operator/internal/testing/wire"
)

const (
	// undisturbed is how often a scenario runs without faults.
	undisturbed = 3
	// tries is how often a trial runs for a read or an event to come. Some come most times only: they are about what
	// passes so quickly that the controller may not see it. Writes come at the first try.
	tries = 6
)

// Selection is which calls of a scenario meet which faults; all, where nothing is said.
type Selection struct {
	Calls  func(wire.Call) bool
	Faults func(wire.Call) []wire.Fault
	// Sample chooses among the trials. n differs from fault to fault, and from call to call.
	Sample func(c wire.Call, f wire.Fault, n int) bool
	// Prepare changes the trials that meet a fault.
	Prepare func(*Trial)
}

// EveryCall runs trials without faults, which show what calls a controller makes, and then one for each call and each
// fault that are selected, as subtests.
func EveryCall(t *testing.T, trial func() *Trial, s Selection) {
	t.Helper()
	want, calls, err := Undisturbed(t.Context(), trial)
	if err != nil {
		t.Fatal(err)
	}
	seen := &tally{run: map[wire.Call]int{}, came: map[wire.Call]int{}}
	t.Cleanup(func() { seen.check(t, trial) })
	for i, c := range calls {
		if s.Calls != nil && !s.Calls(c) {
			continue
		}
		for j, f := range s.faults(c, trial().watched) {
			if s.Sample != nil && !s.Sample(c, f, i+j) {
				continue
			}
			t.Run(fmt.Sprintf("%s/%s", c, f), func(t *testing.T) {
				t.Parallel()
				came, err := Inject(t.Context(), c, f, want, s.prepared(trial))
				if err != nil {
					t.Fatal(err)
				}
				seen.count(c, came)
			})
		}
	}
}

func (s *Selection) faults(c wire.Call, watched []string) []wire.Fault {
	if s.Faults == nil {
		return wire.FaultsOf(c, watched...)
	}
	return s.Faults(c)
}

func (s *Selection) prepared(trial func() *Trial) func() *Trial {
	if s.Prepare == nil {
		return trial
	}
	return func() *Trial {
		t := trial()
		s.Prepare(t)
		return t
	}
}

// Undisturbed runs trials that meet no fault and returns what comes of them, and the calls that the controller makes
// each time. Its writes are the same each time; of the rest it makes one more now and then, where its cache was stale.
func Undisturbed(ctx context.Context, trial func() *Trial) (want *Outcome, calls []wire.Call, err error) {
	var first *Trial
	for run := range undisturbed {
		t := trial()
		got, err := t.Run(ctx)
		if err != nil {
			return nil, nil, err
		}
		if diff := cmp.Diff(t.Scenario.Want, got.Counters); diff != "" {
			return nil, nil, t.Explain(fmt.Errorf("counters (-want +got):\n%s", diff))
		}
		if run == 0 {
			want, calls, first = got, got.Calls, t
			continue
		}
		if err := t.compare(got, want); err != nil {
			return nil, nil, errors.Join(t.Explain(fmt.Errorf("two runs without faults differ: %w", err)), first.Explain(errors.New("the first")))
		}
		if diff := cmp.Diff(writesOf(want.Calls), writesOf(got.Calls)); diff != "" {
			differ := fmt.Errorf("the writes of two runs without faults differ (-first +other):\n%s", diff)
			return nil, nil, errors.Join(t.Explain(differ), first.Explain(errors.New("the first")))
		}
		calls = slices.DeleteFunc(slices.Clone(calls), func(c wire.Call) bool { return !slices.Contains(got.Calls, c) })
	}
	return want, calls, nil
}

// writesOf returns the writes, by their names: what happens at the same time has no order.
func writesOf(calls []wire.Call) []string {
	var writes []string
	for _, c := range calls {
		if c.Writes() {
			writes = append(writes, c.String())
		}
	}
	slices.Sort(writes)
	return writes
}

// Inject runs trials until the call has met its fault, and reports whether it has. The end must be that without faults;
// a write must come in the first.
func Inject(ctx context.Context, c wire.Call, f wire.Fault, want *Outcome, trial func() *Trial) (came bool, err error) {
	for range tries {
		t := trial()
		t.Injector.Inject(c, f)
		got, err := t.Run(ctx)
		if err != nil {
			return false, err
		}
		if t.Injector.Injected() {
			return true, t.Explain(t.compare(got, want))
		}
		if c.Writes() {
			return false, t.Explain(errors.New("the write did not come"))
		}
	}
	return false, nil
}

// tally counts the trials of each read and event of one scenario, and those in which the call came.
type tally struct {
	mu        sync.Mutex
	run, came map[wire.Call]int
}

func (s *tally) count(c wire.Call, came bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.Writes() {
		return
	}
	s.run[c]++
	if came {
		s.came[c]++
	}
}

// check objects where a call did not come in any of its trials, or many calls not in all of theirs: else the scenario
// proves nothing. A call that the controller no longer makes without faults either is none that it makes each time:
// that depends on how busy the machine is. Most are to be left.
func (s *tally) check(t *testing.T, trial func() *Trial) {
	t.Helper()
	var run, missed, unsteady int
	for c, n := range s.run {
		run, missed = run+n, missed+n-s.came[c]
	}
	if missed == 0 {
		return
	}
	// The context of a test has ended when it is cleaned up.
	_, calls, err := Undisturbed(context.WithoutCancel(t.Context()), trial)
	if err != nil {
		t.Fatal(err)
	}
	for c, n := range s.run {
		switch {
		case !slices.Contains(calls, c):
			unsteady++
			run, missed = run-n, missed-n+s.came[c]
		case s.came[c] == 0:
			t.Errorf("%s never came", c)
		}
	}
	if missed*10 > run {
		t.Errorf("in %d of %d trials the call did not come", missed, run)
	}
	if unsteady*4 > len(s.run) {
		t.Errorf("%d of %d calls are no longer made without faults", unsteady, len(s.run))
	}
}
