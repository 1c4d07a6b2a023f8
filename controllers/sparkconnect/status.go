// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkconnect

import (
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1alpha1"
	"github.com/alauda/spark-operator/internal/decoding"
	"github.com/alauda/spark-operator/internal/stored"
	"github.com/alauda/spark-operator/internal/unreadable"
)

const (
	conditionUnreadable = string(v1alpha1.SparkConnectConditionUnreadable)
	reasonUndecodable   = string(v1alpha1.SparkConnectConditionReasonUndecodable)
)

var kind = unreadable.Kind[*stored.SparkConnect]{
	Noun: "Connect server", New: func() *stored.SparkConnect { return &stored.SparkConnect{} }, SetStatus: setStatus,
}

// setStatus gives a server that cannot be read a condition, and takes that back once it can. One that was never started
// fails, so that nobody waits for it; the state of one that runs stays, as that of an application does.
func setStatus(server *stored.SparkConnect, problem *decoding.Problem, now time.Time) {
	status := &server.Status
	var changed bool
	if problem == nil {
		if changed = meta.RemoveStatusCondition(&status.Conditions, conditionUnreadable); changed && status.State == v1alpha1.SparkConnectStateFailed {
			status.State = v1alpha1.SparkConnectStateNew
		}
	} else {
		changed = meta.SetStatusCondition(&status.Conditions, metav1.Condition{
			Type: conditionUnreadable, Status: metav1.ConditionTrue, Reason: reasonUndecodable, Message: problem.Error(),
			ObservedGeneration: server.Generation, LastTransitionTime: metav1.NewTime(now),
		})
		if next := stateOfUnreadable(status.State); next != status.State {
			status.State, changed = next, true
		}
	}
	if changed {
		status.LastUpdateTime = metav1.NewTime(now)
	}
}

// stateOfUnreadable returns the state of a server that cannot be read: that of one that runs, or that it failed. A
// state that is unknown says of no server that it runs.
func stateOfUnreadable(stored v1alpha1.SparkConnectState) v1alpha1.SparkConnectState {
	switch stored {
	case v1alpha1.SparkConnectStateProvisioning, v1alpha1.SparkConnectStateReady, v1alpha1.SparkConnectStateNotReady,
		v1alpha1.SparkConnectStateSuspended:
		return stored
	case v1alpha1.SparkConnectStateNew, v1alpha1.SparkConnectStateFailed:
	}
	return v1alpha1.SparkConnectStateFailed
}
