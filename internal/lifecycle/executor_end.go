// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/pkg/podmutation"
	"github.com/alauda/spark-operator/pkg/sparkconf"
)

// killGrace is for how long it is left open who deleted an executor. A driver that stops deletes all of its executors,
// one by one, before it ends.
const killGrace = 10 * time.Second

// failureDeleted is what an executor failed of that somebody has deleted.
const failureDeleted = "Deleted"

// executorEnd is what the pod of an executor says of its end.
type executorEnd string

const (
	// goesOn: it has not ended.
	goesOn executorEnd = ""
	// endedWell: by itself with exit code 0, or before it ever ran.
	endedWell executorEnd = "well"
	// endedBadly: by itself with another exit code, or the cluster took it.
	endedBadly executorEnd = "badly"
	// killed: it ran and was deleted. Whether by its driver, which needed it no more, or by somebody else, the pod does
	// not say.
	killed executorEnd = "killed"
)

// endOfExecutor reads the pod of an executor; one that is gone as it was last. Drivers also delete the pods of
// executors that have failed, so a deletion alone says nothing.
func endOfExecutor(pod *corev1.Pod, gone bool) executorEnd {
	ended, taken := endOfSpark(pod, podmutation.Executor), takenBy(pod) != ""
	deleted := gone || !pod.DeletionTimestamp.IsZero()
	switch {
	case ended != nil && ended.ExitCode == 0:
		return endedWell
	case taken && (deleted || ended != nil):
		return endedBadly
	case ended != nil && deleted && terminated(ended):
		return killed
	case ended != nil:
		return endedBadly
	}
	return endByPhase(pod.Status.Phase, gone)
}

// endByPhase reads the pod of an executor that does not say how its container has ended.
func endByPhase(phase corev1.PodPhase, gone bool) executorEnd {
	switch {
	case phase == corev1.PodSucceeded:
		return endedWell
	case phase == corev1.PodFailed:
		return endedBadly
	case gone && phase == corev1.PodRunning:
		return killed
	case gone:
		return endedWell
	default:
		return goesOn
	}
}

// terminated reports whether a container ended as one does that the kubelet is asked to end.
func terminated(ended *corev1.ContainerStateTerminated) bool {
	return ended.ExitCode == exitSIGTERM || ended.ExitCode == exitSIGKILL && ended.Reason != "OOMKilled"
}

// Unexplained returns the names of the executors of the current run of which it is open whether they were to end: they
// were deleted, or nobody saw how they went. Observation.EndSeen says since when that is so.
func Unexplained(o Observation) []string {
	t := &turn{Observation: o, status: &o.App.Status}
	var names []string
	pods := t.currentExecutors()
	for name, e := range pods {
		if known, exists := o.App.Status.ExecutorState[name]; (!exists || unfinished(known)) && endOfExecutor(e.pod, e.gone) == killed {
			names = append(names, name)
		}
	}
	for name, known := range o.App.Status.ExecutorState {
		if _, exists := pods[name]; !exists && unfinished(known) {
			names = append(names, name)
		}
	}
	return names
}

// executor is the pod of an executor.
type executor struct {
	pod  *corev1.Pod
	gone bool
}

// currentExecutors returns the executors of the current attempt by name: those that are there, and those that have gone
// lately.
func (t *turn) currentExecutors() map[string]executor {
	found := make(map[string]executor, len(t.Executors)+len(t.Gone))
	for _, pod := range t.Gone {
		if t.current(pod) {
			found[pod.Name] = executor{pod, true}
		}
	}
	for _, pod := range t.Executors {
		if t.current(pod) {
			found[pod.Name] = executor{pod, false}
		}
	}
	return found
}

// stateOf returns the state of an executor.
func (t *turn) stateOf(e executor, driverEnded bool) v1beta2.ExecutorState {
	switch endOfExecutor(e.pod, e.gone) {
	case endedWell:
		return v1beta2.ExecutorStateCompleted
	case endedBadly:
		return v1beta2.ExecutorStateFailed
	case killed:
		return t.stateOfKilled(e.pod.Name, driverEnded)
	case goesOn:
	}
	return stateOfPhase(e.pod.Status.Phase)
}

// stateOfKilled returns the state of an executor that was deleted. Drivers that have as many executors as they are
// asked to delete none of them before they stop: then the driver ends soon, or it has no executor left. Otherwise
// somebody else did.
func (t *turn) stateOfKilled(name string, driverEnded bool) v1beta2.ExecutorState {
	left := t.openFor(name)
	switch {
	case driverEnded || t.scales():
		return v1beta2.ExecutorStateCompleted
	case left > 0:
		t.wakeIn(left)
		t.doubtful++
		return v1beta2.ExecutorStateRunning
	case t.executorsGoOn():
		return v1beta2.ExecutorStateFailed
	default:
		return v1beta2.ExecutorStateCompleted
	}
}

// stateOfMissing returns the state of an executor that only the status has. It may have gone a moment ago; if nobody
// saw how, it is taken to have been removed on purpose.
func (t *turn) stateOfMissing(name string, known v1beta2.ExecutorState, driverEnded bool) v1beta2.ExecutorState {
	if left := t.openFor(name); !driverEnded && left > 0 {
		t.wakeIn(left)
		if known == v1beta2.ExecutorStateRunning {
			t.doubtful++
		}
		return known
	}
	return v1beta2.ExecutorStateCompleted
}

// openFor returns for how long it is too early to say of what an executor ended.
func (t *turn) openFor(name string) time.Duration {
	seen, known := t.EndSeen[name]
	if !known {
		seen = t.Now
	}
	return seen.Add(killGrace).Sub(t.Now)
}

// scales reports whether the driver has as many executors as it needs, and so deletes some.
func (t *turn) scales() bool {
	dynamic, err := executorConf(&t.App.Spec).Bool(sparkconf.DynamicAllocationEnabled, false)
	return err != nil || dynamic
}

// executorState is the state of an executor by its pod alone.
func executorState(pod *corev1.Pod) v1beta2.ExecutorState {
	switch endOfExecutor(pod, false) {
	case endedWell, killed:
		return v1beta2.ExecutorStateCompleted
	case endedBadly:
		return v1beta2.ExecutorStateFailed
	case goesOn:
	}
	return stateOfPhase(pod.Status.Phase)
}

func stateOfPhase(phase corev1.PodPhase) v1beta2.ExecutorState {
	switch phase {
	case corev1.PodPending, "":
		return v1beta2.ExecutorStatePending
	case corev1.PodRunning:
		return v1beta2.ExecutorStateRunning
	default:
		return v1beta2.ExecutorStateUnknown
	}
}

// executorFailure says in one word what a failed executor failed of.
func executorFailure(e executor) string {
	if taken := takenBy(e.pod); taken != "" {
		return taken
	}
	if endOfExecutor(e.pod, e.gone) == killed {
		return failureDeleted
	}
	if ended := endOfSpark(e.pod, podmutation.Executor); ended != nil {
		return exitOf(ended).reason
	}
	if init := failedInit(e.pod); init != nil {
		return failureInitContainer
	}
	return word(e.pod.Status.Reason, failureNoStatus)
}

// executorsGoOn reports whether an executor has neither ended nor been deleted.
func (t *turn) executorsGoOn() bool {
	return slices.ContainsFunc(t.Executors, func(pod *corev1.Pod) bool {
		return t.current(pod) && pod.DeletionTimestamp.IsZero() && unfinished(executorState(pod))
	})
}
