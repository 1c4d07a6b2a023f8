// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package connect

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1alpha1"
	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/events"
	"github.com/alauda/spark-operator/internal/identity"
	"github.com/alauda/spark-operator/internal/lifecycle"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// server returns a SparkConnect.
func server(change ...func(*v1alpha1.SparkConnect)) *v1alpha1.SparkConnect {
	c := &v1alpha1.SparkConnect{
		ObjectMeta: metav1.ObjectMeta{Name: "spark-connect", Namespace: "default", UID: "0d3f1f0e-0000-4000-8000-000000000001", Generation: 1},
		Spec:       v1alpha1.SparkConnectSpec{SparkVersion: "4.0.1", Image: new("spark:4.0.1")},
	}
	for _, f := range change {
		f(c)
	}
	return c
}

// world is a cluster with one SparkConnect, in which decisions are executed and anything may happen in between.
type world struct {
	t       *testing.T
	now     time.Time
	connect *v1alpha1.SparkConnect
	pods    []*corev1.Pod
	answer  Answer
	invalid string
	// refuse and block are what comes of starts.
	refuse, block string
	emitted       []events.Event
	uid           int
	trace         []string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	return &world{t: t, now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), connect: server(), answer: AnswerServing}
}

func (w *world) observation() Observation {
	o := Observation{
		Now: w.now, Connect: w.connect.DeepCopy(), SpecHash: SpecHash(w.connect), Invalid: w.invalid, Pods: slices.Clone(w.pods), Answer: w.answer,
	}
	id := identity.SubmissionID(Application(w.connect), w.connect.Status.Attempt)
	for _, pod := range w.pods {
		if IsServer(pod) && pod.Labels[sparklabels.SubmissionID] == id && w.connect.Status.Server.PodName != "" {
			o.Server = pod
			o.Ended, o.Failure = lifecycle.EndOf(pod, o.Now)
		}
	}
	return o
}

// reconcile decides and acts, as the controller does, and looks at what must never be.
func (w *world) reconcile() Decision {
	w.t.Helper()
	o := w.observation()
	for range 5 {
		d := Decide(o, Policy{})
		w.check(o, d)
		w.emitted = append(w.emitted, d.Events...)
		w.connect.Status = *d.Status.DeepCopy()
		started := w.act(d)
		w.trace = append(w.trace, fmt.Sprintf("%s %v: %s", d.Status.State, d.Actions, d.Because))
		if started == nil {
			return d
		}
		o = w.observation()
		o.Server, o.Started = nil, started
	}
	w.fail("no rest")
	return Decision{}
}

func (w *world) fail(format string, args ...any) {
	w.t.Helper()
	w.t.Fatalf(format+"\nstate: %+v\nlast steps: %v", append(args, w.connect.Status, w.trace[max(0, len(w.trace)-8):])...)
}

// check holds a decision to what is never and always so.
func (w *world) check(o Observation, d Decision) {
	w.t.Helper()
	before, after := o.Connect.Status, d.Status
	if after.Attempt < before.Attempt || after.Restarts < before.Restarts {
		w.fail("a counter goes back: attempt %d to %d, restarts %d to %d", before.Attempt, after.Attempt, before.Restarts, after.Restarts)
	}
	starts := slices.ContainsFunc(d.Actions, func(a Action) bool { _, is := a.(Start); return is })
	if starts {
		if o.Connect.Spec.Suspend != nil && *o.Connect.Spec.Suspend {
			w.fail("a suspended server is started")
		}
		if o.Invalid != "" {
			w.fail("an invalid server is started")
		}
		next := identity.SubmissionID(Application(o.Connect), identity.Next(after.Attempt))
		for _, pod := range o.Pods {
			if pod.Labels[sparklabels.SubmissionID] != next {
				w.fail("a server is started beside pod %s of an earlier attempt", pod.UID)
			}
		}
	}
	if after.State == v1alpha1.SparkConnectStateReady {
		if o.Server == nil || !IsReady(o.Server) || o.Answer != AnswerServing && o.Answer != AnswerUnreachable || o.ServiceConflict != "" {
			w.fail("Ready, and nobody serves: %v, %s, %s", o.Server, o.Answer, o.ServiceConflict)
		}
	}
	if after.State == v1alpha1.SparkConnectStateSuspended && len(o.Pods) > 0 {
		w.fail("Suspended, and %d pods are there", len(o.Pods))
	}
	if ready := conditionOf(after, "Ready"); ready == nil || (ready.Status == metav1.ConditionTrue) != (after.State == v1alpha1.SparkConnectStateReady) || ready.Message == "" {
		w.fail("condition Ready does not fit state %s: %v", after.State, ready)
	}
	if after.ObservedGeneration != o.Connect.Generation {
		w.fail("observedGeneration is %d of %d", after.ObservedGeneration, o.Connect.Generation)
	}
	w.checkAgain(o, d)
}

// checkAgain holds that to decide again on what was decided changes nothing and reports nothing.
func (w *world) checkAgain(o Observation, d Decision) {
	w.t.Helper()
	if o.Started != nil {
		return
	}
	again := o
	again.Connect = o.Connect.DeepCopy()
	again.Connect.Status = *d.Status.DeepCopy()
	if d.Status.Server.PodName == "" {
		again.Server = nil
	}
	second := Decide(again, Policy{})
	if diff := cmp.Diff(d.Status, second.Status); diff != "" || len(second.Events) > 0 {
		w.fail("deciding again changes the status (-first +second):\n%s\nevents: %v", diff, second.Events)
	}
}

func conditionOf(s v1alpha1.SparkConnectStatus, kind string) *metav1.Condition {
	for i := range s.Conditions {
		if s.Conditions[i].Type == kind {
			return &s.Conditions[i]
		}
	}
	return nil
}

// act executes the actions of a decision.
func (w *world) act(d Decision) *Started {
	w.t.Helper()
	var started *Started
	for _, action := range d.Actions {
		switch a := action.(type) {
		case Start:
			started = &Started{Attempt: a.Attempt, Err: w.refuse, Blocked: w.block}
			if w.refuse == "" && w.block == "" {
				w.create(a.Attempt)
				started.SparkApplicationID = Attempt(w.connect, a.Attempt, "").ApplicationID
			}
		case DeletePods:
			for _, pod := range a.Pods {
				w.delete(pod, a.Force)
			}
		case Release:
		}
	}
	return started
}

func (w *world) create(attempt int64) {
	id := identity.SubmissionID(Application(w.connect), attempt)
	for _, pod := range w.pods {
		if IsServer(pod) && pod.Labels[sparklabels.SubmissionID] == id {
			return // It is adopted.
		}
	}
	w.pods = append(w.pods, w.pod(sparklabels.RoleConnectServer, id))
}

func (w *world) pod(role, submission string) *corev1.Pod {
	w.uid++
	return &corev1.Pod{ObjectMeta: metav1.ObjectMeta{
		Name: fmt.Sprintf("%s-%d", role, w.uid), Namespace: "default", UID: types.UID(fmt.Sprint(w.uid)),
		Labels:      map[string]string{sparklabels.SparkRole: role, sparklabels.SubmissionID: submission, sparklabels.SparkVersion: w.connect.Spec.SparkVersion},
		Annotations: map[string]string{sparklabels.SpecHash: SpecHash(w.connect)},
	}, Status: corev1.PodStatus{Phase: corev1.PodPending}}
}

func (w *world) delete(pod *corev1.Pod, force bool) {
	if force {
		w.pods = slices.DeleteFunc(w.pods, func(p *corev1.Pod) bool { return p.UID == pod.UID })
		return
	}
	w.change(pod.UID, func(p *corev1.Pod) {
		if p.DeletionTimestamp == nil {
			p.DeletionTimestamp = &metav1.Time{Time: w.now.Add(30 * time.Second)}
			p.DeletionGracePeriodSeconds = new(int64(30))
			p.Spec.NodeName = "node"
		}
	})
}

// change puts a changed copy of a pod in its place: observations keep the old one.
func (w *world) change(uid types.UID, change func(*corev1.Pod)) {
	for i, pod := range w.pods {
		if pod.UID == uid {
			w.pods[i] = pod.DeepCopy()
			change(w.pods[i])
		}
	}
}

// run makes a pod run and be ready.
func run(p *corev1.Pod) {
	p.Status.Phase, p.Status.PodIP, p.Spec.NodeName = corev1.PodRunning, "10.0.0.1", "node"
	p.Status.Conditions = []corev1.PodCondition{{Type: corev1.PodReady, Status: corev1.ConditionTrue}}
}

// end makes a pod end with an exit code.
func end(code int32) func(*corev1.Pod) {
	return func(p *corev1.Pod) {
		p.Status.Phase, p.Status.Conditions = corev1.PodFailed, nil
		p.Status.ContainerStatuses = []corev1.ContainerStatus{{
			Name: "spark-kubernetes-driver", State: corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{ExitCode: code, Reason: "Error"}},
		}}
	}
}

func (w *world) current() *corev1.Pod {
	for _, pod := range w.pods {
		if IsServer(pod) && pod.DeletionTimestamp == nil {
			return pod
		}
	}
	return nil
}

// settle lets the cluster do its work without faults until nothing changes, and returns the last decision.
func (w *world) settle() Decision {
	w.t.Helper()
	var d Decision
	for range 60 {
		w.pods = slices.DeleteFunc(w.pods, func(p *corev1.Pod) bool { return p.DeletionTimestamp != nil })
		for _, pod := range w.pods {
			if pod.Status.Phase == corev1.PodPending {
				w.change(pod.UID, run)
			}
		}
		d = w.reconcile()
		w.now = w.now.Add(max(d.RequeueAfter, time.Second))
	}
	return d
}

// accidents are what may happen to a server. None of them is the operator's doing.
func accidents(w *world, r *rand.Rand) []func() {
	pick := func() *corev1.Pod {
		if len(w.pods) == 0 {
			return nil
		}
		return w.pods[r.IntN(len(w.pods))]
	}
	of := func(change func(*corev1.Pod)) func() {
		return func() {
			if pod := pick(); pod != nil {
				w.change(pod.UID, change)
			}
		}
	}
	return []func(){
		of(run), of(end(1)), of(end(101)), of(end(143)), of(end(0)),
		func() {
			if pod := pick(); pod != nil {
				w.delete(pod, false)
			}
		},
		func() {
			if pod := pick(); pod != nil {
				w.delete(pod, true)
			}
		},
		func() {
			if server := w.current(); server != nil {
				w.pods = append(w.pods, w.pod(sparklabels.RoleExecutor, server.Labels[sparklabels.SubmissionID]))
			}
		},
		func() {
			w.answer = []Answer{AnswerServing, AnswerUnreachable, AnswerUnknown, "connection refused"}[r.IntN(4)]
		},
		func() { w.refuse = []string{"", "quota exceeded"}[r.IntN(2)] },
		func() { w.block = []string{"", "waiting for pod x to go"}[r.IntN(2)] },
		func() { w.invalid = []string{"", "", "", "spec.image: no image is given"}[r.IntN(4)] },
		func() { w.edit(func(s *v1alpha1.SparkConnectSpec) { s.Suspend = new(r.IntN(2) == 0) }) },
		func() {
			w.edit(func(s *v1alpha1.SparkConnectSpec) { s.Image = new(fmt.Sprintf("spark:%d", r.IntN(3))) })
		},
		func() {
			w.edit(func(s *v1alpha1.SparkConnectSpec) {
				s.UpdatePolicy = []v1beta2.UpdatePolicy{"", v1beta2.UpdatePolicyRestart, v1beta2.UpdatePolicyNextAttempt}[r.IntN(3)]
			})
		},
		func() { w.now = w.now.Add(time.Duration(r.IntN(200)) * time.Second) },
	}
}

func (w *world) edit(change func(*v1alpha1.SparkConnectSpec)) {
	w.connect = w.connect.DeepCopy()
	change(&w.connect.Spec)
	w.connect.Generation++
}

// TestServersAlwaysComeBack lets anything happen in any order. Whatever it was: no server is started beside the pods of
// another, none is called ready that does not serve, and once it is over the server is ready, with the spec as it is.
func TestServersAlwaysComeBack(t *testing.T) {
	for seed := range uint64(150) {
		r := rand.New(rand.NewPCG(seed, 7))
		w := newWorld(t)
		for range 60 {
			possible := accidents(w, r)
			possible[r.IntN(len(possible))]()
			w.reconcile()
			w.now = w.now.Add(time.Duration(r.IntN(3000)) * time.Millisecond)
		}
		w.answer, w.invalid, w.refuse, w.block = AnswerServing, "", "", ""
		w.edit(func(s *v1alpha1.SparkConnectSpec) { s.Suspend, s.Image, s.UpdatePolicy = nil, new("spark:last"), "" })
		d := w.settle()
		if d.Status.State != v1alpha1.SparkConnectStateReady || d.Status.Server.Generation != w.connect.Generation {
			w.fail("seed %d: the server does not come back, or not with the last spec: %s", seed, d.Because)
		}
		if running := w.current(); running == nil || running.Annotations[sparklabels.SpecHash] != SpecHash(w.connect) {
			w.fail("seed %d: the server is of another spec", seed)
		}
	}
}

// TestServersAreNeverWrittenAboutInVain holds that a server at rest costs no write and makes no event.
func TestServersAreNeverWrittenAboutInVain(t *testing.T) {
	w := newWorld(t)
	w.settle()
	before, reported := w.connect.Status, len(w.emitted)
	for range 100 {
		w.now = w.now.Add(AskEvery)
		if d := w.reconcile(); len(d.Actions) > 0 {
			t.Fatalf("a server at rest is acted on: %v", d.Actions)
		}
	}
	if diff := cmp.Diff(before, w.connect.Status); diff != "" || len(w.emitted) != reported {
		t.Errorf("the status of a server at rest changes (-before +after):\n%s\nevents: %v", diff, w.emitted[reported:])
	}
}
