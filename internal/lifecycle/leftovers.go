// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/events"
	"github.com/alauda/spark-operator/internal/identity"
	"github.com/alauda/spark-operator/pkg/podmutation"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// lookAgain is after what time to look again where an event is expected to come and may be missed.
const lookAgain = time.Minute

// deleteRun deletes all pods and what the attempts made besides, and watches over pods that do not go. It is never
// forced: a pod on a lost node may still run, and only whoever looks after the node can know. Attempts count from 1:
// before the first there is nothing to delete.
func (t *turn) deleteRun(because string, attempts ...identity.Attempt) {
	attempts = slices.DeleteFunc(attempts, func(a identity.Attempt) bool { return a.Number < 1 })
	t.act(DeleteRun{Attempts: attempts}, because)
	t.awaited = t.pods()
	t.wakeIn(lookAgain)
	limit := t.limit(t.timeouts().CleanupSeconds, t.policy.Timeouts.Cleanup)
	if limit <= 0 {
		return
	}
	for _, pod := range t.pods() {
		if pod.DeletionTimestamp == nil {
			continue
		}
		if left := pod.DeletionTimestamp.Add(limit).Sub(t.Now); left > 0 {
			t.wakeIn(left)
			continue
		}
		t.stuck = append(t.stuck, pod)
	}
	if len(t.stuck) > 0 && !meta.IsStatusConditionTrue(t.App.Status.Conditions, v1beta2.ConditionCleanupStuck) {
		t.emit(events.Warningf(ReasonCleanupStuck, events.Observe, "%s", describeStuck(t.stuck)))
	}
}

func (t *turn) pods() []*corev1.Pod {
	if t.Driver == nil {
		return t.Executors
	}
	return append([]*corev1.Pod{t.Driver}, t.Executors...)
}

// describeStuck says which pods do not go and what to do.
func describeStuck(pods []*corev1.Pod) string {
	var b strings.Builder
	const most = 3
	for _, pod := range pods[:min(most, len(pods))] {
		fmt.Fprintf(&b, "Pod %s on node %s was to be gone at %s. ", pod.Name, cmp.Or(pod.Spec.NodeName, "(none)"), pod.DeletionTimestamp.UTC().Format(time.RFC3339))
		others := slices.DeleteFunc(slices.Clone(pod.Finalizers), func(name string) bool { return name == sparklabels.DriverEnd })
		if len(others) > 0 {
			fmt.Fprintf(&b, "It is kept by the finalizers %s. ", strings.Join(others, ", "))
		}
	}
	if more := len(pods) - most; more > 0 {
		fmt.Fprintf(&b, "So were %d more pods. ", more)
	}
	b.WriteString("If the node is lost, delete the Node or taint it with node.kubernetes.io/out-of-service. No other attempt is made before: the pods may still run.")
	return b.String()
}

// endLeftovers ends what outlives a driver that has ended: executors that do not notice its end, such as pending ones,
// and sidecars that would hold the resources of the driver pod for ever.
func (t *turn) endLeftovers() {
	t.endExecutors()
	t.endSidecars()
}

// endExecutors deletes executor pods that have not ended. The pod counts here, not its Spark container: a sidecar holds
// the resources of an executor pod as well, and nobody else deletes it any more.
func (t *turn) endExecutors() {
	limit := t.limit(t.timeouts().ExecutorsEndSeconds, t.policy.Timeouts.ExecutorsEnd)
	if limit <= 0 {
		return
	}
	left := t.status.TerminationTime.Add(limit).Sub(t.Now)
	var names []string
	for _, pod := range t.Executors {
		if pod.DeletionTimestamp != nil || pod.Status.Phase == corev1.PodSucceeded || pod.Status.Phase == corev1.PodFailed {
			continue
		}
		if left > 0 {
			t.wakeIn(left)
			return
		}
		names = append(names, pod.Name)
	}
	if len(names) > 0 {
		t.act(DeleteExecutors{Names: names}, "executors outlive their driver")
	}
}

// endSidecars ends the driver pod but does not delete it: its log can still be read.
func (t *turn) endSidecars() {
	limit := t.limit(t.timeouts().SidecarsSeconds, t.policy.Timeouts.Sidecars)
	if limit <= 0 || t.Driver == nil || !t.current(t.Driver) || t.Driver.DeletionTimestamp != nil || t.Driver.Status.Phase != corev1.PodRunning {
		return
	}
	ended := endOfSpark(t.Driver, podmutation.Driver)
	if deadline := t.Driver.Spec.ActiveDeadlineSeconds; ended == nil || deadline != nil && *deadline <= 1 {
		return
	}
	if left := t.status.TerminationTime.Add(limit).Sub(t.Now); left > 0 {
		t.wakeIn(left)
		return
	}
	t.act(EndDriverPod{}, "sidecars outlive the driver")
}
