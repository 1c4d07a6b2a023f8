// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	"time"

	"k8s.io/utils/ptr"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/events"
)

const (
	// refusalGrace is how long a driver may run without an executor before the API server is asked whether it would
	// take one. Most drivers take less to ask for their first.
	refusalGrace = 15 * time.Second
	// failureExecutorsRefused is the reason of a run that failed because it got no executor.
	failureExecutorsRefused = "ExecutorsRefused"
)

// WithoutExecutorsSince returns since when a driver that runs has made no executor although it is to make some, and
// zero for any other. From refusalGrace later on the API server is asked why.
func WithoutExecutorsSince(o Observation) time.Time {
	t := &turn{Observation: o, status: &o.App.Status}
	if !t.in(v1beta2.ApplicationStateRunning) || o.Driver == nil || !t.current(o.Driver) || len(t.currentExecutors()) > 0 {
		return time.Time{}
	}
	counts := ptr.Deref(o.App.Status.Executors, v1beta2.ExecutorCounts{})
	if counts.WaitingSince == nil || counts.Pending+counts.Running+counts.Unknown > 0 {
		return time.Time{}
	}
	return counts.WaitingSince.Add(refusalGrace)
}

// withoutExecutor reports whether the driver is to make executors and has made none.
func (t *turn) withoutExecutor() bool {
	counts := t.status.Executors
	return counts.WaitingSince != nil && counts.Pending+counts.Running+counts.Unknown == 0
}

// noteRefusal asks to look again when it is time to ask, and emits an event about a refusal that the stored status does
// not have.
func (t *turn) noteRefusal() {
	if !t.withoutExecutor() {
		return
	}
	if left := t.executorsWaitSince().Add(refusalGrace).Sub(t.Now); left > 0 {
		t.wakeIn(left)
		return
	}
	t.wakeIn(lookAgain)
	if t.Refusal != nil && !t.reported(v1beta2.ConditionExecutorsReady, v1beta2.ReasonExecutorsRefused) {
		t.emit(events.Warningf(ReasonExecutorsRefused, events.Observe, "%s: the API server refuses the executors of driver %s", t.Refusal.Message, t.Driver.Name))
	}
}

// noExecutorBecause returns why there is no executor pod, as far as that is known.
func (t *turn) noExecutorBecause() *pendingReason {
	if t.Refusal == nil {
		return &pendingReason{v1beta2.ReasonExecutorsPending, noExecutorPod}
	}
	return &pendingReason{v1beta2.ReasonExecutorsRefused, t.Refusal.Message}
}

// refusalWait is the limited wait of a driver whose executors are refused for good. What passes by itself, such as a
// quota that is used up, has no such limit.
func (t *turn) refusalWait() limitedWait {
	if t.Refusal == nil || t.Refusal.Passing || !t.withoutExecutor() {
		return limitedWait{}
	}
	since := t.executorsWaitSince()
	if t.Refusal.Since.After(since) {
		since = t.Refusal.Since
	}
	return limitedWait{
		t.limit(t.timeouts().ExecutorsRefusedSeconds, t.policy.Timeouts.ExecutorsRefused), since,
		failureExecutorsRefused, "executors have been refused", t.noExecutorBecause(),
	}
}
