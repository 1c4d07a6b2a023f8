// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package faults

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	configv1alpha1 "github.com/alauda/spark-operator/apis/config/v1alpha1"
)

// TestEveryCallOfTheStart strikes what a controller asks before it knows what kinds there are.
func TestEveryCallOfTheStart(t *testing.T) {
	starting := func() *trial {
		trial := newTrial(shared, configv1alpha1.SubmissionNative, scenarios[0])
		trial.discovers = true
		return trial
	}
	want, calls, err := peace(t.Context(), starting)
	if err != nil {
		t.Fatal(err)
	}
	asked := slices.DeleteFunc(calls, func(c call) bool { return !strings.Contains(c.what, " /api") })
	if len(asked) == 0 {
		t.Fatalf("no discovery among %v", want.calls)
	}
	var score score
	t.Cleanup(func() { score.check(t, starting) })
	for _, c := range asked {
		for _, f := range faultsOfCalls {
			t.Run(fmt.Sprintf("%s/%s", c, f), func(t *testing.T) {
				t.Parallel()
				score.count(c, strike(t, func() *trial {
					trial := starting()
					trial.ledger.target, trial.ledger.fault = c, f
					return trial
				}, want))
			})
		}
	}
}

// TestLeaderIsLostInTheMiddle lets two controllers elect a leader. At each change that the leader makes in turn, it can no longer renew its lease, and
// the request is held up until it has noticed and arrives then. The other one takes over; the two never act at the same time.
func TestLeaderIsLostInTheMiddle(t *testing.T) {
	for _, s := range played() {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			untouched := func() *trial { return newTrial(shared, configv1alpha1.SubmissionNative, s) }
			want, calls, err := peace(t.Context(), untouched)
			if err != nil {
				t.Fatal(err)
			}
			var score score
			t.Cleanup(func() { score.check(t, untouched) })
			for _, c := range calls {
				if !changes(c) {
					continue
				}
				t.Run(c.String(), func(t *testing.T) {
					t.Parallel()
					again := newStruck(configv1alpha1.SubmissionNative, s, c, leaseLost)
					score.count(c, strike(t, func() *trial {
						trial := again()
						trial.controllers, trial.elected = 2, true
						return trial
					}, want))
				})
			}
		})
	}
}

// TestTwoControllersAtOnce lets two controllers act at the same time, as they may for a moment when a lease is taken by force. Each may find that
// the other was faster; one driver runs for an attempt all the same. Where a run is replaced, the slower of the two must not remove
// a ConfigMap of the next run that the faster has just made: that driver would wait for it in vain.
func TestTwoControllersAtOnce(t *testing.T) {
	for _, s := range played() {
		for round := range 5 {
			t.Run(fmt.Sprintf("%s/%d", s.name, round), func(t *testing.T) {
				t.Parallel()
				trial := newTrial(shared, configv1alpha1.SubmissionNative, s)
				trial.controllers = 2
				got, err := trial.play(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(s.want, got.counters); diff != "" {
					t.Error(trial.explain(fmt.Errorf("counters (-want +got):\n%s", diff)))
				}
			})
		}
	}
}
