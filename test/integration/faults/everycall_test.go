// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package faults

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	configv1alpha1 "github.com/alauda/spark-operator/apis/config/v1alpha1"
	"github.com/alauda/spark-operator/internal/events"
	"github.com/alauda/spark-operator/internal/lifecycle"
)

var modes = []configv1alpha1.SubmissionMode{configv1alpha1.SubmissionNative, configv1alpha1.SubmissionSparkSubmit}

// TestEveryCall plays each scenario once in peace, which tells what the controller asks of the API server, and then once for each of those calls
// and each fault that may befall it.
func TestEveryCall(t *testing.T) {
	for _, mode := range modes {
		for _, s := range slices.Concat(scenarios, further) {
			sampled := slices.ContainsFunc(further, func(f scenario) bool { return f.name == s.name })
			if sampled && mode != configv1alpha1.SubmissionNative && !everything {
				continue
			}
			t.Run(fmt.Sprintf("%s/%s", mode, s.name), func(t *testing.T) {
				t.Parallel()
				untouched := func() *trial { return newTrial(shared, mode, s) }
				want, calls, err := peace(t.Context(), untouched)
				if err != nil {
					t.Fatal(err)
				}
				var score score
				t.Cleanup(func() { score.check(t, untouched) })
				for i, c := range calls {
					for j, f := range faultsOf(c) {
						if sampled && !everything && !slices.Contains(sample, f) || !sampled && !chosen(mode, c, i+j) {
							continue
						}
						t.Run(fmt.Sprintf("%s/%s", c, f), func(t *testing.T) {
							t.Parallel()
							score.count(c, strike(t, newStruck(mode, s, c, f), want))
						})
					}
				}
			})
		}
	}
}

// played are the scenarios of all trials but those that strike every call.
func played() []scenario {
	if everything {
		return slices.Concat(scenarios, further)
	}
	return scenarios
}

// sample are the faults that strike the calls of further scenarios where not everything is played.
var sample = []fault{crashAfter, serverError}

// everything is whether no trial is left out.
var everything = os.Getenv("FAULTS") == "all"

// chosen reports whether a trial is played: what native submission changes and what spark-submit does itself is struck by every fault, and each
// other call by some, another selection for each.
func chosen(mode configv1alpha1.SubmissionMode, c call, n int) bool {
	return everything || strings.HasPrefix(c.what, jvm) || mode == configv1alpha1.SubmissionNative && changes(c) || n%4 == 0
}

// peace plays trials that nothing befalls and returns what comes of them, and the calls that the controller makes each time: now and then it makes one more,
// where its cache was behind.
func peace(ctx context.Context, again func() *trial) (want outcome, calls []call, err error) {
	for course := range 3 {
		trial := again()
		got, err := trial.play(ctx)
		if err != nil {
			return want, nil, err
		}
		if diff := cmp.Diff(trial.scenario.want, got.counters); diff != "" {
			return want, nil, fmt.Errorf("counters (-want +got):\n%s", diff)
		}
		if course == 0 {
			want, calls = got, got.calls
			continue
		}
		if err := verdict(got, want, call{}, ""); err != nil {
			return want, nil, fmt.Errorf("two courses in peace differ: %w", err)
		}
		calls = slices.DeleteFunc(slices.Clone(calls), func(c call) bool { return !slices.Contains(got.calls, c) })
	}
	return want, calls, nil
}

func faultsOf(c call) []fault {
	if changes(c) {
		return slices.Concat(faultsOfCalls, faultsOfWrites)
	}
	if strings.HasSuffix(c.what, "create events") {
		return faultsOfEvents
	}
	return faultsOfCalls
}

// changes reports whether the call changes what controllers go by.
func changes(c call) bool {
	verb, resource, _ := strings.Cut(strings.TrimPrefix(c.what, jvm), " ")
	return verb != "get" && verb != "list" && resource != "events"
}

// courses is how often a trial is played for the call to come. Some calls come in most courses only: they are about what passes so quickly that the
// controller may not see it.
const courses = 6

// newStruck returns the making of trials in which a call is struck by a fault.
func newStruck(mode configv1alpha1.SubmissionMode, s scenario, c call, f fault) func() *trial {
	return func() *trial {
		struck := newTrial(shared, mode, s)
		struck.ledger.target, struck.ledger.fault = c, f
		return struck
	}
}

// strike plays until the call was struck, and reports whether it was. The end must be that of peace.
func strike(t *testing.T, again func() *trial, want outcome) bool {
	t.Helper()
	for range courses {
		struck := again()
		got, err := struck.play(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if !struck.ledger.hit() {
			continue
		}
		if err := struck.explain(verdict(got, want, struck.ledger.target, struck.ledger.fault)); err != nil {
			t.Error(err)
		}
		return true
	}
	t.Logf("the call did not come in %d courses", courses)
	return false
}

// score counts the trials of each call of one scenario, and those in which the call came.
type score struct {
	mu     sync.Mutex
	played map[call]int
	struck map[call]int
}

func (s *score) count(c call, struck bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.played == nil {
		s.played, s.struck = map[call]int{}, map[call]int{}
	}
	s.played[c]++
	if struck {
		s.struck[c]++
	}
}

// check objects where a call did not come in any of its trials, or many calls not in all of theirs: else the scenario proves nothing. A call that the
// controller no longer makes in peace either is none that it makes each time: that depends on how busy the machine is. Most are to be left.
func (s *score) check(t *testing.T, untouched func() *trial) {
	t.Helper()
	if maps.Equal(s.played, s.struck) {
		return
	}
	// The context of a test has ended when it is cleaned up.
	_, calls, err := peace(context.WithoutCancel(t.Context()), untouched)
	if err != nil {
		t.Fatal(err)
	}
	var played, missed, unsteady int
	for c, n := range s.played {
		if !slices.Contains(calls, c) {
			unsteady++
			continue
		}
		if s.struck[c] == 0 {
			t.Errorf("%s never came", c)
		}
		played, missed = played+n, missed+n-s.struck[c]
	}
	if missed*10 > played {
		t.Errorf("in %d of %d trials the call did not come", missed, played)
	}
	if unsteady*4 > len(s.played) {
		t.Errorf("%d of %d calls are made in peace no longer", unsteady, len(s.played))
	}
}

// verdict compares what a trial has come to with what it comes to in peace.
func verdict(got, want outcome, c call, f fault) error {
	errs := tellings(got, want, c, f)
	if spent(got, want, c, f) {
		// spark-submit has failed, and that has cost an attempt; what else the status tells is of that attempt too.
		counters := *want.counters
		counters.Attempt, counters.Submissions = counters.Attempt+1, counters.Submissions+1
		want.counters, want.status = &counters, got.status
	}
	if diff := cmp.Diff(want.counters, got.counters); diff != "" {
		errs = append(errs, fmt.Errorf("counters (-want +got):\n%s", diff))
	}
	if diff := cmp.Diff(want.status, got.status); diff != "" {
		errs = append(errs, fmt.Errorf("status (-want +got):\n%s", diff))
	}
	if diff := cmp.Diff(want.objects, got.objects); diff != "" {
		errs = append(errs, fmt.Errorf("what is left (-want +got):\n%s", diff))
	}
	if got.events > want.events+2 {
		errs = append(errs, fmt.Errorf("%d events were told, %d in peace", got.events, want.events))
	}
	if limit := 2*len(want.calls) + 20; len(got.calls) > limit {
		errs = append(errs, fmt.Errorf("%d calls were made, %d in peace", len(got.calls), len(want.calls)))
	}
	return errors.Join(errs...)
}

// essential are the reasons of events that people and their tools wait for.
var essential = []events.Reason{
	lifecycle.ReasonSubmitted, lifecycle.ReasonSubmissionFailed, lifecycle.ReasonCompleted, lifecycle.ReasonFailed, lifecycle.ReasonPendingRerun,
	lifecycle.ReasonSuspending, lifecycle.ReasonSuspended, lifecycle.ReasonResuming, lifecycle.ReasonDriverFailed, lifecycle.ReasonTimedOut,
}

// tellings compares what was told and counted with what is in peace. Both are of the process, and follow a status write that it knows has succeeded: a
// crash, or a write whose answer is lost, may lose what belongs to it. Nothing is ever counted twice.
func tellings(got, want outcome, c call, f fault) (errs []error) {
	forgetful := slices.Contains([]fault{crashBefore, crashAfter, crashLate, leaseLost, answerLost}, f)
	if !forgetful && !strings.HasSuffix(c.what, "create events") {
		for _, reason := range essential {
			if want.told[string(reason)] && !got.told[string(reason)] {
				errs = append(errs, fmt.Errorf("no event %s", reason))
			}
		}
	}
	if spent(got, want, c, f) {
		return errs
	}
	for name, figure := range want.figures {
		if missing := figure - got.figures[name]; missing < 0 || missing > 0 && !forgetful {
			errs = append(errs, fmt.Errorf("%s was counted %v times, in peace %v", name, got.figures[name], figure))
		}
	}
	for name, figure := range got.figures {
		if _, known := want.figures[name]; !known {
			errs = append(errs, fmt.Errorf("%s was counted %v times, in peace never", name, figure))
		}
	}
	return errs
}

// spent reports whether the fault has cost a submission attempt: spark-submit does not ask again where its connection fails.
func spent(got, want outcome, c call, f fault) bool {
	failed := f == answerLost || f == reset
	return failed && strings.HasPrefix(c.what, jvm) && got.counters != nil && want.counters != nil && got.counters.Attempt > want.counters.Attempt
}
