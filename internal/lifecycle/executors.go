// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"k8s.io/utils/ptr"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/events"
)

const (
	// maxFailureReasons bounds the reasons that failed executors are counted by; what comes later is counted as another
	// one.
	maxFailureReasons  = 20
	otherFailureReason = "Other"
)

// executorNews maps a state that executors have newly reached to the event about it, and says when that is emitted. An
// event costs as much as any other request, and executors come and go in numbers: the first of a burst has an event,
// and the status counts them all. Executors that end because their driver ends or is about to have none; failures
// always do.
var executorNews = []struct {
	state   v1beta2.ExecutorState
	warning bool
	reason  events.Reason
	word    string
	emitted func(executorTurn) bool
}{
	{v1beta2.ExecutorStatePending, false, ReasonExecutorPending, "pending", func(e executorTurn) bool { return e.before.Pending == 0 }},
	{v1beta2.ExecutorStateRunning, false, ReasonExecutorRunning, "running", func(e executorTurn) bool { return e.before.Running == 0 }},
	{v1beta2.ExecutorStateCompleted, false, ReasonExecutorCompleted, "completed", func(e executorTurn) bool { return e.goOn }},
	{v1beta2.ExecutorStateFailed, true, ReasonExecutorFailed, "failed", func(executorTurn) bool { return true }},
	{v1beta2.ExecutorStateUnknown, true, ReasonExecutorUnknown, "unknown", func(executorTurn) bool { return true }},
}

// executorTurn is what decides on events about executors.
type executorTurn struct {
	// before are the counts as they were.
	before v1beta2.ExecutorCounts
	// goOn is whether the driver and some executors go on: a driver deletes all of them before it ends.
	goOn bool
}

// followExecutors brings what the status says of executors up to date with the pods of the current attempt. Those that
// still run when their driver has ended have completed: they end with it. An end is final.
func (t *turn) followExecutors(driverEnded bool) {
	t.doubtful = 0
	next := map[string]v1beta2.ExecutorState{}
	pods := t.currentExecutors()
	for name, e := range pods {
		next[name] = t.stateOf(e, driverEnded)
	}
	for name, known := range t.status.ExecutorState {
		if !unfinished(known) {
			next[name] = known
		} else if _, exists := next[name]; !exists {
			next[name] = t.stateOfMissing(name, known, driverEnded)
		}
	}
	if driverEnded {
		for name, state := range next {
			if unfinished(state) {
				next[name] = v1beta2.ExecutorStateCompleted
			}
		}
	}
	before := ptr.Deref(t.status.Executors, v1beta2.ExecutorCounts{})
	t.countExecutors(next, pods)
	if driverEnded {
		t.status.Executors.WaitingSince = nil
	}
	bound(next, t.policy.MaxTrackedExecutors)
	t.emitExecutorEvents(next, executorTurn{before: before, goOn: !driverEnded && t.executorsGoOn()})
	if len(next) > 0 || len(t.status.ExecutorState) > 0 {
		t.status.ExecutorState = next
	}
}

// countExecutors counts the executors by state. Those that have ended are added when they do, for the map forgets them.
// Where the map is full, an executor that it does not know and that has ended was forgotten, and so counted, before.
func (t *turn) countExecutors(next map[string]v1beta2.ExecutorState, pods map[string]executor) {
	counts := &v1beta2.ExecutorCounts{}
	if before := t.status.Executors; before != nil {
		counts.Completed, counts.Failed, counts.Failures = before.Completed, before.Failed, maps.Clone(before.Failures)
		counts.WaitingSince = before.WaitingSince
	}
	limit := t.policy.MaxTrackedExecutors
	full := limit > 0 && len(t.status.ExecutorState) >= limit
	for name, state := range next {
		before, known := t.status.ExecutorState[name]
		news := known && unfinished(before) || !known && !full
		switch state {
		case v1beta2.ExecutorStatePending:
			counts.Pending++
		case v1beta2.ExecutorStateRunning:
			counts.Running++
		case v1beta2.ExecutorStateCompleted:
			if news {
				counts.Completed = more(counts.Completed)
			}
		case v1beta2.ExecutorStateFailed:
			if news {
				counts.Failed = more(counts.Failed)
				countReason(counts, pods[name])
			}
		default:
			counts.Unknown++
		}
	}
	t.status.Executors = counts
}

// countReason counts a failed executor by what it failed of.
func countReason(counts *v1beta2.ExecutorCounts, failed executor) {
	if failed.pod == nil {
		return
	}
	reason := executorFailure(failed)
	if _, known := counts.Failures[reason]; !known && len(counts.Failures) >= maxFailureReasons {
		reason = otherFailureReason
	}
	if counts.Failures == nil {
		counts.Failures = map[string]int32{}
	}
	counts.Failures[reason] = more(counts.Failures[reason])
}

// emitExecutorEvents emits at most one event for each state that executors have newly reached.
func (t *turn) emitExecutorEvents(next map[string]v1beta2.ExecutorState, e executorTurn) {
	changed := map[v1beta2.ExecutorState][]string{}
	for name, state := range next {
		if t.status.ExecutorState[name] != state {
			changed[state] = append(changed[state], name)
		}
	}
	for _, news := range executorNews {
		names := changed[news.state]
		if len(names) == 0 || !news.emitted(e) {
			continue
		}
		slices.Sort(names)
		newEvent := events.Normalf
		if news.warning {
			newEvent = events.Warningf
		}
		t.emit(newEvent(news.reason, events.Observe, "%s: %s", listed(names), news.word))
	}
}

// listed puts executors into words.
func listed(names []string) string {
	if len(names) == 1 {
		return "Executor " + names[0]
	}
	return fmt.Sprintf("%d executors (%s)", len(names), strings.Join(names, ", "))
}

func unfinished(state v1beta2.ExecutorState) bool {
	return state != v1beta2.ExecutorStateCompleted && state != v1beta2.ExecutorStateFailed
}

// bound drops entries until at most limit are left: finished executors first, then by name.
func bound(executors map[string]v1beta2.ExecutorState, limit int) {
	if limit <= 0 || len(executors) <= limit {
		return
	}
	rank := func(name string) int {
		if unfinished(executors[name]) {
			return 1
		}
		return 0
	}
	names := slices.SortedFunc(maps.Keys(executors), func(a, b string) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a, b))
	})
	for _, name := range names[:len(names)-limit] {
		delete(executors, name)
	}
}
