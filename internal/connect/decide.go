// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package connect

import (
	"fmt"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1alpha1"
	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/events"
	"github.com/alauda/spark-operator/internal/identity"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// Decide returns what comes next. Deciding again on what it has decided changes nothing.
func Decide(o Observation, p Policy) Decision {
	t := &turn{Observation: o, policy: p, status: *o.Connect.Status.DeepCopy()}
	if !o.Connect.DeletionTimestamp.IsZero() {
		// The garbage collector takes what it owns, or leaves it, as whoever deleted it has said.
		return Decision{Status: t.status, Because: "it is being deleted"}
	}
	t.observe()
	switch {
	case t.isSuspended():
		t.suspend()
	case t.status.Server.PodName != "":
		t.follow()
	default:
		t.start()
	}
	if changed := !equality.Semantic.DeepEqual(o.Connect.Status, t.status); changed {
		t.status.LastUpdateTime = metav1.NewTime(o.Now)
	}
	return Decision{Status: t.status, Actions: t.actions, Events: t.events, RequeueAfter: max(t.wake, 0), Because: t.because}
}

// turn is a decision in the making.
type turn struct {
	Observation

	policy  Policy
	status  v1alpha1.SparkConnectStatus
	actions []Action
	events  []events.Event
	wake    time.Duration
	because string
}

// observe notes what is so whatever is decided.
func (t *turn) observe() {
	c, s := t.Connect, &t.status
	if s.StartTime.IsZero() {
		s.StartTime = metav1.NewTime(t.Now)
	}
	s.ObservedGeneration = c.Generation
	meta.RemoveStatusCondition(&s.Conditions, string(v1alpha1.SparkConnectConditionUnreadable)) // It was read.
	s.Server.ServiceName, s.Server.Port = ServiceName(c), Port
	s.Server.Address = fmt.Sprintf("%s.%s.svc:%d", s.Server.ServiceName, c.Namespace, Port)
	s.Server.URL = "sc://" + s.Server.Address
	s.Executors = t.countExecutors()
}

// countExecutors counts the executors of the current attempt by the phase of their pods.
func (t *turn) countExecutors() map[string]int {
	if t.Server == nil {
		return nil
	}
	var counts map[string]int
	for _, pod := range t.Pods {
		if IsServer(pod) || pod.Status.Phase == "" || pod.Labels[sparklabels.SubmissionID] != t.Server.Labels[sparklabels.SubmissionID] {
			continue
		}
		if counts == nil {
			counts = map[string]int{}
		}
		counts[strings.ToLower(string(pod.Status.Phase))]++
	}
	return counts
}

func (t *turn) isSuspended() bool { return t.Connect.Spec.Suspend != nil && *t.Connect.Spec.Suspend }

// suspend stops the server, and begins with a clean slate when it is resumed.
func (t *turn) suspend() {
	s := &t.status
	t.endServer()
	s.Failures, s.NextStartTime = 0, nil
	t.pending("", "")
	if t.clear() {
		if s.State != v1alpha1.SparkConnectStateSuspended {
			t.act(Release{s.Attempt}, Release{identity.Next(s.Attempt)})
			t.emit(events.Normalf(ReasonSuspended, events.Suspend, "The server is suspended; its Service stays"))
		}
		s.State = v1alpha1.SparkConnectStateSuspended
		t.unready(v1alpha1.SparkConnectConditionReasonSuspended, "spec.suspend is true")
		return
	}
	s.State = v1alpha1.SparkConnectStateNotReady
	t.unready(v1alpha1.SparkConnectConditionReasonStopping, "spec.suspend is true; "+goes)
}

// endServer forgets the pods of the current attempt, which is over. What it was reached by stays.
func (t *turn) endServer() {
	t.status.Executors = nil
	s := &t.status.Server
	s.PodName, s.PodIP, s.SparkApplicationID, s.StartTime = "", "", "", nil
}

// follow looks at the server of the current attempt.
func (t *turn) follow() {
	if failure := t.failure(); failure != nil {
		t.fail(failure)
		t.start()
		return
	}
	serves := t.Server.Annotations[sparklabels.SpecHash]
	switch {
	case identity.SameSpec(serves, t.SpecHash):
		t.status.Server.Generation = t.Connect.Generation
		t.pending("", "")
	case t.Invalid != "":
		t.pending(v1alpha1.SparkConnectConditionReasonInvalidSpec, t.Invalid)
	case t.Connect.Spec.UpdatePolicy == v1beta2.UpdatePolicyNextAttempt:
		t.pending(v1alpha1.SparkConnectConditionReasonUpdatePolicy, "spec.updatePolicy is NextAttempt: the changed spec waits for the next start")
	default:
		t.restart(serves)
		return
	}
	t.serve()
}

// failure returns why the server of the current attempt is over; nil while it is not.
func (t *turn) failure() *v1beta2.FailureRecord {
	name := t.status.Server.PodName
	if t.Server == nil {
		return &v1beta2.FailureRecord{
			Class: v1beta2.FailureClassInfrastructure, Reason: "ServerNotFound", Message: "the server pod is gone: somebody has deleted it, or its node was lost", Pod: name,
		}
	}
	switch {
	case t.Ended && t.Failure == nil:
		return &v1beta2.FailureRecord{
			Class: v1beta2.FailureClassDriver, Reason: "Completed", Message: "the server ended by itself", ExitCode: new(int32(0)),
			Pod: name, Node: t.Server.Spec.NodeName,
		}
	case t.Ended:
		failure := t.Failure.DeepCopy()
		failure.Reason, failure.Message = asServer.Replace(failure.Reason), asServer.Replace(failure.Message)
		return failure
	case t.isOverdue(t.Server):
		return &v1beta2.FailureRecord{
			Class: v1beta2.FailureClassInfrastructure, Reason: "NodeLost", Message: "the server pod was deleted, and its node does not say that it has ended",
			Pod: name, Node: t.Server.Spec.NodeName,
		}
	}
	return nil
}

// asServer says of a server what package lifecycle says of a driver.
var asServer = strings.NewReplacer("DriverDeleted", "ServerDeleted", "driver pod", "server pod", "driver container", "server container")

// fail notes the failure of an attempt, and when the next is due.
func (t *turn) fail(failure *v1beta2.FailureRecord) {
	s := &t.status
	if ready := t.condition(v1alpha1.SparkConnectConditionReady); ready != nil && ready.Status == metav1.ConditionTrue &&
		t.Now.Sub(ready.LastTransitionTime.Time) >= stable {
		s.Failures = 0
	}
	s.Failures++
	failure.Attempt, failure.Time = s.Attempt, metav1.NewTime(t.Now)
	s.LastFailure = failure
	if s.Server.PodName != "" {
		s.Restarts++
	}
	s.NextStartTime = &metav1.Time{Time: t.Now.Add(t.backOff())}
	t.endServer()
	t.emit(events.Warningf(ReasonFailed, events.Observe, "The server failed (%s): %s", failure.Reason, failure.Message))
	t.because = "the server failed: " + failure.Reason
}

// backOff returns the wait after so many failures in a row.
func (t *turn) backOff() time.Duration {
	most := t.policy.MaxBackoff
	if most <= 0 {
		most = defaultMaxBackoff
	}
	if t.status.Failures <= 1 {
		return min(firstBackoff, most)
	}
	wait := backoff
	for n := int32(2); n < t.status.Failures && wait < most; n++ {
		wait *= 2
	}
	return min(wait, most)
}

// restart ends a server of an older spec.
func (t *turn) restart(serves string) {
	what := "its spec was changed"
	if fields := identity.Changed(serves, t.SpecHash); len(fields) > 0 {
		what = "its spec was changed in " + strings.Join(serverFields(fields), ", ")
	}
	t.status.Restarts++
	t.status.Failures, t.status.NextStartTime = 0, nil
	t.endServer()
	t.emit(events.Normalf(ReasonRestarting, events.Retry, "The server is restarted: %s", what))
	t.start()
	t.because = what
}

// serverFields names fields of the application as those of the server.
func serverFields(fields []string) []string {
	named := make([]string, 0, len(fields))
	for _, name := range fields {
		if name == "driver" {
			name = "server"
		}
		named = append(named, name)
	}
	return named
}
