// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	"fmt"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/events"
	"github.com/alauda/spark-operator/internal/identity"
)

// maxSteps bounds the states that one decision passes through; the longest real path has six.
const maxSteps = 12

// immediately is the shortest time after which to look again.
const immediately = time.Second

// guards are asked in this order, before the state. Asking changes nothing. The first guard that takes the turn acts:
// it moves the state, adds an action or waits.
var guards = []struct {
	name  string
	takes func(*turn) bool
	act   func(*turn)
}{
	{"deleting", (*turn).isDeleted, (*turn).endDeleted},
	{"unreadable", (*turn).isUnreadable, (*turn).leaveUnreadable},
	{"readable again", (*turn).isReadableAgain, (*turn).takeUp},
	{"suspended", (*turn).isToStop, (*turn).suspend},
	{"respecified", (*turn).isRespecified, (*turn).startAnew},
	{"mended", (*turn).isMended, (*turn).submitMended},
	{"expired", (*turn).isExpired, (*turn).deleteExpired},
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
func Decide(o Observation, p Policy) Decision { return decide(o, p).decision() }

func decide(o Observation, p Policy) *turn {
	if o.SpecHash == "" {
		o.SpecHash = identity.SpecHash(o.App)
	}
	t := &turn{Observation: o, policy: p, status: o.App.Status.DeepCopy()}
	t.correct()
	for range maxSteps {
		t.moved = false
		t.step()
		if !t.moved || len(t.actions) > 0 {
			return t
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
	stuck        []*corev1.Pod
	// awaited are the pods that are being deleted, stuck or not.
	awaited []*corev1.Pod
	// doubtful is how many executors count as running because it is not known yet why they ended.
	doubtful int32
	// specChangePending is whether the spec differs from that of the current attempt, which goes on.
	specChangePending bool
	moved             bool
	// passed are the states that the turn came to.
	passed []v1beta2.ApplicationStateType
}

func (t *turn) state() v1beta2.ApplicationStateType { return t.status.AppState.State }

func (t *turn) step() {
	for _, guard := range guards {
		if guard.takes(t) {
			guard.act(t)
			return
		}
	}
	t.noteSpec()
	t.noteTimeToLive()
	states[t.state()](t)
}

// move changes the state along an edge of the table.
func (t *turn) move(to v1beta2.ApplicationStateType, because string) {
	if !allowed(t.state(), to) {
		panic(fmt.Sprintf("lifecycle: no transition from %q to %q (%s)", t.state(), to, because))
	}
	if !betweenAttempts(t.state()) || !betweenAttempts(to) {
		t.status.AppState.Since = new(metav1.NewTime(t.Now))
	}
	t.status.AppState.State = to
	t.moved, t.passed = true, append(t.passed, to)
	t.because = append(t.because, because)
}

// betweenAttempts reports whether an application in the state has no driver and is to have another. Such an
// application may go round in these states. Their age is counted together, so that one whose attempts never begin grows
// old.
func betweenAttempts(state v1beta2.ApplicationStateType) bool {
	return slices.Contains([]v1beta2.ApplicationStateType{
		v1beta2.ApplicationStateInvalidating, v1beta2.ApplicationStatePendingRerun, v1beta2.ApplicationStateFailedSubmission,
	}, state)
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

func (t *turn) emit(e events.Event) {
	e.Note = t.head(e.Note, maxMessageBytes)
	t.events = append(t.events, e)
}

// wakeIn asks to look again after d at the latest.
func (t *turn) wakeIn(d time.Duration) {
	d = max(d, immediately)
	if t.requeueAfter == 0 || d < t.requeueAfter {
		t.requeueAfter = d
	}
}

func (t *turn) decision() Decision {
	// A turn that only acts has nothing to report yet, unless it does so in vain: what comes of the action is stored
	// with the next.
	wasStuck := meta.IsStatusConditionTrue(t.App.Status.Conditions, v1beta2.ConditionCleanupStuck)
	inVain := (len(t.stuck) > 0 || t.overstays()) != wasStuck || t.delayUnstored() || t.waitUnstored() || t.awaitsAnother()
	t.reportDelay()
	t.reportWait()
	quiet := len(t.actions) == 0 && t.App.DeletionTimestamp.IsZero()
	if len(t.passed) > 0 || quiet || inVain {
		t.status.ObservedGeneration = t.App.Generation
		t.setConditions()
	}
	t.removeFinalizer()
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

// isToStop reports whether the user wants it suspended, and it has not ended.
func (t *turn) isToStop() bool {
	exempt := []v1beta2.ApplicationStateType{
		v1beta2.ApplicationStateCompleted, v1beta2.ApplicationStateFailed,
		v1beta2.ApplicationStateSuspending, v1beta2.ApplicationStateSuspended,
	}
	return isTrue(t.App.Spec.Suspend) && !slices.Contains(exempt, t.state()) && !t.endUnrecorded() && !t.over()
}

func (t *turn) suspend() {
	t.stopExecutors()
	t.move(v1beta2.ApplicationStateSuspending, "spec.suspend is true")
	t.emit(events.Normalf(ReasonSuspending, events.Suspend, "Suspending: its pods are being deleted"))
}

// endUnrecorded reports whether the driver has ended and the status does not say so yet. Whatever else is asked for,
// that is recorded first: a run that succeeded must not be taken for one that was stopped, and run again.
func (t *turn) endUnrecorded() bool {
	return t.followed() && t.Driver != nil && t.current(t.Driver) && !assess(t.Driver, t.Now).alive()
}

// over reports whether the run has ended and no other follows from it: COMPLETED or FAILED is next, as it would be if
// nothing had been asked for meanwhile.
func (t *turn) over() bool {
	switch t.state() {
	case v1beta2.ApplicationStateSucceeding:
		return t.App.Spec.RestartPolicy.Type != v1beta2.RestartPolicyAlways
	case v1beta2.ApplicationStateFailing:
		return !t.runRetry().allowed
	default:
		return false
	}
}

// isExpired reports whether the time to live of an ended application is over.
func (t *turn) isExpired() bool {
	left, limited := t.lifeLeft()
	return limited && left <= 0
}

func (t *turn) deleteExpired() {
	ttl, _ := t.timeToLive()
	t.act(DeleteApplication{}, fmt.Sprintf("it ended more than %s ago", ttl))
}

// noteTimeToLive asks to look again when the time to live of an ended application is over.
func (t *turn) noteTimeToLive() {
	if left, limited := t.lifeLeft(); limited {
		t.wakeIn(left)
	}
}

// lifeLeft returns after what time an ended application is to be deleted, if it is.
func (t *turn) lifeLeft() (left time.Duration, limited bool) {
	ttl, limited := t.timeToLive()
	if !limited || !t.terminal() || t.status.TerminationTime.IsZero() {
		return 0, false
	}
	return t.status.TerminationTime.Add(ttl).Sub(t.Now), true
}

func (t *turn) timeToLive() (ttl time.Duration, limited bool) {
	if seconds := t.App.Spec.TimeToLiveSeconds; seconds != nil {
		return t.limit(seconds, 0), true
	}
	return t.policy.DefaultTTL, t.policy.DefaultTTL > 0
}

func (t *turn) terminal() bool {
	return t.state() == v1beta2.ApplicationStateCompleted || t.state() == v1beta2.ApplicationStateFailed
}

func isTrue(b *bool) bool { return b != nil && *b }
