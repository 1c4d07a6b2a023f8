// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package connect

import (
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1alpha1"
	"github.com/alauda/spark-operator/internal/events"
)

// Decision is what should happen next, in this order: Status is stored if it differs from the stored one, Events are
// emitted, Actions are executed. If there are no actions, the server is looked at again when something of it changes,
// or after RequeueAfter.
type Decision struct {
	// Status is the whole next status.
	Status v1alpha1.SparkConnectStatus
	// Actions are executed in order; each is idempotent.
	Actions []Action
	// Events are about the change from the stored status to Status.
	Events []events.Event
	// RequeueAfter is the time after which to look again. Zero: wait for a change.
	RequeueAfter time.Duration
	// Because says in one sentence why, for the log and the tests.
	Because string
}

// Action is something to do to the cluster.
type Action interface {
	// String names the action for logs and tests.
	String() string
	sealed()
}

// Start makes the objects of an attempt, its pod last. Where they exist already, they are adopted.
type Start struct{ Attempt int64 }

// DeletePods deletes pods.
type DeletePods struct {
	Pods []*corev1.Pod
	// Force is whether they are deleted without waiting for their node.
	Force bool
}

// Release deletes what an attempt made beside its pods.
type Release struct{ Attempt int64 }

func (Start) String() string      { return "Start" }
func (DeletePods) String() string { return "DeletePods" }
func (Release) String() string    { return "Release" }

func (Start) sealed()      {}
func (DeletePods) sealed() {}
func (Release) sealed()    {}

// Reasons of events.
const (
	ReasonStarted         events.Reason = "SparkConnectServerStarted"
	ReasonReady           events.Reason = "SparkConnectServerReady"
	ReasonNotReady        events.Reason = "SparkConnectServerNotReady"
	ReasonFailed          events.Reason = "SparkConnectServerFailed"
	ReasonRefused         events.Reason = "SparkConnectServerRefused"
	ReasonRestarting      events.Reason = "SparkConnectServerRestarting"
	ReasonSuspended       events.Reason = "SparkConnectSuspended"
	ReasonInvalid         events.Reason = "SparkConnectInvalid"
	ReasonServiceConflict events.Reason = "SparkConnectServiceConflict"
	ReasonWarning         events.Reason = "SparkConnectWarning"
)
