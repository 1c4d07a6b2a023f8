// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package connect

import (
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1alpha1"
	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/events"
	"github.com/alauda/spark-operator/internal/identity"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// classMissing is the failure of a server whose image lacks Spark Connect, as package lifecycle calls it.
const classMissing = "MainClassNotFound"

// goes says what a start waits for. How many there are would be news each time that one has gone.
const goes = "waiting for the pods of the server before to go"

// fixMissing says what to do about it.
const fixMissing = "the image has no Spark Connect: images of Spark 3.5 come without; name it in sparkConf, " +
	"as spark.jars.packages: org.apache.spark:spark-connect_2.12:3.5.x or as a jar of the image in spark.jars, or use an image of Spark 4"

// start starts the next attempt once nothing of the one before is left and it is due.
func (t *turn) start() {
	t.pending("", "")
	if s := &t.status; !identity.SameSpec(s.SpecHash, t.SpecHash) {
		s.Failures, s.NextStartTime = 0, nil // Those were of another spec.
	}
	isClear := t.clear()
	switch s := &t.status; {
	case t.Invalid != "":
		t.giveUp(v1alpha1.SparkConnectConditionReasonInvalidSpec, t.Invalid)
	case s.LastFailure != nil && s.LastFailure.Reason == classMissing && s.SpecHash != "" && identity.SameSpec(s.SpecHash, t.SpecHash) && s.Failures > 0:
		t.giveUp(v1alpha1.SparkConnectConditionReasonConnectMissing, fixMissing)
	case isClear && t.Started != nil:
		t.started()
	case s.NextStartTime != nil && s.NextStartTime.After(t.Now) && s.Failures > 0:
		t.wakeIn(s.NextStartTime.Sub(t.Now))
		t.wait(v1alpha1.SparkConnectConditionReasonBackingOff,
			fmt.Sprintf("the server is started again at %s, after %d failures in a row; the last: %s", s.NextStartTime.UTC().Format(time.RFC3339), s.Failures, lastOf(s)))
	case !isClear:
		t.wait(v1alpha1.SparkConnectConditionReasonWaiting, goes)
	default:
		s.NextStartTime = nil
		t.wait(v1alpha1.SparkConnectConditionReasonStarting, "the server is being made")
		if s.Attempt > 0 {
			t.act(Release{s.Attempt})
		}
		t.act(Start{identity.Next(s.Attempt)})
	}
}

func lastOf(s *v1alpha1.SparkConnectStatus) string {
	if s.LastFailure == nil {
		return "unknown"
	}
	return s.LastFailure.Message
}

// started notes what came of a start.
func (t *turn) started() {
	s, made := &t.status, t.Started
	switch {
	case made.Blocked != "":
		t.wakeIn(blockedFor)
		t.wait(v1alpha1.SparkConnectConditionReasonWaiting, made.Blocked)
		return
	case made.Err != "":
		t.refused(made.Err)
		return
	}
	s.Attempt, s.SpecHash, s.NextStartTime = made.Attempt, t.SpecHash, nil
	s.State = v1alpha1.SparkConnectStateProvisioning
	s.Server.PodName, s.Server.SparkApplicationID = sparklabels.ConnectServer(t.Connect.Name), made.SparkApplicationID
	s.Server.StartTime, s.Server.Generation = &metav1.Time{Time: t.Now}, t.Connect.Generation
	t.unready(v1alpha1.SparkConnectConditionReasonStarting, "the server's pod was made")
	t.emit(events.Normalf(ReasonStarted, events.Submit, "Pod %s was made, start %d of the server", s.Server.PodName, s.Attempt))
	for _, warning := range made.Warnings {
		t.emit(events.Warningf(ReasonWarning, events.Submit, "%s", warning))
	}
	t.wakeIn(AskAgain)
	t.because = "the server's pod was made"
}

// refused notes a start that the API server has refused.
func (t *turn) refused(why string) {
	s := &t.status
	s.Failures++
	s.SpecHash = t.SpecHash
	s.LastFailure = &v1beta2.FailureRecord{
		Attempt: identity.Next(s.Attempt), Time: metav1.NewTime(t.Now), Class: v1beta2.FailureClassSubmission, Reason: "Refused", Message: why,
	}
	wait := max(t.backOff(), backoff)
	s.NextStartTime = &metav1.Time{Time: t.Now.Add(wait)}
	t.wakeIn(wait)
	if s.Failures == 1 {
		t.emit(events.Warningf(ReasonRefused, events.Submit, "The server was refused: %s", why))
	}
	t.wait(v1alpha1.SparkConnectConditionReasonBackingOff, "the server was refused: "+why)
}

// giveUp waits for a change of the spec: another start would end alike.
func (t *turn) giveUp(reason v1alpha1.SparkConnectConditionReason, message string) {
	t.status.NextStartTime = nil
	if ready := t.condition(v1alpha1.SparkConnectConditionReady); ready == nil || ready.Reason != string(reason) || ready.Message != message {
		t.emit(events.Warningf(ReasonInvalid, events.Observe, "No server is made: %s", message))
	}
	t.status.State = v1alpha1.SparkConnectStateFailed
	t.unready(reason, message)
	t.because = message
}

// wait says why there is no server yet. One that has failed too often is said to have failed, though it is tried again.
func (t *turn) wait(reason v1alpha1.SparkConnectConditionReason, message string) {
	s := &t.status
	switch {
	case s.Failures >= hopeless:
		s.State = v1alpha1.SparkConnectStateFailed
	case s.State == v1alpha1.SparkConnectStateReady || s.State == v1alpha1.SparkConnectStateNotReady:
		s.State = v1alpha1.SparkConnectStateNotReady
	default:
		s.State = v1alpha1.SparkConnectStateProvisioning
	}
	t.unready(reason, message)
	if t.because == "" {
		t.because = message
	}
}

// clear has the pods deleted that are left of earlier attempts, and reports whether there are none. The pod of the
// attempt that is due is none of them: it was made before a crash.
func (t *turn) clear() bool {
	var fresh, stuck []*corev1.Pod
	left := t.left()
	for _, pod := range left {
		switch {
		case pod.DeletionTimestamp == nil:
			fresh = append(fresh, pod)
		case t.isOverdue(pod):
			stuck = append(stuck, pod)
		default:
			t.wakeIn(pod.DeletionTimestamp.Add(overdue).Sub(t.Now))
		}
	}
	if len(fresh) > 0 {
		t.act(DeletePods{Pods: fresh})
		t.wakeIn(deletedAgain)
	}
	if len(stuck) > 0 {
		t.act(DeletePods{Pods: stuck, Force: true})
		t.wakeIn(blockedFor)
	}
	return len(left) == 0
}

// left returns the pods that have to go before the next start.
func (t *turn) left() []*corev1.Pod {
	next := ""
	if !t.isSuspended() {
		next = identity.SubmissionID(Application(t.Connect), identity.Next(t.status.Attempt))
	}
	var left []*corev1.Pod
	for _, pod := range t.Pods {
		if next == "" || pod.Labels[sparklabels.SubmissionID] != next {
			left = append(left, pod)
		}
	}
	return left
}

func (t *turn) isOverdue(pod *corev1.Pod) bool {
	return pod.DeletionTimestamp != nil && !t.Now.Before(pod.DeletionTimestamp.Add(overdue))
}
