// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package connect

import (
	"slices"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1alpha1"
	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// ready returns a world with a server that serves.
func ready(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	if d := w.settle(); d.Status.State != v1alpha1.SparkConnectStateReady {
		w.fail("not ready")
	}
	w.emitted = nil
	return w
}

func (w *world) reasons() []string {
	var all []string
	for _, e := range w.emitted {
		all = append(all, string(e.Reason))
	}
	return all
}

func TestServerFailsAndComesBack(t *testing.T) {
	for name, tc := range map[string]struct {
		accident   func(w *world)
		wantReason string
		wantClass  v1beta2.FailureClass
	}{
		"it crashed":    {func(w *world) { w.change(w.current().UID, end(1)) }, "Error", v1beta2.FailureClassDriver},
		"it was killed": {func(w *world) { w.change(w.current().UID, end(137)) }, "SIGKILL", v1beta2.FailureClassDriver},
		"it ended":      {func(w *world) { w.change(w.current().UID, end(0)) }, "Completed", v1beta2.FailureClassDriver},
		"it is gone":    {func(w *world) { w.delete(w.current(), true) }, "ServerNotFound", v1beta2.FailureClassInfrastructure},
		"its node is lost": {func(w *world) {
			w.delete(w.current(), false)
			w.now = w.now.Add(2 * time.Minute)
		}, "NodeLost", v1beta2.FailureClassInfrastructure},
		"it was evicted": {func(w *world) {
			w.change(w.current().UID, func(p *corev1.Pod) {
				p.Status.Phase, p.Status.Reason, p.Status.Conditions = corev1.PodFailed, "Evicted", nil
			})
		}, "Evicted", v1beta2.FailureClassInfrastructure},
	} {
		t.Run(name, func(t *testing.T) {
			w := ready(t)
			tc.accident(w)
			failed := w.reconcile().Status
			if failed.State != v1alpha1.SparkConnectStateNotReady || failed.LastFailure == nil || failed.LastFailure.Reason != tc.wantReason ||
				failed.LastFailure.Class != tc.wantClass || failed.Restarts != 1 || failed.Failures != 1 || failed.LastFailure.Attempt != 1 {
				t.Fatalf("after the failure: %+v, %+v", failed, failed.LastFailure)
			}
			d := w.settle()
			if d.Status.State != v1alpha1.SparkConnectStateReady || d.Status.Attempt != 2 || d.Status.Restarts != 1 || d.Status.LastFailure.Reason != tc.wantReason {
				t.Errorf("afterwards: %+v", d.Status)
			}
			if want := []string{"SparkConnectServerFailed", "SparkConnectServerStarted", "SparkConnectServerReady"}; !slices.Equal(w.reasons(), want) {
				t.Errorf("events %v, want %v", w.reasons(), want)
			}
		})
	}
}

func TestBackoffGrowsAndIsForgotten(t *testing.T) {
	w := newWorld(t)
	var waits []time.Duration
	for range 10 {
		w.reconcile()
		for w.current() == nil {
			w.now = w.now.Add(time.Second)
			w.reconcile()
		}
		w.change(w.current().UID, end(1))
		failed := w.reconcile().Status
		waits = append(waits, failed.NextStartTime.Sub(w.now))
		w.pods = nil
	}
	want := []time.Duration{
		time.Second, 5 * time.Second, 10 * time.Second, 20 * time.Second, 40 * time.Second, 80 * time.Second, 160 * time.Second,
		5 * time.Minute, 5 * time.Minute, 5 * time.Minute,
	}
	if !slices.Equal(waits, want) {
		t.Errorf("waits %v, want %v", waits, want)
	}
	if w.connect.Status.State != v1alpha1.SparkConnectStateFailed {
		t.Errorf("after ten failures the state is %s", w.connect.Status.State)
	}
	w.settle()
	w.now = w.now.Add(stable)
	if failures := w.reconcile().Status.Failures; failures != 0 {
		t.Errorf("a server that is stable has %d failures", failures)
	}
}

func TestServerWithoutConnectIsNotTriedAgain(t *testing.T) {
	w := newWorld(t)
	w.reconcile()
	w.change(w.current().UID, end(101))
	d := w.settle()
	condition := conditionOf(d.Status, "Ready")
	if d.Status.State != v1alpha1.SparkConnectStateFailed || condition.Reason != "ConnectMissing" || d.Status.Attempt != 1 || d.RequeueAfter != 0 {
		t.Errorf("%+v, %+v", d, condition)
	}
	w.edit(func(s *v1alpha1.SparkConnectSpec) { s.Image = new("spark:with-connect") })
	if d := w.settle(); d.Status.State != v1alpha1.SparkConnectStateReady || d.Status.Failures != 0 {
		t.Errorf("with another image: %+v", d.Status)
	}
}

func TestChangedSpecRestartsOnce(t *testing.T) {
	w := ready(t)
	w.edit(func(s *v1alpha1.SparkConnectSpec) {
		s.Image, s.SparkConf = new("spark:new"), map[string]string{"spark.a": "b"}
	})
	if d := w.reconcile(); d.Status.Restarts != 1 || d.Status.Server.Generation != 1 || !strings.Contains(d.Because, "image, sparkConf") {
		t.Errorf("%+v", d)
	}
	if d := w.settle(); d.Status.Restarts != 1 || d.Status.Attempt != 2 || d.Status.Server.Generation != 2 || d.Status.LastFailure != nil {
		t.Errorf("%+v", d.Status)
	}
}

func TestSpecThatNeedsNoRestartIsInEffect(t *testing.T) {
	w := ready(t)
	w.edit(func(s *v1alpha1.SparkConnectSpec) {
		s.Server.Service = &corev1.Service{}
		s.Server.Service.Labels = map[string]string{"a": "b"}
	})
	if d := w.settle(); d.Status.Attempt != 1 || d.Status.Restarts != 0 || d.Status.Server.Generation != 2 || d.Status.ObservedGeneration != 2 {
		t.Errorf("%+v", d.Status)
	}
}

func TestSpecThatIsNotInEffectSaysWhy(t *testing.T) {
	for name, tc := range map[string]struct {
		invalid string
		policy  v1beta2.UpdatePolicy
		want    string
	}{
		"the policy":    {"", v1beta2.UpdatePolicyNextAttempt, "UpdatePolicy"},
		"it is invalid": {"spec.image: no", v1beta2.UpdatePolicyRestart, "InvalidSpec"},
	} {
		t.Run(name, func(t *testing.T) {
			w := ready(t)
			w.invalid = tc.invalid
			w.edit(func(s *v1alpha1.SparkConnectSpec) { s.Image, s.UpdatePolicy = new("spark:new"), tc.policy })
			d := w.settle()
			pending := conditionOf(d.Status, "SpecChangePending")
			if d.Status.State != v1alpha1.SparkConnectStateReady || d.Status.Attempt != 1 || d.Status.Server.Generation != 1 || pending == nil || pending.Reason != tc.want {
				t.Fatalf("%+v", d.Status)
			}
			w.invalid = ""
			w.delete(w.current(), true)
			if d := w.settle(); d.Status.Attempt != 2 || d.Status.Server.Generation != 2 || conditionOf(d.Status, "SpecChangePending") != nil {
				t.Errorf("after the next start: %+v", d.Status)
			}
		})
	}
}

func TestSuspendAndResume(t *testing.T) {
	w := ready(t)
	w.pods = append(w.pods, w.pod(sparklabels.RoleExecutor, w.current().Labels[sparklabels.SubmissionID]))
	w.edit(func(s *v1alpha1.SparkConnectSpec) { s.Suspend = new(true) })
	if d := w.reconcile(); d.Status.State != v1alpha1.SparkConnectStateNotReady {
		t.Errorf("with pods: %+v", d.Status)
	}
	d := w.settle()
	if d.Status.State != v1alpha1.SparkConnectStateSuspended || len(w.pods) != 0 || d.Status.Server.PodName != "" || d.Status.Server.URL == "" {
		t.Errorf("suspended: %+v", d.Status)
	}
	w.edit(func(s *v1alpha1.SparkConnectSpec) { s.Suspend = nil })
	if d := w.settle(); d.Status.State != v1alpha1.SparkConnectStateReady || d.Status.Restarts != 0 || d.Status.Attempt != 2 {
		t.Errorf("resumed: %+v", d.Status)
	}
}

// TestAnswerDecides holds that a pod that is ready by its probes is not what makes a server ready.
func TestAnswerDecides(t *testing.T) {
	for answer, want := range map[Answer]struct {
		state  v1alpha1.SparkConnectState
		reason string
	}{
		AnswerServing:     {v1alpha1.SparkConnectStateReady, "Serving"},
		AnswerUnreachable: {v1alpha1.SparkConnectStateReady, "Unverified"},
		AnswerUnknown:     {v1alpha1.SparkConnectStateNotReady, "NotAnswering"},
		"reset by peer":   {v1alpha1.SparkConnectStateNotReady, "NotAnswering"},
	} {
		w := ready(t)
		w.answer = answer
		d := w.reconcile()
		if condition := conditionOf(d.Status, "Ready"); d.Status.State != want.state || condition.Reason != want.reason {
			t.Errorf("%q: %s, %+v", answer, d.Status.State, condition)
		}
		if d.RequeueAfter <= 0 {
			t.Errorf("%q: nobody asks again", answer)
		}
	}
}
