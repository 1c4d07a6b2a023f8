// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/equality"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/events"
	"github.com/alauda/spark-operator/internal/identity"
)

// maxSteps bounds the states that one decision passes through; the longest real path has six.
const maxSteps = 12

// guards are asked in this order before the state is. A guard that takes the turn moves the state or adds an action.
var guards = []struct {
	name  string
	takes func(*turn) bool
}{
	{"deleting", (*turn).guardDeleting},
	{"suspended", (*turn).guardSuspended},
	{"respecified", (*turn).guardRespecified},
	{"expired", (*turn).guardExpired},
}

// states has one function per state. It moves on, adds an action, or leaves both and so waits.
var states = map[v1beta2.ApplicationStateType]func(*turn){
	v1beta2.ApplicationStateNew:              (*turn).submit,
	v1beta2.ApplicationStateSubmitted:        (*turn).follow,
	v1beta2.ApplicationStateRunning:          (*turn).follow,
	v1beta2.ApplicationStateUnknown:          (*turn).follow,
	v1beta2.ApplicationStateSucceeding:       (*turn).succeeding,
	v1beta2.ApplicationStateFailing:          (*turn).failing,
	v1beta2.ApplicationStateCompleted:        (*turn).ended,
	v1beta2.ApplicationStateFailed:           (*turn).ended,
	v1beta2.ApplicationStateFailedSubmission: (*turn).submissionFailed,
	v1beta2.ApplicationStatePendingRerun:     (*turn).submit,
	v1beta2.ApplicationStateInvalidating:     (*turn).invalidating,
	v1beta2.ApplicationStateSuspending:       (*turn).suspending,
	v1beta2.ApplicationStateSuspended:        (*turn).suspended,
	v1beta2.ApplicationStateResuming:         (*turn).submit,
}

// Decide returns what should happen next to the application. It is pure.
func Decide(o Observation, p Policy) Decision {
	t := &turn{Observation: o, policy: p, status: o.App.Status.DeepCopy()}
	for range maxSteps {
		t.moved = false
		t.step()
		if !t.moved || len(t.actions) > 0 {
			return t.decision()
		}
	}
	panic(fmt.Sprintf("lifecycle: no rest after %d steps: %s", maxSteps, strings.Join(t.because, "; ")))
}

// turn is one decision in the making.
type turn struct {
	Observation
	policy Policy

	status       *v1beta2.SparkApplicationStatus
	actions      []Action
	events       []events.Event
	requeueAfter time.Duration
	because      []string
	pending      *pendingReason
	moved        bool
	everMoved    bool
}

func (t *turn) state() v1beta2.ApplicationStateType { return t.status.AppState.State }

func (t *turn) step() {
	for _, guard := range guards {
		if guard.takes(t) {
			return
		}
	}
	act, known := states[t.state()]
	if !known {
		t.wait(fmt.Sprintf("state %q is not one of this operator", t.state()))
		return
	}
	act(t)
}

// move changes the state along an edge of the table.
func (t *turn) move(to v1beta2.ApplicationStateType, because string) {
	if !allowed(t.state(), to) {
		panic(fmt.Sprintf("lifecycle: no transition from %q to %q (%s)", t.state(), to, because))
	}
	t.status.AppState.State = to
	t.moved, t.everMoved = true, true
	t.because = append(t.because, because)
}

// act adds an action; the turn ends with it.
func (t *turn) act(a Action, because string) {
	t.actions = append(t.actions, a)
	t.because = append(t.because, because)
}

// wait leaves everything as it is and says why, unless the turn has moved: then the moves say why.
func (t *turn) wait(because string) {
	if len(t.because) == 0 {
		t.because = append(t.because, because)
	}
}

func (t *turn) tell(e events.Event) { t.events = append(t.events, e) }

// wakeIn asks to look again after d at the latest.
func (t *turn) wakeIn(d time.Duration) {
	d = max(d, time.Second)
	if t.requeueAfter == 0 || d < t.requeueAfter {
		t.requeueAfter = d
	}
}

func (t *turn) decision() Decision {
	// A turn that only acts has nothing to tell yet: what comes of the action is stored with the next.
	if t.App.DeletionTimestamp.IsZero() && (t.everMoved || len(t.actions) == 0) {
		t.status.ObservedGeneration = t.App.Generation
		t.setConditions()
	}
	status := *t.status
	if equality.Semantic.DeepEqual(status, t.App.Status) {
		status = *t.App.Status.DeepCopy()
	}
	return Decision{
		Status:       status,
		Actions:      t.actions,
		Events:       t.events,
		RequeueAfter: t.requeueAfter,
		Because:      strings.Join(t.because, "; "),
	}
}

// guardDeleting leaves a deleted application alone: the garbage collector removes what it owns.
func (t *turn) guardDeleting() bool {
	if t.App.DeletionTimestamp.IsZero() {
		return false
	}
	t.wait("the application is being deleted")
	return true
}

// guardSuspended stops whatever has not ended when the user asks for it.
func (t *turn) guardSuspended() bool {
	exempt := []v1beta2.ApplicationStateType{
		v1beta2.ApplicationStateCompleted, v1beta2.ApplicationStateFailed,
		v1beta2.ApplicationStateSuspending, v1beta2.ApplicationStateSuspended,
	}
	if !isTrue(t.App.Spec.Suspend) || slices.Contains(exempt, t.state()) {
		return false
	}
	t.move(v1beta2.ApplicationStateSuspending, "spec.suspend is true")
	t.tell(events.Normalf(ReasonSuspending, events.Suspend, "Suspending: its pods are being deleted"))
	return true
}

// guardRespecified starts anew where the spec differs from the one that the current attempt was made from. States between two attempts are exempt: their next attempt is
// made from the new spec anyway.
func (t *turn) guardRespecified() bool {
	between := []v1beta2.ApplicationStateType{
		v1beta2.ApplicationStateNew, v1beta2.ApplicationStatePendingRerun, v1beta2.ApplicationStateInvalidating,
		v1beta2.ApplicationStateSuspending, v1beta2.ApplicationStateSuspended, v1beta2.ApplicationStateResuming,
	}
	if slices.Contains(between, t.state()) || identity.SameSpec(t.status.SpecHash, identity.SpecHash(t.App)) {
		return false
	}
	t.move(v1beta2.ApplicationStateInvalidating, "the spec was changed")
	t.tell(events.Normalf(ReasonPendingRerun, events.Retry, "The spec was changed: the application is run again"))
	return true
}

// guardExpired deletes an ended application whose time to live is over.
func (t *turn) guardExpired() bool {
	ttl, limited := t.timeToLive()
	if !limited || !t.terminal() || t.status.TerminationTime.IsZero() {
		return false
	}
	left := t.status.TerminationTime.Add(ttl).Sub(t.Now)
	if left > 0 {
		t.wakeIn(left)
		return false
	}
	t.act(DeleteApplication{}, fmt.Sprintf("it ended more than %s ago", ttl))
	return true
}

func (t *turn) timeToLive() (ttl time.Duration, limited bool) {
	if seconds := t.App.Spec.TimeToLiveSeconds; seconds != nil {
		return time.Duration(*seconds) * time.Second, true
	}
	return t.policy.DefaultTTL, t.policy.DefaultTTL > 0
}

func (t *turn) terminal() bool {
	return t.state() == v1beta2.ApplicationStateCompleted || t.state() == v1beta2.ApplicationStateFailed
}

func isTrue(b *bool) bool { return b != nil && *b }
