// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	"fmt"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/cause"
	"github.com/alauda/spark-operator/pkg/podmutation"
)

// Reasons of a failure record that no container gave.
const (
	failureDriverNotFound = "DriverNotFound"
	failureDriverDeleted  = "DriverDeleted"
	failureNoStatus       = "ContainerStatusMissing"
	failureInitContainer  = "InitContainerFailed"
	failureDeadline       = "DeadlineExceeded"
)

// kubeletSlack is how long after the grace period of a deleted pod the kubelet may take to say that it has ended.
const kubeletSlack = 30 * time.Second

// assessment is what a driver pod says of its run.
type assessment struct {
	state v1beta2.DriverState
	// startedAt and finishedAt are by the clock of the driver's node.
	startedAt, finishedAt metav1.Time

	failure *v1beta2.FailureRecord
	// lookAgain is when to look again although nothing may change.
	lookAgain time.Time
}

// alive reports whether the driver may still do something.
func (a assessment) alive() bool {
	return a.state != v1beta2.DriverStateCompleted && a.state != v1beta2.DriverStateFailed
}

// MayRun reports whether a driver, of whatever application, has not ended as far as its pod says.
func MayRun(driver *corev1.Pod, now time.Time) bool { return assess(driver, now).alive() }

// assess reads a driver pod. The Spark container decides, not the pod: a sidecar may outlive it or fail after it.
func assess(driver *corev1.Pod, now time.Time) assessment {
	ended := endOfSpark(driver, podmutation.Driver)
	switch {
	case ended != nil && ended.ExitCode == 0:
		return assessment{state: v1beta2.DriverStateCompleted, startedAt: ended.StartedAt, finishedAt: ended.FinishedAt}
	case ended != nil:
		return assessment{
			state: v1beta2.DriverStateFailed, startedAt: ended.StartedAt, finishedAt: ended.FinishedAt, failure: containerFailure(driver, ended),
		}
	case driver.Status.Phase == corev1.PodSucceeded:
		return assessment{state: v1beta2.DriverStateCompleted}
	case driver.Status.Phase == corev1.PodFailed:
		return assessment{state: v1beta2.DriverStateFailed, failure: podFailure(driver)}
	}
	running := assessment{state: stateOfUnfinished(driver)}
	if driver.DeletionTimestamp == nil {
		return running
	}
	return assessDeleted(driver, running, now)
}

// assessDeleted reads a driver that was deleted and whose end nobody recorded. One that no node has is gone. One that
// was deleted by force is taken for gone when the time of the kubelet is over. The state of any other is unknown if its
// node has not answered by then.
func assessDeleted(driver *corev1.Pod, running assessment, now time.Time) assessment {
	deadline := driver.DeletionTimestamp.Add(kubeletSlack)
	forced := driver.DeletionGracePeriodSeconds != nil && *driver.DeletionGracePeriodSeconds == 0
	switch {
	case driver.Spec.NodeName == "", forced && !now.Before(deadline):
		return assessment{state: v1beta2.DriverStateFailed, failure: &v1beta2.FailureRecord{
			Class: v1beta2.FailureClassInfrastructure, Reason: failureDriverDeleted,
			Message: "driver pod not found: it was deleted before it ended", Pod: driver.Name, Node: driver.Spec.NodeName,
		}}
	case now.Before(deadline):
		running.lookAgain = deadline
		return running
	default:
		return assessment{state: v1beta2.DriverStateUnknown}
	}
}

// stateOfUnfinished reads a pod whose Spark container has not ended. The phase of a pod is
// Running when any of its containers runs.
func stateOfUnfinished(driver *corev1.Pod) v1beta2.DriverState {
	switch driver.Status.Phase {
	case corev1.PodPending, "":
		return v1beta2.DriverStatePending
	case corev1.PodRunning:
		if status := sparkStatus(driver, podmutation.Driver); status != nil && status.State.Waiting != nil {
			return v1beta2.DriverStatePending
		}
		return v1beta2.DriverStateRunning
	default:
		return v1beta2.DriverStateUnknown
	}
}

// containerFailure describes a Spark container that ended with an exit code other than 0.
func containerFailure(driver *corev1.Pod, ended *corev1.ContainerStateTerminated) *v1beta2.FailureRecord {
	exit := exitOf(ended)
	message := fmt.Sprintf("driver container failed with ExitCode: %d, Reason: %s", ended.ExitCode, ended.Reason)
	if exit.meaning != "" {
		message += " (" + exit.meaning + ")"
	}
	record := &v1beta2.FailureRecord{
		Class: v1beta2.FailureClassDriver, Reason: exit.reason, Message: message, LogTail: ended.Message,
		ExitCode: &ended.ExitCode, Container: podmutation.SparkContainerName(driver, podmutation.Driver), Pod: driver.Name, Node: driver.Spec.NodeName,
	}
	if exit.signal != 0 {
		record.Signal = &exit.signal
	}
	killed := ended.ExitCode == exitSIGTERM || ended.ExitCode == exitSIGKILL && ended.Reason != "OOMKilled"
	switch taken := takenBy(driver); {
	case taken != "":
		record.Class, record.Reason = v1beta2.FailureClassInfrastructure, taken
		record.Message = because(messageOfTaking(driver), record.Message)
	case driver.Status.Reason == failureDeadline:
		record.Class, record.Reason = v1beta2.FailureClassDeadline, failureDeadline
	case killed && driver.DeletionTimestamp != nil:
		record.Class, record.Reason = v1beta2.FailureClassInfrastructure, failureDriverDeleted
		record.Message = because("the driver pod was deleted", record.Message)
	case ended.ExitCode == exitMaxExecutorFailures:
		record.Class = v1beta2.FailureClassExecutor
	}
	return record
}

// podFailure describes a failed pod whose Spark container has no end: an init container failed, or the cluster took the
// pod away.
func podFailure(driver *corev1.Pod) *v1beta2.FailureRecord {
	record := &v1beta2.FailureRecord{
		Class: v1beta2.FailureClassInfrastructure, Reason: driver.Status.Reason,
		Message: "driver container status missing", Pod: driver.Name, Node: driver.Spec.NodeName,
	}
	if taken := takenBy(driver); taken != "" {
		record.Reason, record.Message = taken, because(messageOfTaking(driver), record.Message)
		return record
	} else if driver.Status.Reason == failureDeadline {
		record.Class = v1beta2.FailureClassDeadline
	} else if init := failedInit(driver); init != nil {
		ended := init.State.Terminated
		record.Class, record.Reason = v1beta2.FailureClassDriver, failureInitContainer
		record.Message += fmt.Sprintf(": init container %s failed with ExitCode: %d, Reason: %s", init.Name, ended.ExitCode, ended.Reason)
		record.Container, record.ExitCode, record.LogTail = init.Name, &ended.ExitCode, ended.Message
	}
	if record.Reason == "" {
		record.Reason = failureNoStatus
	}
	record.Message = because(driver.Status.Message, record.Message)
	return record
}

// because begins a message with the cause, where one is known.
func because(cause, message string) string {
	if cause == "" {
		return message
	}
	return cause + " (" + message + ")"
}

// causeInLog returns what the log of a container that ended by itself says of its end. One that was
// stopped from outside does not know why.
func causeInLog(failure *v1beta2.FailureRecord) string {
	byItself := failure.Class == v1beta2.FailureClassDriver || failure.Class == v1beta2.FailureClassExecutor
	if !byItself || failure.Signal != nil || failure.Reason == "OOMKilled" {
		return ""
	}
	return cause.Of(failure.LogTail)
}

// failedInit returns the init container that kept the others from starting, or nil.
func failedInit(pod *corev1.Pod) *corev1.ContainerStatus {
	for i := range pod.Status.InitContainerStatuses {
		status := &pod.Status.InitContainerStatuses[i]
		if ended := status.State.Terminated; ended != nil && ended.ExitCode != 0 {
			return status
		}
	}
	return nil
}

// disruptions are the control plane's reasons for taking a pod away, in one word each.
var disruptions = map[string]string{
	corev1.PodReasonPreemptionByScheduler: "Preempted",
	"DeletionByTaintManager":              "NodeLost",
	"DeletionByPodGC":                     "NodeLost",
	"EvictionByEvictionAPI":               "Evicted",
	corev1.PodReasonTerminationByKubelet:  "Evicted",
}

// messageOfTaking returns what Kubernetes says of a pod that it has taken away.
func messageOfTaking(pod *corev1.Pod) string {
	if pod.Status.Message != "" {
		return pod.Status.Message
	}
	for _, c := range pod.Status.Conditions {
		if c.Type == corev1.DisruptionTarget && c.Status == corev1.ConditionTrue {
			return c.Message
		}
	}
	return ""
}

// takenBy says in one word why Kubernetes ended the pod for reasons of its own, or nothing if it did not: the kubelet
// says so in status.reason, the control plane in the condition DisruptionTarget.
func takenBy(pod *corev1.Pod) string {
	if slices.Contains([]string{"Evicted", "NodeLost", "NodeShutdown", "Preempting", "Terminated"}, pod.Status.Reason) {
		return pod.Status.Reason
	}
	for _, c := range pod.Status.Conditions {
		if c.Type != corev1.DisruptionTarget || c.Status != corev1.ConditionTrue {
			continue
		}
		if word, known := disruptions[c.Reason]; known {
			return word
		}
		return "Evicted"
	}
	return ""
}
