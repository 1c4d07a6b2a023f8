// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkapplication

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	configv1alpha1 "github.com/alauda/spark-operator/apis/config/v1alpha1"
	"github.com/alauda/spark-operator/internal/testing/wire"
	"github.com/alauda/spark-operator/test/integration/faults/engine"
)

// TestLeaderIsLostInTheMiddle lets two controllers elect a leader. At each write that the leader makes in turn, it can
// no longer renew its lease, and the request is held until it has noticed and arrives then. The other one takes over;
// the two never work at the same time.
func TestLeaderIsLostInTheMiddle(t *testing.T) {
	for _, s := range selected() {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			engine.EveryCall(t, func() *engine.Trial { return newTrial(shared, configv1alpha1.SubmissionNative, s) }, engine.Selection{
				Calls:   wire.Call.Writes,
				Faults:  func(wire.Call) []wire.Fault { return []wire.Fault{wire.LeaseLost} },
				Prepare: func(t *engine.Trial) { t.Controllers, t.Elected = 2, true },
			})
		})
	}
}

// TestTwoControllersAtOnce lets two controllers work at the same time, as they may for a moment when a lease is taken
// by force. Each may find that the other was faster; one driver runs for an attempt all the same. Where a run is
// replaced, the slower of the two must not remove a ConfigMap of the next run that the faster has just made: that
// driver would wait for it in vain.
func TestTwoControllersAtOnce(t *testing.T) {
	for _, s := range selected() {
		for round := range 5 {
			t.Run(fmt.Sprintf("%s/%d", s.name, round), func(t *testing.T) {
				t.Parallel()
				trial := newTrial(shared, configv1alpha1.SubmissionNative, s)
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
