// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkapplication

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	configv1alpha1 "github.com/alauda/spark-operator/apis/config/v1alpha1"
	"github.com/alauda/spark-operator/internal/testing/wire"
	"github.com/alauda/spark-operator/test/integration/faults/engine"
)

var modes = []configv1alpha1.SubmissionMode{configv1alpha1.SubmissionNative, configv1alpha1.SubmissionSparkSubmit}

// everything is whether no trial is left out.
var everything = os.Getenv("FAULTS") == "all"

// TestEveryCall has each call of each scenario meet each fault.
func TestEveryCall(t *testing.T) {
	for _, mode := range modes {
		for _, s := range slices.Concat(scenarios, further) {
			if isFurther(s) && mode != configv1alpha1.SubmissionNative && !everything {
				continue
			}
			t.Run(fmt.Sprintf("%s/%s", mode, s.name), func(t *testing.T) {
				t.Parallel()
				engine.EveryCall(t, func() *engine.Trial { return newTrial(shared, mode, s) }, engine.Selection{Sample: sampleOf(mode, s)})
			})
		}
	}
}

func isFurther(s scenario) bool {
	return slices.ContainsFunc(further, func(f scenario) bool { return f.name == s.name })
}

// sampleOf chooses the trials that are run by default: in native submission what changes something meets every fault,
// and the calls of further scenarios meet two; so does everything that spark-submit does itself; and each other call
// meets some, another selection for each.
func sampleOf(mode configv1alpha1.SubmissionMode, s scenario) func(wire.Call, wire.Fault, int) bool {
	return func(c wire.Call, f wire.Fault, n int) bool {
		switch {
		case everything:
			return true
		case isFurther(s):
			return f == wire.CrashAfter || f == wire.ServerError
		}
		return c.Client == jvm || mode == configv1alpha1.SubmissionNative && c.Writes() || n%4 == 0
	}
}

// selected are the scenarios of all trials but those of TestEveryCall.
func selected() []scenario {
	if everything {
		return slices.Concat(scenarios, further)
	}
	return scenarios
}

// TestEveryCallOfTheStart has what a controller asks before it knows what kinds there are meet each fault of a read.
func TestEveryCallOfTheStart(t *testing.T) {
	starting := func() *engine.Trial {
		trial := newTrial(shared, configv1alpha1.SubmissionNative, scenarios[0])
		trial.Discovers = true
		return trial
	}
	asks := false
	engine.EveryCall(t, starting, engine.Selection{
		Calls: func(c wire.Call) bool {
			discovery := strings.HasPrefix(c.Resource, "/api")
			asks = asks || discovery
			return discovery
		},
	})
	if !asks {
		t.Fatal("the controller does not discover kinds")
	}
}
