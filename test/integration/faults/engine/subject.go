// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"context"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/internal/testing/wire"
)

// Subject is the controller under test.
type Subject struct {
	// Scheme knows all of its kinds.
	Scheme *runtime.Scheme
	// Root is what users create. Everything else in a namespace is owned by such, at last.
	Root client.Object
	// Watched are the kinds whose changes the controller acts on: their events are withheld in turn.
	Watched []client.ObjectList
	// Made are the kinds, beside these, that it makes.
	Made []client.ObjectList
	// Reasons are those of the events that people and their tools wait for.
	Reasons []string
}

// Scenario is what users do to an object and what becomes of it, the same way each time.
type Scenario struct {
	Name string
	// FromStart is whether the calls of the controller's start count. Otherwise those count that are made from
	// Trial.Mark on.
	FromStart bool
	// Want are the counters of the end.
	Want any
	// World returns what there is in a trial; its state is that of this trial alone.
	World func(*Trial) World
}

// World is what a controller brings to a trial. All functions but Control and Script may be left out.
type World struct {
	// Control runs a controller until ctx ends, by connections of the process: see Trial.Connection.
	Control func(ctx context.Context, p *wire.Process) error
	// Script is what the user does. It returns when the scenario is over.
	Script func(ctx context.Context) error
	// Settled reports whether the controller has done what it does after the script. The trial is locked.
	Settled func() bool
	// Saw takes in a change of an object of the Subject's kinds, before the trial does, and says what must not have
	// happened, by Trial.Object. The trial is locked.
	Saw func(change watch.EventType, object client.Object)
	// Tend does the next thing that happens in a pod that has a node and has not ended, if there is one.
	Tend func(ctx context.Context, pod *corev1.Pod) error
	// Stop ends the containers of a pod that is being deleted. It reports whether the pod may go.
	Stop func(ctx context.Context, pod *corev1.Pod) (gone bool, err error)
	// Outcome adds to the outcome what the scenario has come to, and says what is wrong with the objects that are left.
	Outcome func(left []client.Object, o *Outcome) error
	// Excuse changes what is wanted where a fault has cost something that it may cost, and reports whether it has.
	Excuse func(got, want *Outcome, c wire.Call, f wire.Fault) bool
}
