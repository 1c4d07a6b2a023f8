// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/api/meta"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
)

// While the operator waits for something it submits nothing, and reports once what that is; then the attempt goes on as
// if nothing had been.
func TestSubmissionWaitsForWhatGoes(t *testing.T) {
	w := newWorld()
	w.policy.Timeouts.Cleanup = time.Minute
	w.blocked = &Blocked{What: "pod default/pi-driver to go", Since: start, Due: start.Add(30 * time.Second), Until: start.Add(time.Hour)}
	for after, want := range map[time.Duration]time.Duration{0: time.Hour, 40 * time.Second: time.Hour - 40*time.Second} {
		w.now = start.Add(after)
		if d := w.reconcile(); len(d.Actions) > 0 || d.RequeueAfter != want {
			t.Errorf("after %s: %v, look again in %s, want in %s", after, d.Actions, d.RequeueAfter, want)
		}
	}
	stored := meta.FindStatusCondition(w.app.Status.Conditions, v1beta2.ConditionSucceeded)
	if stored == nil || stored.Reason != reasonWaiting || stored.Message != "Waits for pod default/pi-driver to go" {
		t.Errorf("condition %+v", stored)
	}
	w.now = start.Add(90 * time.Second)
	for range 2 {
		w.reconcile()
	}
	stuck := meta.FindStatusCondition(w.app.Status.Conditions, v1beta2.ConditionCleanupStuck)
	if stuck == nil || !strings.Contains(stuck.Message, "It was to be gone at 2026-11-01T12:00:30Z") {
		t.Errorf("condition %+v", stuck)
	}
	w.blocked = nil
	w.reconcile()
	if meta.FindStatusCondition(w.app.Status.Conditions, v1beta2.ConditionCleanupStuck) != nil || !slices.Equal(w.passed, []v1beta2.ApplicationStateType{submitted}) {
		t.Errorf("conditions %+v, states %v", w.app.Status.Conditions, w.passed)
	}
	if diff := cmp.Diff([]string{"SparkApplicationSubmissionWaiting", "SparkApplicationCleanupStuck", "SparkApplicationSubmitted"}, w.emitted); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

// Where something is not installed, people are told at once, and once.
func TestSubmissionWaitsForWhatIsNotInstalled(t *testing.T) {
	w := newWorld()
	w.blocked = &Blocked{Missing: true, What: "the kind PodGroup", Since: start, Until: start.Add(time.Second)}
	for range 2 {
		w.reconcile()
	}
	stored := meta.FindStatusCondition(w.app.Status.Conditions, v1beta2.ConditionSucceeded)
	if stored == nil || stored.Reason != "SchedulerNotInstalled" || stored.Message != "Waits for the kind PodGroup" {
		t.Errorf("condition %+v", stored)
	}
	w.blocked = nil
	w.reconcile()
	if diff := cmp.Diff([]string{"SparkApplicationSchedulerNotInstalled", "SparkApplicationSubmitted"}, w.emitted); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

// What is waited for may go unseen: it is time to try again. Meanwhile the status goes on saying so.
func TestSubmissionIsTriedAgainAfterAWait(t *testing.T) {
	w := newWorld()
	w.blocked = &Blocked{What: "service default/pi-ui-svc to go", Since: start, Until: start.Add(time.Second)}
	w.reconcile()
	stored := w.app.Status
	w.now = start.Add(time.Second)
	d := Decide(w.observe(), w.policy)
	if len(d.Actions) != 1 || d.Actions[0].String() != "Submit" {
		t.Errorf("actions %v, want to submit", d.Actions)
	}
	if !equality.Semantic.DeepEqual(stored, d.Status) {
		t.Errorf("the status changes (-stored +decided):\n%s", cmp.Diff(stored, d.Status))
	}
}

func TestBlockedUntilIsSoonAtFirstAndNeverLate(t *testing.T) {
	for elapsed, want := range map[time.Duration]time.Duration{
		-time.Hour: time.Second, 0: time.Second, 8 * time.Second: 2 * time.Second, time.Hour: 30 * time.Second,
	} {
		if got := BlockedUntil(start, start.Add(elapsed)).Sub(start.Add(elapsed)); got != want {
			t.Errorf("after %s: %s, want %s", elapsed, got, want)
		}
	}
	if got := BlockedUntil(time.Time{}, start).Sub(start); got != 15*time.Second {
		t.Errorf("where it is not known since when: %s", got)
	}
}

// Never does a submission that failed leave anything, however often it is tried and wherever the controller dies:
// FAILED is only reached after what the last attempt made was deleted.
func TestRefusedForGoodLeavesNothing(t *testing.T) {
	for _, permanent := range []bool{false, true} {
		for dies := range 8 {
			t.Run(fmt.Sprintf("permanent %t, the controller dies before action %d", permanent, dies), func(t *testing.T) {
				w := newWorld(retries(1))
				w.refuse, w.permanent = errQuota, permanent
				// left are the attempts whose objects are there.
				left, actions := map[int64]bool{}, 0
				for round := 0; round < 40 && w.state() != failed; round++ {
					w.outcome, w.released = nil, false
					for {
						d := Decide(w.observe(), w.policy)
						w.app = w.app.DeepCopy()
						w.app.Status = d.Status
						if w.state() == failed && len(left) > 0 {
							t.Fatalf("FAILED, and the objects of the attempts %v are left", left)
						}
						if actions++; len(d.Actions) == 0 || actions-1 == dies {
							w.now = w.now.Add(max(d.RequeueAfter, time.Second))
							break
						}
						for _, action := range d.Actions {
							switch a := action.(type) {
							case Submit:
								left[a.Attempt.Number] = true
							case DeleteRun:
								for _, attempt := range a.Attempts {
									delete(left, attempt.Number)
								}
							}
							w.execute(action)
						}
					}
				}
				if w.state() != failed {
					t.Errorf("state %q", w.state())
				}
			})
		}
	}
}

// A pod that has ended is deleted without a grace period, and goes in a moment: that is not worth another status.
func TestWaitIsNotStoredAgainForItsTimes(t *testing.T) {
	w := newWorld()
	const what = "pod default/pi-driver to go"
	w.blocked = &Blocked{What: what, Going: "; it was deleted at 2026-11-01T12:00:00Z and has until 2026-11-01T12:00:30Z", Since: start, Until: start.Add(time.Hour)}
	w.reconcile()
	stored := w.app.Status
	w.blocked = &Blocked{What: what, Going: "; it was deleted at 2026-11-01T12:00:01Z", Since: start, Until: start.Add(time.Hour)}
	if d := Decide(w.observe(), w.policy); !equality.Semantic.DeepEqual(stored, d.Status) {
		t.Errorf("the status changes (-stored +decided):\n%s", cmp.Diff(stored, d.Status))
	}
	w.blocked = &Blocked{What: what + "; the finalizers a/b keep it", Going: "; it was deleted at 2026-11-01T12:00:01Z", Since: start, Until: start.Add(time.Hour)}
	w.reconcile()
	w.blocked = &Blocked{What: "pod default/another to go", Since: start, Until: start.Add(time.Hour)}
	w.reconcile()
	if got := meta.FindStatusCondition(w.app.Status.Conditions, v1beta2.ConditionSucceeded).Message; got != "Waits for pod default/another to go" {
		t.Errorf("message %q", got)
	}
}
