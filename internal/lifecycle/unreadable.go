// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/events"
)

// failureUnreadable is the reason of a failure record of an application that could not be read before its first
// attempt.
const failureUnreadable = "Unreadable"

// Unreadable is the event about an application that cannot be read. It is emitted also where no status can be written.
func Unreadable(problem string) events.Event {
	return events.Unreadable("application", problem)
}

// isUnreadable reports whether what the application asks for is not known.
func (t *turn) isUnreadable() bool { return t.Unreadable != nil }

// leaveUnreadable leaves alone what runs of an application that cannot be read. One that has not run yet fails, so that
// nobody waits for it.
func (t *turn) leaveUnreadable() {
	if t.status.Attempt > 0 || !t.in(v1beta2.ApplicationStateNew) || t.Driver != nil {
		t.wait("it cannot be read")
		return
	}
	message := t.bounded("It cannot be read: " + t.Unreadable.Error())
	t.status.AppState.ErrorMessage, t.status.TerminationTime = message, metav1.NewTime(t.Now)
	t.status.LastFailure = &v1beta2.FailureRecord{
		Time: metav1.NewTime(t.Now), Class: v1beta2.FailureClassSubmission, Reason: failureUnreadable, Message: message,
	}
	t.move(v1beta2.ApplicationStateFailed, "it cannot be read")
}

// isReadableAgain reports whether it failed for not being readable, before it ever ran, and is mended.
func (t *turn) isReadableAgain() bool {
	failure := t.status.LastFailure
	return t.Unreadable == nil && t.status.Attempt == 0 && t.in(v1beta2.ApplicationStateFailed) && failure != nil && failure.Reason == failureUnreadable
}

// takeUp has the application submitted as if it were new.
func (t *turn) takeUp() {
	t.status.AppState, t.status.TerminationTime, t.status.LastFailure = v1beta2.ApplicationState{State: t.state()}, metav1.Time{}, nil
	t.move(v1beta2.ApplicationStateNew, "it can be read again")
}

func (t *turn) claimUnreadable() *claim {
	if t.Unreadable == nil {
		return nil
	}
	return yes(v1beta2.ReasonUndecodable, "%s", t.Unreadable.Error())
}
