// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	"slices"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
)

// Transition is an edge of the state machine with the reason that it is taken for.
type Transition struct {
	From, To v1beta2.ApplicationStateType
	When     string
}

// Transitions is the whole state machine. The code refuses an edge that is not here, TestRandomLives looks for
// edges that are never taken, and docs/state-machine.md is drawn from it.
func Transitions() []Transition {
	return slices.Concat(startEdges, runEdges, endEdges, suspendEdges, respecifyEdges)
}

var startEdges = []Transition{
	{v1beta2.ApplicationStateNew, v1beta2.ApplicationStateSubmitted, "the driver pod exists"},
	{v1beta2.ApplicationStateNew, v1beta2.ApplicationStateFailedSubmission, "the submission was refused"},
	{v1beta2.ApplicationStatePendingRerun, v1beta2.ApplicationStateSubmitted, "the driver pod exists"},
	{v1beta2.ApplicationStatePendingRerun, v1beta2.ApplicationStateFailedSubmission, "the submission was refused"},
	{v1beta2.ApplicationStateFailedSubmission, v1beta2.ApplicationStateSubmitted, "a retry succeeded"},
	{v1beta2.ApplicationStateFailedSubmission, v1beta2.ApplicationStateFailedSubmission, "a retry was refused"},
	{v1beta2.ApplicationStateFailedSubmission, v1beta2.ApplicationStateFailed, "no retry is left"},
	{v1beta2.ApplicationStateNew, v1beta2.ApplicationStateFailed, "it cannot be read"},
	{v1beta2.ApplicationStateFailed, v1beta2.ApplicationStateNew, "it can be read again"},
}

var runEdges = []Transition{
	{v1beta2.ApplicationStateSubmitted, v1beta2.ApplicationStateRunning, "the driver runs"},
	{v1beta2.ApplicationStateSubmitted, v1beta2.ApplicationStateSucceeding, "the driver succeeded"},
	{v1beta2.ApplicationStateSubmitted, v1beta2.ApplicationStateFailing, "the driver failed or is lost"},
	{v1beta2.ApplicationStateSubmitted, v1beta2.ApplicationStateUnknown, "the driver's node does not answer"},
	{v1beta2.ApplicationStateRunning, v1beta2.ApplicationStateSucceeding, "the driver succeeded"},
	{v1beta2.ApplicationStateRunning, v1beta2.ApplicationStateFailing, "the driver failed or is lost"},
	{v1beta2.ApplicationStateRunning, v1beta2.ApplicationStateUnknown, "the driver's node does not answer"},
	{v1beta2.ApplicationStateUnknown, v1beta2.ApplicationStateSubmitted, "the driver is pending"},
	{v1beta2.ApplicationStateUnknown, v1beta2.ApplicationStateRunning, "the driver runs"},
	{v1beta2.ApplicationStateUnknown, v1beta2.ApplicationStateSucceeding, "the driver succeeded"},
	{v1beta2.ApplicationStateUnknown, v1beta2.ApplicationStateFailing, "the driver failed or is lost"},
}

var endEdges = []Transition{
	{v1beta2.ApplicationStateSucceeding, v1beta2.ApplicationStateCompleted, "the run is over"},
	{v1beta2.ApplicationStateSucceeding, v1beta2.ApplicationStatePendingRerun, "restart policy Always"},
	{v1beta2.ApplicationStateFailing, v1beta2.ApplicationStateFailed, "no retry is left"},
	{v1beta2.ApplicationStateFailing, v1beta2.ApplicationStatePendingRerun, "a retry is due"},
}

var suspendEdges = append(
	edges(v1beta2.ApplicationStateSuspending, "spec.suspend is true",
		v1beta2.ApplicationStateNew, v1beta2.ApplicationStateSubmitted, v1beta2.ApplicationStateRunning,
		v1beta2.ApplicationStateUnknown, v1beta2.ApplicationStateSucceeding, v1beta2.ApplicationStateFailing,
		v1beta2.ApplicationStateFailedSubmission, v1beta2.ApplicationStatePendingRerun,
		v1beta2.ApplicationStateInvalidating, v1beta2.ApplicationStateResuming),
	Transition{v1beta2.ApplicationStateSuspending, v1beta2.ApplicationStateSuspended, "nothing of the run is left"},
	Transition{v1beta2.ApplicationStateSuspended, v1beta2.ApplicationStateResuming, "spec.suspend is false"},
	Transition{v1beta2.ApplicationStateResuming, v1beta2.ApplicationStateSubmitted, "the driver pod exists"},
	Transition{v1beta2.ApplicationStateResuming, v1beta2.ApplicationStateFailedSubmission, "the submission was refused"},
)

var respecifyEdges = append(
	edges(v1beta2.ApplicationStateInvalidating, "the spec of the run was changed",
		v1beta2.ApplicationStateSubmitted, v1beta2.ApplicationStateRunning, v1beta2.ApplicationStateUnknown,
		v1beta2.ApplicationStateSucceeding, v1beta2.ApplicationStateFailing, v1beta2.ApplicationStateFailedSubmission,
		v1beta2.ApplicationStateCompleted, v1beta2.ApplicationStateFailed),
	Transition{v1beta2.ApplicationStateInvalidating, v1beta2.ApplicationStatePendingRerun, "nothing of the old run is left"},
)

func edges(to v1beta2.ApplicationStateType, when string, from ...v1beta2.ApplicationStateType) []Transition {
	all := make([]Transition, 0, len(from))
	for _, state := range from {
		all = append(all, Transition{state, to, when})
	}
	return all
}

// allowed reports whether the state machine has the edge.
func allowed(from, to v1beta2.ApplicationStateType) bool {
	return slices.ContainsFunc(Transitions(), func(t Transition) bool { return t.From == from && t.To == to })
}
