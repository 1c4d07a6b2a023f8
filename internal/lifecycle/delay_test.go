// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/api/meta"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
)

func TestSubmissionWithoutAnAnswerIsToldOfOnce(t *testing.T) {
	w := newWorld()
	delay := &SubmissionDelay{Since: start, Message: "the webhook is down"}
	for name, tc := range map[string]struct {
		delay      *SubmissionDelay
		after      time.Duration
		wantReason string
		wantEvents int
	}{
		"none":         {nil, time.Hour, "", 0},
		"a short one":  {delay, 9 * time.Second, "", 0},
		"a longer one": {delay, 10 * time.Second, reasonDelayed, 1},
	} {
		t.Run(name, func(t *testing.T) {
			app := w.app.DeepCopy()
			o := Observation{Now: start.Add(tc.after), App: app, Delay: tc.delay}
			for round := range 2 {
				d := Decide(o, Policy{})
				reason := ""
				if c := meta.FindStatusCondition(d.Status.Conditions, v1beta2.ConditionSucceeded); c != nil {
					reason = c.Reason
				}
				wantEvents := tc.wantEvents
				if round > 0 {
					wantEvents = 0
				}
				if reason != tc.wantReason || len(d.Events) != wantEvents || len(d.Actions) != 1 || d.Actions[0].String() != "Submit" {
					t.Errorf("round %d: reason %q, events %v, actions %v", round, reason, d.Events, d.Actions)
				}
				if round > 0 {
					if diff := cmp.Diff(app.Status, d.Status); diff != "" {
						t.Errorf("written again (-stored +decided):\n%s", diff)
					}
				}
				app.Status = d.Status
			}
		})
	}
}
