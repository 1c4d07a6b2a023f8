// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package schedule

import (
	"slices"
	"strings"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/events"
)

// prune deletes runs that have ended beyond how many are kept, the oldest first.
func (t *turn) prune() {
	if t.Unreadable != nil {
		return
	}
	var succeeded, failed []Run
	for _, run := range slices.Backward(t.runs.all) {
		switch {
		case t.isUnderWay(run) || run.Deleting || !t.isDecided(run):
		case run.State == v1beta2.ApplicationStateCompleted:
			succeeded = append(succeeded, run)
		default:
			failed = append(failed, run)
		}
	}
	var pruned []string
	t.status.PastSuccessfulRunNames = t.keep(succeeded, t.spec().SuccessfulRunHistoryLimit, &pruned)
	t.status.PastFailedRunNames = t.keep(failed, t.spec().FailedRunHistoryLimit, &pruned)
	if len(pruned) > 0 {
		t.emit(events.Normalf(ReasonRunsPruned, events.Finish, "Deleted the ended runs %s: later ones are kept", strings.Join(pruned, ", ")))
	}
}

// keep returns the names of the runs that are kept, and deletes the others. Those that were not deleted before are
// added to pruned.
func (t *turn) keep(ended []Run, limit *int32, pruned *[]string) []string {
	kept := int(defaultHistory)
	if limit != nil {
		kept = max(int(*limit), 0)
	}
	var names []string
	for i, run := range ended {
		if i < kept {
			names = append(names, run.Name)
			continue
		}
		t.deletes = append(t.deletes, Delete{Name: run.Name, UID: run.UID, Why: DeletePruned})
		if t.runs.known[run.Name] || t.runs.adopted[run.Name] {
			*pruned = append(*pruned, run.Name)
		}
	}
	return names
}

// defaultHistory is how many runs are kept where the schedule does not say it.
const defaultHistory = 1
