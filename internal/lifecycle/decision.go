// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	"time"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/events"
	"github.com/alauda/spark-operator/internal/identity"
)

// Decision is what should happen next, in this order: Status is stored if it differs from the stored one, Events are
// emitted, Actions are executed. If there are no actions, the application is looked at again when something that it
// owns changes, or after RequeueAfter.
type Decision struct {
	// Status is the whole next status.
	Status v1beta2.SparkApplicationStatus
	// Actions are executed in order; each is idempotent.
	Actions []Action
	// Events are about the change from the stored status to Status.
	Events []events.Event
	// RequeueAfter is the time after which to look again. Zero: wait for a change.
	RequeueAfter time.Duration
	// Because says in one sentence why, for the log and the tests. Empty if nothing changes.
	Because string
}

// Action is something to do to the cluster.
type Action interface {
	// String names the action for logs and tests.
	String() string
	sealed()
}

// Submit makes the objects of an attempt, its driver pod last. Where they exist already, they are adopted.
type Submit struct{ Attempt identity.Attempt }

// DeleteRun deletes all pods of the application, removes the finalizer of its driver, and deletes what the given
// attempts made besides. It is executed again until no pod is left.
type DeleteRun struct{ Attempts []identity.Attempt }

// DeleteExecutors deletes single executor pods.
type DeleteExecutors struct{ Names []string }

// EndDriverPod ends what still runs in the driver pod, and keeps the pod.
type EndDriverPod struct{}

// RemoveFinalizer removes the finalizer of the driver pod, whose end is recorded or which is to be orphaned. The
// dependents of a driver that has ended are deleted before that.
type RemoveFinalizer struct{ Orphan bool }

// DeleteApplication deletes the application itself, and by ownership all that it has.
type DeleteApplication struct{}

func (Submit) String() string            { return "Submit" }
func (DeleteRun) String() string         { return "DeleteRun" }
func (DeleteExecutors) String() string   { return "DeleteExecutors" }
func (EndDriverPod) String() string      { return "EndDriverPod" }
func (RemoveFinalizer) String() string   { return "RemoveFinalizer" }
func (DeleteApplication) String() string { return "DeleteApplication" }

func (Submit) sealed()            {}
func (DeleteRun) sealed()         {}
func (DeleteExecutors) sealed()   {}
func (EndDriverPod) sealed()      {}
func (RemoveFinalizer) sealed()   {}
func (DeleteApplication) sealed() {}
