// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/events"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// executorNews maps a state that an executor has newly reached to the event that tells of it.
var executorNews = []struct {
	state   v1beta2.ExecutorState
	warning bool
	reason  events.Reason
	word    string
}{
	{v1beta2.ExecutorStatePending, false, ReasonExecutorPending, "pending"},
	{v1beta2.ExecutorStateRunning, false, ReasonExecutorRunning, "running"},
	{v1beta2.ExecutorStateCompleted, false, ReasonExecutorCompleted, "completed"},
	{v1beta2.ExecutorStateFailed, true, ReasonExecutorFailed, "failed"},
	{v1beta2.ExecutorStateUnknown, true, ReasonExecutorUnknown, "unknown"},
}

// followExecutors brings status.executorState up to date with the executor pods of the current attempt. A pod that is gone without having failed was
// removed on purpose (Spark deletes executors that it needs no more): it has completed.
func (t *turn) followExecutors() {
	seen := map[string]v1beta2.ExecutorState{}
	for _, pod := range t.Executors {
		if t.current(pod) {
			seen[pod.Name] = executorState(pod)
		}
	}
	next := maps.Clone(t.status.ExecutorState)
	if next == nil {
		next = map[string]v1beta2.ExecutorState{}
	}
	for name, state := range next {
		if _, exists := seen[name]; !exists && unfinished(state) {
			next[name] = v1beta2.ExecutorStateCompleted
		}
	}
	maps.Copy(next, seen)
	t.setExecutors(next)
}

// settleExecutors notes executors that still run when their driver has ended as completed: they end with it.
func (t *turn) settleExecutors() {
	next := maps.Clone(t.status.ExecutorState)
	for name, state := range next {
		if unfinished(state) {
			next[name] = v1beta2.ExecutorStateCompleted
		}
	}
	t.setExecutors(next)
}

func (t *turn) setExecutors(next map[string]v1beta2.ExecutorState) {
	bound(next, t.policy.MaxTrackedExecutors)
	changed := map[v1beta2.ExecutorState][]string{}
	for _, name := range slices.Sorted(maps.Keys(next)) {
		if state := next[name]; t.status.ExecutorState[name] != state {
			changed[state] = append(changed[state], name)
		}
	}
	for _, news := range executorNews {
		names := changed[news.state]
		if len(names) == 0 {
			continue
		}
		tell := events.Normalf
		if news.warning {
			tell = events.Warningf
		}
		t.tell(tell(news.reason, events.Observe, "%s: %s", listed(names), news.word))
	}
	if len(next) > 0 || len(t.status.ExecutorState) > 0 {
		t.status.ExecutorState = next
	}
}

// listed puts executors into words.
func listed(names []string) string {
	if len(names) == 1 {
		return "Executor " + names[0]
	}
	return fmt.Sprintf("%d executors (%s)", len(names), strings.Join(names, ", "))
}

// executorState reads an executor pod. Drivers delete the executors that they need no more, whose JVM then ends by SIGTERM with
// exit code 143: one that was deleted and not evicted has completed.
func executorState(pod *corev1.Pod) v1beta2.ExecutorState {
	if ended := endOfContainer(pod, sparklabels.ExecutorContainer); ended != nil {
		if ended.ExitCode == 0 || (!pod.DeletionTimestamp.IsZero() && !evicted(pod)) {
			return v1beta2.ExecutorStateCompleted
		}
		return v1beta2.ExecutorStateFailed
	}
	switch pod.Status.Phase {
	case corev1.PodPending, "":
		return v1beta2.ExecutorStatePending
	case corev1.PodRunning:
		return v1beta2.ExecutorStateRunning
	case corev1.PodSucceeded:
		return v1beta2.ExecutorStateCompleted
	case corev1.PodFailed:
		return v1beta2.ExecutorStateFailed
	default:
		return v1beta2.ExecutorStateUnknown
	}
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
