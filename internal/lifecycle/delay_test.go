// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/events"
)

func TestSubmissionWithoutAnAnswerIsReportedOnce(t *testing.T) {
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

// What was stuck may go in the very turn in which a delay is to be reported.
func TestDelayIsReportedWhereWhatWasStuckHasGone(t *testing.T) {
	w := newWorld()
	w.app.Status.AppState.State, w.app.Status.Attempt = v1beta2.ApplicationStatePendingRerun, 1
	meta.SetStatusCondition(&w.app.Status.Conditions, metav1.Condition{Type: v1beta2.ConditionCleanupStuck, Status: metav1.ConditionTrue, Reason: reasonWaiting})
	o := Observation{Now: start.Add(time.Minute), App: w.app, Released: true, Delay: &SubmissionDelay{Since: start, Message: "the webhook is down"}}
	var reasons []events.Reason
	for range 3 {
		d := Decide(o, Policy{})
		for _, e := range d.Events {
			reasons = append(reasons, e.Reason)
		}
		o.App = o.App.DeepCopy()
		o.App.Status = d.Status
	}
	if diff := cmp.Diff([]events.Reason{ReasonSubmissionDelayed}, reasons); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	if !meta.IsStatusConditionPresentAndEqual(o.App.Status.Conditions, v1beta2.ConditionSucceeded, metav1.ConditionUnknown) ||
		meta.FindStatusCondition(o.App.Status.Conditions, v1beta2.ConditionCleanupStuck) != nil {
		t.Errorf("conditions %+v", o.App.Status.Conditions)
	}
}

// Whatever holds up an attempt, also several things together and whatever was reported before: each is reported at most
// once while it lasts, and then no turn writes anything more.
func TestWhatHoldsUpAnAttemptIsNeverReportedTwice(t *testing.T) {
	now := start.Add(time.Hour)
	states := []v1beta2.ApplicationStateType{
		v1beta2.ApplicationStateNew, v1beta2.ApplicationStatePendingRerun, v1beta2.ApplicationStateResuming, v1beta2.ApplicationStateFailedSubmission,
	}
	blocks := map[string]*Blocked{
		"nothing": nil, "something": {What: "Pod a", Since: start, Until: now.Add(time.Minute)},
		"something for too long": {What: "Pod a", Since: start, Due: start, Until: now.Add(time.Minute)}, "what may have gone": {What: "Pod a", Since: start, Until: start},
	}
	delays := map[string]*SubmissionDelay{"no": nil, "a": {Since: start, Message: "the webhook is down"}}
	for _, state := range states {
		for block, blocked := range blocks {
			for delay, delayed := range delays {
				for _, stuck := range []bool{false, true} {
					for _, wasStuck := range []bool{false, true} {
						w := newWorld()
						w.app.Status.AppState.State, w.app.Status.Attempt = state, 1
						w.app.Spec.RestartPolicy = v1beta2.RestartPolicy{Type: v1beta2.RestartPolicyAlways}
						if wasStuck {
							meta.SetStatusCondition(&w.app.Status.Conditions, metav1.Condition{Type: v1beta2.ConditionCleanupStuck, Status: metav1.ConditionTrue, Reason: reasonWaiting})
						}
						o := Observation{Now: now, App: w.app, Released: !stuck, Delay: delayed, Blocked: blocked}
						if stuck {
							o.Driver = driverPod(w.attempt(1))
							o.Driver.DeletionTimestamp = &metav1.Time{Time: start}
						}
						name := fmt.Sprintf("%s, %s is waited for, %s delay, stuck: %t, was stuck: %t", state, block, delay, stuck, wasStuck)
						checkReportedOnce(t, name, o)
					}
				}
			}
		}
	}
}

func checkReportedOnce(t *testing.T, name string, o Observation) {
	t.Helper()
	seen := map[events.Reason]int{}
	for turn := range 4 {
		d := Decide(o, Policy{Timeouts: Timeouts{Cleanup: time.Minute}})
		for _, e := range d.Events {
			if seen[e.Reason]++; seen[e.Reason] > 1 {
				t.Errorf("%s: turn %d reports %s again", name, turn, e.Reason)
			}
		}
		if diff := cmp.Diff(o.App.Status, d.Status); diff != "" && turn > 1 {
			t.Errorf("%s: turn %d writes (-stored +decided):\n%s", name, turn, diff)
		}
		o.App = o.App.DeepCopy()
		o.App.Status = d.Status
	}
}
