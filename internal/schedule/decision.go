// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package schedule

import (
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/events"
)

// Decision is what should happen next. If there are Creates, these are executed, what came of them is put into the
// observation (Runs, Refused), and Decide is asked again: nothing else of the decision is of interest. Otherwise, in
// this order: Status is stored if it differs from the stored one, guarded by its version; Events are emitted and Counts
// counted; Deletes are executed.
type Decision struct {
	// Creates are the runs to make. One that exists already, owned by the schedule, is made.
	Creates []Create
	// Status is the whole next status.
	Status v1beta2.ScheduledSparkApplicationStatus
	// Events are about the change from the stored status to Status.
	Events []events.Event
	// Counts are what metrics count of that change.
	Counts Counts
	// Deletes are the runs to delete, each by name and UID, with their dependents in the background.
	Deletes []Delete
	// RequeueAfter is the time after which to look again. Zero: wait for a change.
	RequeueAfter time.Duration
	// Because says in one sentence why, for the log and the tests. Empty if nothing changes.
	Because string
}

// Create is a run to make; RunOf gives the object.
type Create struct {
	// Name is that of the run.
	Name string
	// Occasion is what it is made for.
	Occasion
}

// Delete is a run to delete.
type Delete struct {
	Name string
	UID  types.UID
	// Why it is deleted.
	Why DeleteReason
}

// DeleteReason says why a run is deleted.
type DeleteReason string

// The reasons.
const (
	// DeleteReplaced means that the next run is due and replaces it.
	DeleteReplaced DeleteReason = "Replaced"
	// DeletePruned means that it ended and later ones did, too.
	DeletePruned DeleteReason = "Pruned"
)

// Counts are what metrics count of a change of status.
type Counts struct {
	// Made are the runs that were made.
	Made []Made
	// Missed counts slots that were not run.
	Missed map[MissedReason]int64
	// Ended counts runs that ended or went.
	Ended map[Outcome]int64
}

// Made is a run that was made.
type Made struct {
	Name string
	Occasion
}

// Outcome is how a run ended.
type Outcome string

// The outcomes.
const (
	OutcomeSucceeded Outcome = "Succeeded"
	OutcomeFailed    Outcome = "Failed"
	// OutcomeReplaced is that of a run that was deleted because the next was due.
	OutcomeReplaced Outcome = "Replaced"
	// OutcomeDeleted is that of a run that somebody deleted before it had ended.
	OutcomeDeleted Outcome = "Deleted"
)

// Outcomes returns every outcome.
func Outcomes() []Outcome {
	return []Outcome{OutcomeSucceeded, OutcomeFailed, OutcomeReplaced, OutcomeDeleted}
}

// MissedReason says why a slot was not run.
type MissedReason string

// The reasons.
const (
	// MissedDeadline means that it was later than startingDeadlineSeconds.
	MissedDeadline MissedReason = "DeadlineExceeded"
	// MissedForbidden means that a run was under way and concurrencyPolicy is Forbid.
	MissedForbidden MissedReason = "Forbidden"
	// MissedSuspended means that the schedule was suspended.
	MissedSuspended MissedReason = "Suspended"
	// MissedOperatorDown means that no operator came to it in time.
	MissedOperatorDown MissedReason = "OperatorDown"
	// MissedReplaced means that a later one came while it waited for a run to go.
	MissedReplaced MissedReason = "Replaced"
	// MissedScheduleChanged means that the expression or its zone was changed before it was decided.
	MissedScheduleChanged MissedReason = "ScheduleChanged"
	// MissedInvalid means that the schedule was invalid.
	MissedInvalid MissedReason = "Invalid"
	// MissedRefused means that the API server refused the run until the next one was due.
	MissedRefused MissedReason = "Refused"
	// MissedTooMany means that more had been missed than are caught up with.
	MissedTooMany MissedReason = "TooMany"
)

// MissedReasons returns every reason.
func MissedReasons() []MissedReason {
	return []MissedReason{
		MissedDeadline, MissedForbidden, MissedSuspended, MissedOperatorDown, MissedReplaced, MissedScheduleChanged,
		MissedInvalid, MissedRefused, MissedTooMany,
	}
}
