// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	"cmp"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/events"
	"github.com/alauda/spark-operator/pkg/podrequests"
	"github.com/alauda/spark-operator/pkg/sparkconf"
)

// limit returns the application's own limit, in seconds, or the operator's.
func (t *turn) limit(seconds *int64, otherwise time.Duration) time.Duration {
	if seconds == nil {
		return min(otherwise, longest)
	}
	return Seconds(*seconds)
}

func (t *turn) timeouts() v1beta2.Timeouts {
	if timeouts := t.App.Spec.Timeouts; timeouts != nil {
		return *timeouts
	}
	return v1beta2.Timeouts{}
}

// limitedWait is a wait that has a limit.
type limitedWait struct {
	limit  time.Duration
	since  time.Time
	reason string
	what   string
	// because is why it takes so long, as far as the cluster says.
	because *pendingReason
}

// message begins with the cause.
func (w limitedWait) message() string {
	if w.because == nil || w.because.message == "" {
		return fmt.Sprintf("%s for longer than %s", w.what, w.limit)
	}
	return fmt.Sprintf("%s (%s); %s for longer than %s", w.because.message, w.because.reason, w.what, w.limit)
}

// limits returns the first wait that has exceeded its limit, or nil, and what time is left to the shortest before it;
// zero if there is none.
func (t *turn) limits(state v1beta2.DriverState) (exceeded *limitedWait, shortest time.Duration) {
	for _, w := range t.limitedWaits(state) {
		if w.limit <= 0 || w.since.IsZero() {
			continue
		}
		left := w.since.Add(w.limit).Sub(t.Now)
		if left <= 0 {
			return &w, shortest
		}
		if shortest == 0 || left < shortest {
			shortest = left
		}
	}
	return nil, shortest
}

// timeOut ends the run that waits or lasts too long.
func (t *turn) timeOut(w limitedWait) {
	t.status.TerminationTime = metav1.NewTime(t.Now)
	t.fail(v1beta2.FailureRecord{
		Class: v1beta2.FailureClassDeadline, Reason: w.reason, Message: w.message(),
		Pod: t.Driver.Name, Node: t.Driver.Spec.NodeName,
	})
	t.emit(events.Warningf(ReasonTimedOut, events.Observe, "%s", t.status.AppState.ErrorMessage))
}

func (t *turn) limitedWaits(state v1beta2.DriverState) []limitedWait {
	waits := []limitedWait{{
		t.limit(t.App.Spec.ActiveDeadlineSeconds, t.policy.Timeouts.Run), t.status.LastSubmissionAttemptTime.Time,
		failureDeadline, "the run has gone on", nil,
	}}
	switch state {
	case v1beta2.DriverStatePending:
		if wait, limited := t.driverWait(); limited {
			waits = append(waits, wait)
		}
	case v1beta2.DriverStateRunning:
		waits = append(waits, limitedWait{
			t.limit(t.timeouts().ExecutorsPendingSeconds, t.policy.Timeouts.ExecutorsPending), t.executorsWaitSince(),
			"ExecutorsPendingTimeout", "no executor runs and one has been pending", t.executorsPendingBecause(),
		}, t.refusalWait())
	default:
	}
	return waits
}

// driverWait is that of a pending driver, from its submission: its pod is made with that, by a clock of another
// machine. One that a queue holds back on purpose does not wait in this sense; its wait begins when the queue admits
// it.
func (t *turn) driverWait() (limitedWait, bool) {
	if t.pending.gated() {
		return limitedWait{}, false
	}
	since := t.status.LastSubmissionAttemptTime.Time
	if record := t.currentRecord(); record != nil && record.UngatedTime != nil {
		since = record.UngatedTime.Time
	}
	return limitedWait{
		t.limit(t.timeouts().DriverPendingSeconds, t.policy.Timeouts.DriverPending), since,
		"DriverPendingTimeout", "the driver has been pending", t.pending,
	}, true
}

// noteWaits keeps in the status what no pod shows: since when the driver may start, and since when it has been without
// executors. What the stored conditions say is what was so until now.
func (t *turn) noteWaits(state v1beta2.DriverState) {
	record := t.currentRecord()
	if record != nil && t.reported(v1beta2.ConditionDriverReady, corev1.PodReasonSchedulingGated) && !t.pending.gated() {
		record.UngatedTime = new(metav1.NewTime(t.Now))
	}
	t.status.Executors.WaitingSince = t.executorsWaitBegan(state)
	t.noteRefusal()
}

// reported says whether the stored condition has the reason.
func (t *turn) reported(kind, reason string) bool {
	c := meta.FindStatusCondition(t.App.Status.Conditions, kind)
	return c != nil && c.Reason == reason
}

// executorsWaitBegan returns since when a running driver has waited for a first executor to run: since its oldest
// pending executor was made, or, if it has made none, since its own start; but not since before an executor ran, or a
// queue held executors back. It returns nil if there is nothing to wait for.
func (t *turn) executorsWaitBegan(state v1beta2.DriverState) *metav1.Time {
	counts := t.status.Executors
	if wait := t.executorsWait(); state != v1beta2.DriverStateRunning || counts.Running > t.doubtful || wait.gated() {
		return nil
	}
	began := t.oldestPendingExecutor()
	if began == nil && counts.Pending+counts.Running+counts.Completed+counts.Failed+counts.Unknown == 0 && wantedExecutors(&t.App.Spec) > 0 {
		began = t.startOfDriver()
	}
	switch {
	case began == nil:
		return nil
	case counts.WaitingSince != nil:
		return counts.WaitingSince
	case !t.plausible(*began):
		return new(metav1.NewTime(t.Now))
	case t.reported(v1beta2.ConditionExecutorsReady, v1beta2.ReasonExecutorsRunning), t.reported(v1beta2.ConditionExecutorsReady, corev1.PodReasonSchedulingGated):
		return new(metav1.NewTime(t.Now))
	default:
		return began
	}
}

// oldestPendingExecutor returns when it was made, or nil.
func (t *turn) oldestPendingExecutor() *metav1.Time {
	var oldest *metav1.Time
	for _, pod := range t.Executors {
		if t.current(pod) && executorState(pod) == v1beta2.ExecutorStatePending && (oldest == nil || pod.CreationTimestamp.Before(oldest)) {
			oldest = pod.CreationTimestamp.DeepCopy()
		}
	}
	return oldest
}

// wantedExecutors returns how many executors a driver makes when it starts, and 0 where that is unknown.
func wantedExecutors(spec *v1beta2.SparkApplicationSpec) int64 {
	count, err := podrequests.InitialExecutors(executorConf(spec))
	if err != nil {
		return 0
	}
	return count
}

// executorConf is what an application says of the number of its executors.
func executorConf(spec *v1beta2.SparkApplicationSpec) *sparkconf.Conf {
	conf := sparkconf.New()
	conf.SetAll("", spec.SparkConf)
	set := func(key string, number *int32) {
		if number != nil {
			conf.Set(key, fmt.Sprint(*number))
		}
	}
	set(sparkconf.ExecutorInstances, spec.Executor.Instances)
	if dynamic := spec.DynamicAllocation; dynamic != nil && dynamic.Enabled {
		conf.Set(sparkconf.DynamicAllocationEnabled, "true")
		set(sparkconf.DynamicAllocationInitial, dynamic.InitialExecutors)
		set(sparkconf.DynamicAllocationMin, dynamic.MinExecutors)
	}
	return conf
}

func (t *turn) executorsWaitSince() time.Time {
	return ptr.Deref(t.status.Executors.WaitingSince, metav1.Time{}).Time
}

// executorsPendingBecause returns why, as far as a pending executor says.
func (t *turn) executorsPendingBecause() *pendingReason {
	if reason := t.executorsWait(); reason != nil || t.status.Executors.Pending > 0 {
		return reason
	}
	return t.noExecutorBecause()
}

// executorsWait returns why executors are pending: that a queue holds one back, or what the first that says something
// has.
func (t *turn) executorsWait() *pendingReason {
	var first *pendingReason
	for _, pod := range t.Executors {
		if !t.current(pod) || executorState(pod) != v1beta2.ExecutorStatePending {
			continue
		}
		reason := cmp.Or(pendingReasonOf(pod), t.unseen(pod))
		if reason.gated() {
			return reason
		}
		if first == nil {
			first = reason
		}
	}
	return first
}

// warnOfUnseenExecutors warns once of executors that no scheduler looks at.
func (t *turn) warnOfUnseenExecutors() {
	if t.status.Executors.Pending == 0 {
		return
	}
	wait := t.executorsWait()
	if wait != nil && wait.reason == reasonWaitingForScheduler && !t.reported(v1beta2.ConditionExecutorsReady, wait.reason) {
		t.emit(events.Warningf(ReasonExecutorPending, events.Observe, "Executors cannot start (%s): %s", wait.reason, wait.message))
	}
}
