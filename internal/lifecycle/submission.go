// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/events"
	"github.com/alauda/spark-operator/internal/identity"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// submit starts the next attempt. It proceeds in four steps, each of which ends the turn until the next has happened:
//
//  1. what earlier attempts made is deleted, and their pods are gone (a driver pod has the same name in all attempts);
//  2. what keeps its names from it is gone, such as the driver of an application of the same name that was deleted (see
//     Blocked);
//  3. Submit is executed. Where a crash has hidden the attempt's driver pod from the status, it adopts that pod;
//  4. the outcome is recorded.
func (t *turn) submit() {
	next := t.nextAttempt()
	switch {
	case t.hasRemnants(next):
		t.deleteRun("an earlier attempt is to be removed first", t.currentAttempt())
	case t.isBlocked():
		t.waitForRemoval()
	case t.Submitting:
		t.noteFallback()
		t.wakeIn(lookAgain)
		t.wait("spark-submit is queued or runs")
	case t.Submission == nil || t.Submission.Attempt != next.Number:
		t.act(Submit{Attempt: next}, "an attempt is due")
	case t.Submission.Err != nil:
		t.refused(next)
	default:
		t.submitted(next)
	}
}

func (t *turn) nextAttempt() identity.Attempt {
	return identity.OfSpec(t.App, identity.Next(t.status.Attempt), t.SpecHash)
}

func (t *turn) currentAttempt() identity.Attempt {
	return identity.OfSpec(t.App, t.status.Attempt, t.SpecHash)
}

// current reports whether the pod is of the attempt that the status describes.
func (t *turn) current(pod *corev1.Pod) bool {
	return t.status.SubmissionID != "" && pod.Labels[sparklabels.SubmissionID] == t.status.SubmissionID
}

// adoptable reports whether the driver pod is that of the attempt, made from the spec as it is now.
func (t *turn) adoptable(next identity.Attempt) bool {
	return t.Driver != nil && t.Driver.DeletionTimestamp.IsZero() && belongsTo(t.Driver, next) &&
		identity.SameSpec(t.Driver.Annotations[sparklabels.SpecHash], next.SpecHash)
}

// hasRemnants reports whether pods exist that are not of the attempt (or of it but made from another spec), or whether
// the objects of the attempt before have not been deleted yet.
func (t *turn) hasRemnants(next identity.Attempt) bool {
	if t.adoptable(next) {
		return false
	}
	if t.Driver != nil || (t.status.Attempt > 0 && !t.Released) {
		return true
	}
	for _, executor := range t.Executors {
		if !belongsTo(executor, next) {
			return true
		}
	}
	return false
}

func belongsTo(pod *corev1.Pod, attempt identity.Attempt) bool {
	return pod.Labels[sparklabels.SubmissionID] == attempt.SubmissionID
}

// submitted records that the driver pod of the attempt exists.
func (t *turn) submitted(attempt identity.Attempt) {
	began := metav1.NewTime(t.Now)
	if t.Driver != nil {
		// It was adopted: the attempt began when its pod was made.
		began = t.Driver.CreationTimestamp
	}
	t.recordAttempt(attempt, began)
	failures := t.failures()
	failures.Submissions = 0
	t.setFailures(failures)
	t.status.ExecutionAttempts = more(t.status.ExecutionAttempts)
	t.status.SparkApplicationID = attempt.ApplicationID
	t.currentRecord().SparkApplicationID = attempt.ApplicationID
	t.status.DriverInfo = t.Submission.Driver
	t.status.DriverInfo.PodName = attempt.DriverPodName
	t.move(v1beta2.ApplicationStateSubmitted, "the driver pod exists")
	t.emit(events.Normalf(ReasonSubmitted, events.Submit, "Submitted as driver pod %s (attempt %d)", attempt.DriverPodName, attempt.Number))
	for _, warning := range t.Submission.Warnings {
		t.emit(events.Warningf(ReasonSubmissionWarning, events.Submit, "%s", warning))
	}
}

// refused records that the attempt has no driver pod and why.
func (t *turn) refused(attempt identity.Attempt) {
	t.recordAttempt(attempt, metav1.NewTime(t.Now))
	failures := t.failures()
	failures.Submissions = more(failures.Submissions)
	t.setFailures(failures)
	reason := submissionFailureReason(t.Submission)
	t.endRecord(v1beta2.AttemptSubmissionFailed, reason, metav1.NewTime(t.Now))
	message := t.Submission.Err.Error()
	t.status.AppState.ErrorMessage = t.bounded(message)
	t.status.LastFailure = &v1beta2.FailureRecord{
		Attempt: attempt.Number, Time: metav1.NewTime(t.Now), Class: v1beta2.FailureClassSubmission,
		Reason: reason, Message: t.bounded(message), LogTail: t.tail(t.Submission.LogTail), MetadataHash: identity.MetadataHash(t.App),
	}
	t.move(v1beta2.ApplicationStateFailedSubmission, "the submission was refused")
	t.emit(events.Warningf(ReasonSubmissionFailed, events.Submit, "%s", message))
}

// FailureSparkSubmit begins the reasons of a spark-submit that failed by itself.
const FailureSparkSubmit = "SparkSubmit"

// Reasons of a failure record of class Submission.
const (
	failureInvalidApplication = "InvalidApplication"
	failureRefusedByCluster   = "RefusedByCluster"
)

func submissionFailureReason(outcome *SubmissionOutcome) string {
	if outcome.Permanent {
		return failureInvalidApplication
	}
	return word(outcome.Reason, failureRefusedByCluster)
}

func (t *turn) recordAttempt(attempt identity.Attempt, began metav1.Time) {
	t.status.Attempt = attempt.Number
	t.status.SubmissionID = attempt.SubmissionID
	t.status.SpecHash = attempt.SpecHash
	t.status.SubmissionAttempts = more(t.status.SubmissionAttempts)
	t.status.LastSubmissionAttemptTime = began
	t.status.NextRetryTime = nil
	t.status.TerminationTime = metav1.Time{}
	t.status.AppState.ErrorMessage = ""
	t.status.Executors, t.status.ExecutorState = nil, nil
	t.noteFallback()
	t.beginRecord()
}

// submissionFailed tries again if the restart policy says so and the wait is over; else the application has failed.
// What the attempt has made leads to no driver, and is deleted immediately, and in any case before the state is FAILED,
// in which nobody looks after it any more.
func (t *turn) submissionFailed() {
	retry := t.submissionRetry()
	justRefused := t.Submission != nil && t.Submission.Attempt == t.status.Attempt
	switch {
	case justRefused, !t.Released && !retry.allowed:
		t.deleteRun("what the refused attempt has made is of no use", t.currentAttempt())
	case !retry.allowed:
		t.end(v1beta2.ApplicationStateFailed, retry.because)
	case retry.isLater(t.Now) && t.Driver == nil:
		t.waitForRetry(retry)
	default:
		t.submit()
	}
}
