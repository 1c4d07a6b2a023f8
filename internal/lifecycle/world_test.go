// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	"errors"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/identity"
	"github.com/alauda/spark-operator/pkg/sparkconf"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

var start = time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)

// world is a model of a cluster with one application: it executes actions immediately and stores what is decided.
type world struct {
	now       time.Time
	app       *v1beta2.SparkApplication
	driver    *corev1.Pod
	executors []*corev1.Pod
	outcome   *SubmissionOutcome
	released  bool
	policy    Policy
	trouble   *Trouble
	blocked   *Blocked
	secrets   *sparkconf.Masker
	gone      []*corev1.Pod
	refusal   *Refusal
	endSeen   map[string]time.Time

	// slow makes deleted pods stay until podsGo.
	slow bool
	// twice lists attempts that were submitted while pods of another were alive.
	twice []int64
	// refuse makes Submit fail with this error; permanent says that the application is at fault.
	refuse    error
	permanent bool
	deleted   bool
	// submitted lists the attempts whose driver pod was made.
	submitted []int64
	emitted   []string
	passed    []v1beta2.ApplicationStateType
}

func newWorld(change ...func(*v1beta2.SparkApplication)) *world {
	app := &v1beta2.SparkApplication{
		ObjectMeta: metav1.ObjectMeta{Name: "pi", Namespace: "default", UID: "7d0a2c66-7c1d-4a2e-9a4b-0f5f0a4f7b11", Generation: 1},
		Spec:       v1beta2.SparkApplicationSpec{Type: v1beta2.SparkApplicationTypeScala, SparkVersion: "4.0.1"},
	}
	for _, c := range change {
		c(app)
	}
	return &world{now: start, app: app}
}

func (w *world) observe() Observation {
	o := Observation{
		Now: w.now, App: w.app, Driver: w.driver, Executors: w.executors, Gone: w.gone, Submission: w.outcome, Released: w.released,
		Trouble: w.trouble, Blocked: w.blocked, Secrets: w.secrets,
	}
	o.Refusal = w.refusal
	w.endSeen = seenSince(w.endSeen, o)
	o.EndSeen = w.endSeen
	return o
}

// seenSince notes since when ends of executors are known, as the controller does.
func seenSince(seen map[string]time.Time, o Observation) map[string]time.Time {
	next := map[string]time.Time{}
	for _, name := range Unexplained(o) {
		next[name] = o.Now
		if since, known := seen[name]; known {
			next[name] = since
		}
	}
	return next
}

// reconcile decides and acts until nothing is left to do, as the controller does, and returns the last decision.
func (w *world) reconcile() Decision {
	w.outcome, w.released = nil, false
	for round := 0; ; round++ {
		if round > 20 {
			panic("no rest: " + string(w.state()))
		}
		d := Decide(w.observe(), w.policy)
		from := w.app.Status.AppState.State
		w.app = w.app.DeepCopy()
		w.app.Status = d.Status
		if to := d.Status.AppState.State; to != from {
			w.passed = append(w.passed, to)
		}
		for _, e := range d.Events {
			w.emitted = append(w.emitted, string(e.Reason))
		}
		if len(d.Actions) == 0 || w.deleted {
			return d
		}
		again := false
		for _, a := range d.Actions {
			again = w.execute(a) || again
		}
		if !again {
			return d
		}
	}
}

// execute reports whether there is something new to decide on.
func (w *world) execute(a Action) bool {
	switch a := a.(type) {
	case Submit:
		w.outcome = &SubmissionOutcome{Attempt: a.Attempt.Number, Err: w.refuse, Permanent: w.permanent}
		for _, pod := range w.pods() {
			if !belongsTo(pod, a.Attempt) {
				w.twice = append(w.twice, a.Attempt.Number)
			}
		}
		if w.refuse == nil && w.driver == nil {
			w.driver = driverPod(a.Attempt)
			w.driver.CreationTimestamp = metav1.NewTime(w.now)
			w.submitted = append(w.submitted, a.Attempt.Number)
		}
	case DeleteRun:
		if w.slow && len(w.pods()) > 0 {
			w.deletePods()
			return false
		}
		w.driver, w.executors, w.outcome, w.released = nil, nil, nil, true
	case RemoveFinalizer:
		w.driver = w.driver.DeepCopy()
		w.driver.Finalizers = nil
		if w.driver.DeletionTimestamp != nil {
			w.driver = nil
		}
	case DeleteExecutors:
		w.executors = slices.DeleteFunc(slices.Clone(w.executors), func(p *corev1.Pod) bool { return slices.Contains(a.Names, p.Name) })
	case EndDriverPod:
		w.driver = w.driver.DeepCopy()
		w.driver.Spec.ActiveDeadlineSeconds = ptr.To[int64](1)
		w.driver.Status.Phase = corev1.PodFailed
	case DeleteApplication:
		w.deleted = true
	}
	return true
}

func (w *world) pods() []*corev1.Pod {
	if w.driver == nil {
		return w.executors
	}
	return append([]*corev1.Pod{w.driver}, w.executors...)
}

// deletePods marks all pods as deleted, with the usual grace period, and lets the driver go.
func (w *world) deletePods() {
	w.driver, w.executors = deletedPod(w.driver, w.now), slices.Clone(w.executors)
	if w.driver != nil {
		w.driver.Finalizers = nil
	}
	for i := range w.executors {
		w.executors[i] = deletedPod(w.executors[i], w.now)
	}
}

func deletedPod(pod *corev1.Pod, now time.Time) *corev1.Pod {
	if pod == nil || pod.DeletionTimestamp != nil {
		return pod
	}
	deleted := pod.DeepCopy()
	deleted.DeletionGracePeriodSeconds = ptr.To[int64](30)
	deleted.DeletionTimestamp = new(metav1.NewTime(now.Add(30 * time.Second)))
	return deleted
}

// podsGo removes what was deleted and is not kept.
func (w *world) podsGo() {
	if w.driver != nil && w.driver.DeletionTimestamp != nil && len(w.driver.Finalizers) == 0 {
		w.driver = nil
	}
	w.executors = slices.DeleteFunc(slices.Clone(w.executors), func(p *corev1.Pod) bool { return p.DeletionTimestamp != nil })
}

func driverPod(attempt identity.Attempt) *corev1.Pod {
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			Name: attempt.DriverPodName, Namespace: "default", CreationTimestamp: metav1.NewTime(start),
			Labels:      map[string]string{sparklabels.SubmissionID: attempt.SubmissionID, sparklabels.SparkRole: sparklabels.RoleDriver},
			Annotations: map[string]string{sparklabels.SpecHash: attempt.SpecHash}, Finalizers: []string{sparklabels.DriverEnd},
		},
		Spec:   corev1.PodSpec{RestartPolicy: corev1.RestartPolicyNever, NodeName: "node-1"},
		Status: corev1.PodStatus{Phase: corev1.PodPending},
	}
}

func executorPod(name string, attempt identity.Attempt, phase corev1.PodPhase) *corev1.Pod {
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: name, CreationTimestamp: metav1.NewTime(start), Labels: map[string]string{sparklabels.SubmissionID: attempt.SubmissionID}},
		Spec:       corev1.PodSpec{RestartPolicy: corev1.RestartPolicyNever},
		Status:     corev1.PodStatus{Phase: phase},
	}
}

// driverRuns, driverEnds and driverWaits are what the kubelet says next.
func (w *world) driverRuns() { w.driver.Status.Phase = corev1.PodRunning }

func (w *world) driverEnds(exitCode int32) {
	w.driver.Status.Phase = corev1.PodSucceeded
	reason := "Completed"
	if exitCode != 0 {
		w.driver.Status.Phase, reason = corev1.PodFailed, "Error"
	}
	w.driver.Status.ContainerStatuses = []corev1.ContainerStatus{{
		Name: sparklabels.DriverContainer,
		State: corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{
			ExitCode: exitCode, Reason: reason, FinishedAt: metav1.NewTime(w.now),
		}},
	}}
}

func (w *world) driverWaits(reason, message string) {
	w.driver.Status.ContainerStatuses = []corev1.ContainerStatus{{
		Name: sparklabels.DriverContainer, State: corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: reason, Message: message}},
	}}
}

func (w *world) state() v1beta2.ApplicationStateType { return w.app.Status.AppState.State }

func (w *world) attempt(n int64) identity.Attempt { return identity.Of(w.app, n) }

func (w *world) edit(change func(*v1beta2.SparkApplication)) {
	w.app = w.app.DeepCopy()
	w.app.Generation++
	change(w.app)
}

func retries(n int32) func(*v1beta2.SparkApplication) {
	return func(a *v1beta2.SparkApplication) {
		a.Spec.RestartPolicy = v1beta2.RestartPolicy{
			Type: v1beta2.RestartPolicyOnFailure, OnFailureRetries: new(n), OnSubmissionFailureRetries: new(n),
			OnFailureRetryInterval: ptr.To[int64](10), OnSubmissionFailureRetryInterval: ptr.To[int64](10),
		}
	}
}

var errQuota = errors.New("exceeded quota")
