// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/events"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// mountGrace is how long a pod may take on its node before the events about it are asked what holds it up.
const mountGrace = 10 * time.Second

const (
	// schedulerGrace is how long a scheduler may take to look at a pod before the status says that none has.
	schedulerGrace = 30 * time.Second
	// reasonWaitingForScheduler is the reason then.
	reasonWaitingForScheduler = "WaitingForScheduler"
)

// pendingReason says what a pending pod waits for: the kubelet's or the scheduler's own word and message.
type pendingReason struct{ reason, message string }

// gated reports whether a queue, such as Kueue, holds the pod back on purpose.
func (p *pendingReason) gated() bool { return p != nil && p.reason == corev1.PodReasonSchedulingGated }

// ordinaryWaits are the kubelet's reasons on the usual way to a running container; they are no cause for concern.
var ordinaryWaits = []string{"ContainerCreating", "PodInitializing"}

// pendingReasonOf returns why a pending pod does not start, or nil if it is on its usual way.
func pendingReasonOf(pod *corev1.Pod) *pendingReason {
	for _, status := range slices.Concat(pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses) {
		waiting := status.State.Waiting
		if waiting == nil || waiting.Reason == "" || slices.Contains(ordinaryWaits, waiting.Reason) {
			continue
		}
		return &pendingReason{waiting.Reason, fmt.Sprintf("%s (container %s)", said(waiting.Message), status.Name)}
	}
	for _, condition := range pod.Status.Conditions {
		if condition.Type == corev1.PodScheduled && condition.Status == corev1.ConditionFalse && condition.Reason != "" {
			return &pendingReason{condition.Reason, said(condition.Message)}
		}
	}
	return nil
}

// unseenUntil returns until when to wait for the scheduler of a pod whose conditions show that none has looked at it,
// and zero for any other pod. Where no scheduler of the name runs, none ever will.
func unseenUntil(pod *corev1.Pod) time.Time {
	isScheduled := func(c corev1.PodCondition) bool { return c.Type == corev1.PodScheduled }
	pending := pod.Status.Phase == corev1.PodPending || pod.Status.Phase == ""
	if !pending || pod.Spec.NodeName != "" || !pod.DeletionTimestamp.IsZero() || slices.ContainsFunc(pod.Status.Conditions, isScheduled) {
		return time.Time{}
	}
	return pod.CreationTimestamp.Add(schedulerGrace)
}

// unseen returns the reason that no scheduler has looked at a pod, or nil. It asks to look again when that would be so.
func (t *turn) unseen(pod *corev1.Pod) *pendingReason {
	until := unseenUntil(pod)
	if until.IsZero() {
		return nil
	}
	if left := until.Sub(t.Now); left > 0 {
		t.wakeIn(left)
		return nil
	}
	return &pendingReason{reasonWaitingForScheduler, fmt.Sprintf("No scheduler named %q has looked at pod %s in %s: is one of that name installed and running?",
		cmp.Or(pod.Spec.SchedulerName, corev1.DefaultSchedulerName), pod.Name, schedulerGrace)}
}

// said returns a message, or a standard text where there is none.
func said(message string) string { return cmp.Or(message, "no more than that is said of it") }

// HeldUpSince returns since when a pending pod has been held up on its node by something that only events report:
// volumes that cannot be mounted, a sandbox that cannot be made. It returns zero for any other pod. Events are asked
// for from then on.
func HeldUpSince(pod *corev1.Pod, now time.Time) time.Time {
	if pod == nil || stateOfUnfinished(pod) != v1beta2.DriverStatePending || pendingReasonOf(pod) != nil {
		return time.Time{}
	}
	var scheduled time.Time
	for _, condition := range pod.Status.Conditions {
		switch isTrue := condition.Status == corev1.ConditionTrue; condition.Type {
		case corev1.PodScheduled:
			if isTrue {
				scheduled = condition.LastTransitionTime.Time
			}
		case corev1.PodReadyToStartContainers:
			if isTrue {
				// Volumes and sandbox are there; an image is being pulled.
				return time.Time{}
			}
		default:
		}
	}
	if scheduled.IsZero() {
		return time.Time{}
	}
	if scheduled.After(now) {
		// The scheduler's clock is ahead.
		scheduled = pod.CreationTimestamp.Time
	}
	return scheduled.Add(mountGrace)
}

// gangGrace is how long a driver may take to be placed with its gang before the scheduler is asked why it waits.
const gangGrace = 5 * time.Second

// GangWaitsSince returns from when on the scheduler of a pending driver is asked why its gang waits; zero for a driver
// that is in no gang, is placed, or is held back by a queue.
func GangWaitsSince(pod *corev1.Pod) time.Time {
	if pod == nil || pod.Annotations[sparklabels.BatchScheduler] == "" || pod.Spec.NodeName != "" || !pod.DeletionTimestamp.IsZero() ||
		stateOfUnfinished(pod) != v1beta2.DriverStatePending || pendingReasonOf(pod).gated() {
		return time.Time{}
	}
	return pod.CreationTimestamp.Add(gangGrace)
}

// driverPending says what a pending driver waits for.
func (t *turn) driverPending() {
	t.wakeIn(lookAgain)
	for _, since := range []time.Time{HeldUpSince(t.Driver, t.Now), GangWaitsSince(t.Driver)} {
		if !since.IsZero() && since.After(t.Now) {
			t.wakeIn(since.Sub(t.Now))
		}
	}
	if t.pending != nil && !t.pending.gated() && t.pendingIsNews() {
		t.emit(events.Warningf(ReasonDriverPending, events.Observe, "Driver %s cannot start (%s): %s", t.Driver.Name, t.pending.reason, t.pending.message))
	}
	if t.state() == v1beta2.ApplicationStateUnknown {
		t.move(v1beta2.ApplicationStateSubmitted, "the driver is pending")
		return
	}
	t.wait("the driver is pending")
}

// pendingIsNews reports whether the stored status does not report this kind of wait yet. The kubelet alternates between
// ErrImagePull and ImagePullBackOff for one cause: that is one piece of news.
func (t *turn) pendingIsNews() bool {
	stored := meta.FindStatusCondition(t.App.Status.Conditions, v1beta2.ConditionDriverReady)
	if stored == nil {
		return true
	}
	return causeOf(stored.Reason) != causeOf(t.pending.reason)
}

func causeOf(reason string) string {
	if reason == "ErrImagePull" {
		return "ImagePullBackOff"
	}
	return reason
}
