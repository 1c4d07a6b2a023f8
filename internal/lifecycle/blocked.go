// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	"fmt"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/events"
)

// reasonWaiting is the reason while something is waited for, and of CleanupStuck where it does not go.
const reasonWaiting = "WaitingForRemoval"

// reasonNotInstalled is the reason while the cluster lacks something, such as the kinds of a batch scheduler.
const reasonNotInstalled = "SchedulerNotInstalled"

// Blocked is what keeps a submission waiting: an object that has a name that the attempt needs, or the driver of an
// application of the same name that was deleted, both on their way out; or something that is not installed.
type Blocked struct {
	// Missing is whether it is to come, and not to go: somebody has to install it.
	Missing bool
	// What names it, and says whose it is and what keeps it.
	What string
	// Going continues the sentence with when it was deleted and when it is to be gone, as far as that is known.
	Going string
	// Since is when it began to go, and Due when it was to be gone; zero if that is not known.
	Since, Due time.Time
	// Until is when to try to submit again. Before that it is no use.
	Until time.Time
}

// BlockedUntil returns when to try again: soon at first, and more rarely the longer it has been going.
func BlockedUntil(since, now time.Time) time.Time {
	elapsed := now.Sub(since)
	if since.IsZero() {
		elapsed = lookAgain
	}
	return now.Add(min(max(elapsed/4, immediately), lookAgain/2))
}

// waits reports whether the attempt that is due waits for something to go. Pods of its own application that do not go
// are said first.
func (t *turn) waits() bool {
	due := t.in(v1beta2.ApplicationStateNew, v1beta2.ApplicationStatePendingRerun, v1beta2.ApplicationStateResuming, v1beta2.ApplicationStateFailedSubmission)
	return due && len(t.stuck) == 0 && t.App.DeletionTimestamp.IsZero() && t.Blocked != nil && t.Submission == nil && !t.Submitting
}

// isBlocked reports whether it is too early to submit: something is waited for.
func (t *turn) isBlocked() bool { return t.Blocked != nil && t.Blocked.Until.After(t.Now) }

// waitForRemoval waits until it is time to try again: what is awaited may go unseen.
func (t *turn) waitForRemoval() {
	t.wakeIn(t.Blocked.Until.Sub(t.Now))
	t.wait("it waits for " + t.Blocked.What + t.Blocked.Going)
}

// overstays reports whether what is awaited is still there long after it was to be gone.
func (t *turn) overstays() bool {
	limit := t.limit(t.timeouts().CleanupSeconds, t.policy.Timeouts.Cleanup)
	return t.waits() && limit > 0 && !t.Blocked.Due.IsZero() && t.Now.Sub(t.Blocked.Due) >= limit
}

// claimWaiting says what is waited for. Its times change once more in the moment in which a pod ends: that is not worth
// another status, and those stay that were stored first.
func (t *turn) claimWaiting() *claim {
	waiting := unknown(t.Blocked.reason(), "Waits for %s%s", t.Blocked.What, t.Blocked.Going)
	stored := meta.FindStatusCondition(t.App.Status.Conditions, v1beta2.ConditionSucceeded)
	isSame := stored != nil && stored.Reason == waiting.reason && strings.HasPrefix(stored.Message, "Waits for "+t.Blocked.What+"; it was deleted")
	if isSame && t.Blocked.Going != "" {
		waiting.message = stored.Message
	}
	return waiting
}

func (b *Blocked) reason() string {
	if b.Missing {
		return reasonNotInstalled
	}
	return reasonWaiting
}

// waitUnstored reports whether something is waited for and the stored status does not say so as it is.
func (t *turn) waitUnstored() bool {
	if !t.waits() {
		return false
	}
	if t.overstays() {
		return !meta.IsStatusConditionTrue(t.App.Status.Conditions, v1beta2.ConditionCleanupStuck) || !t.reported(v1beta2.ConditionSucceeded, reasonWaiting)
	}
	stored := meta.FindStatusCondition(t.App.Status.Conditions, v1beta2.ConditionSucceeded)
	return stored == nil || stored.Reason != t.Blocked.reason() || stored.Message != head(t.claimWaiting().message, maxConditionMessageBytes)
}

// reportWait emits an event about a wait once, and once more where it does not end.
func (t *turn) reportWait() {
	switch {
	case !t.waits():
	case t.overstays() && !meta.IsStatusConditionTrue(t.App.Status.Conditions, v1beta2.ConditionCleanupStuck):
		t.emit(events.Warningf(ReasonCleanupStuck, events.Observe, "%s", t.describeOverstay()))
	case t.reported(v1beta2.ConditionSucceeded, t.Blocked.reason()):
	case t.Blocked.Missing:
		t.emit(events.Warningf(ReasonSchedulerNotInstalled, events.Submit, "Waits for %s", t.Blocked.What))
	default:
		t.emit(events.Normalf(ReasonSubmissionWaiting, events.Submit, "Waits for %s%s", t.Blocked.What, t.Blocked.Going))
	}
}

// describeOverstay says what does not go and what to do.
func (t *turn) describeOverstay() string {
	return fmt.Sprintf("Waits for %s. It was to be gone at %s: finalizers are for those to remove who set them; if a pod's node is lost, delete the "+
		"Node or taint it with node.kubernetes.io/out-of-service", t.Blocked.What, t.Blocked.Due.UTC().Format(time.RFC3339))
}
