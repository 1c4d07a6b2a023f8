// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package scheduledsparkapplication

import (
	"fmt"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/alauda/spark-operator/internal/testing/wire"
	"github.com/alauda/spark-operator/test/integration/faults/engine"
)

// everything is whether no trial is left out.
var everything = os.Getenv("FAULTS") == "all"

// TestEveryCall has each call of each scenario meet each fault.
func TestEveryCall(t *testing.T) {
	for _, s := range scenarios {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			engine.EveryCall(t, func() *engine.Trial { return newTrial(shared, s) }, engine.Selection{Sample: sampleOf(s)})
		})
	}
}

// TestWithoutFaults runs each scenario as it is, three times: the end is what is wanted, and the same each time.
func TestWithoutFaults(t *testing.T) {
	for _, s := range scenarios {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			if _, _, err := engine.Undisturbed(t.Context(), func() *engine.Trial { return newTrial(shared, s) }); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// sampleOf chooses the trials that are run by default: what changes something meets every fault in the scenarios that
// begin runs, and each other call meets some, another selection for each.
func sampleOf(s scenario) func(wire.Call, wire.Fault, int) bool {
	return func(c wire.Call, _ wire.Fault, n int) bool {
		return everything || s.central && c.Writes() || n%4 == 0
	}
}

// TestLeaderIsLostInTheMiddle lets two controllers elect a leader. At each write that the leader makes in turn, it can
// no longer renew its lease, and the request is held until it has noticed and arrives then.
func TestLeaderIsLostInTheMiddle(t *testing.T) {
	for _, s := range scenarios {
		if !s.central && !everything {
			continue
		}
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			engine.EveryCall(t, func() *engine.Trial { return newTrial(shared, s) }, engine.Selection{
				Calls:   wire.Call.Writes,
				Faults:  func(wire.Call) []wire.Fault { return []wire.Fault{wire.LeaseLost} },
				Prepare: func(t *engine.Trial) { t.Controllers, t.Elected = 2, true },
			})
		})
	}
}

// TestTwoControllersAtOnce lets two controllers work at the same time, as they may for a moment when a lease is taken
// by force. Each may find that the other was faster; each slot is run or counted once all the same.
func TestTwoControllersAtOnce(t *testing.T) {
	for _, s := range scenarios {
		for round := range 3 {
			t.Run(fmt.Sprintf("%s/%d", s.name, round), func(t *testing.T) {
				t.Parallel()
				trial := newTrial(shared, s)
				trial.Controllers = 2
				got, err := trial.Run(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(trial.Scenario.Want, got.Counters); diff != "" {
					t.Error(trial.Explain(fmt.Errorf("counters (-want +got):\n%s", diff)))
				}
			})
		}
	}
}
