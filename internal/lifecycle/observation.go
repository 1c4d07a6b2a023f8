// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/pkg/sparkconf"
)

// Observation is what is known of one application at one moment. Nothing in it is changed by Decide.
type Observation struct {
	// Now is the time of the observation.
	Now time.Time
	// App is the application as stored.
	App *v1beta2.SparkApplication
	// Unreadable says why the application cannot be decoded; nil if it can. Then App has metadata and status only.
	Unreadable error
	// Driver is the driver pod, or nil. It is one of this application (its controller owner is App), of whichever
	// attempt. Where it is not as the status expects (none or one of another attempt of an application that has one,
	// one that has not ended of an application that has), the API server was asked, not only the cache.
	Driver *corev1.Pod
	// Executors are the executor pods of this application, of whichever attempt, sorted by name.
	Executors []*corev1.Pod
	// Gone are executor pods of this application that have gone lately, as they were last.
	Gone []*corev1.Pod
	// EndSeen is since when it has been known of executors that Unexplained names.
	EndSeen map[string]time.Time
	// Submission is the outcome of the Submit action that was just executed, or nil; a DeleteRun that was executed
	// after it leaves none.
	Submission *SubmissionOutcome
	// Submitting is whether a Submit action was just executed and has no outcome yet: spark-submit is queued or runs.
	Submitting bool
	// Ahead is how many other submissions spark-submit ends or begins before that one; zero where it runs or is about
	// to.
	Ahead int
	// Fallback is why the Submit action that was just executed took spark-submit although native submission is
	// preferred; empty where it did not.
	Fallback string
	// Delay is what has kept the submission of the next attempt from an answer so far, or nil.
	Delay *SubmissionDelay
	// Blocked is what keeps the submission of the next attempt waiting, or nil.
	Blocked *Blocked
	// SpecHash is the hash of the application's spec, if it is known; Decide computes it otherwise.
	SpecHash string
	// Secrets hides the application's secrets in what others say of it; nil hides nothing. It is asked before a text is
	// cut: what is left of a secret would not be found.
	Secrets *sparkconf.Masker
	// Trouble is what the cluster's events say of a driver that is held up (see HeldUpSince), or its scheduler of a
	// gang that waits (see GangWaitsSince), if they were asked.
	Trouble *Trouble
	// Refusal is why the API server refuses executors of the current run, if it was asked (see WithoutExecutorsSince)
	// and does.
	Refusal *Refusal
	// Released is whether a DeleteRun action was just executed and found no pod to wait for.
	Released bool
}

// RunDeleted notes that a DeleteRun action was executed, and whether it found nothing to wait for. What came of a
// submission before it is stored by then, and its objects are gone.
func (o *Observation) RunDeleted(nothingLeft bool) {
	o.Released = nothingLeft
	if nothingLeft {
		o.Submission = nil
	}
}

// SubmissionOutcome is what became of a Submit action. A failure of the infrastructure on the way to the API server is
// not an outcome: the action is executed again.
type SubmissionOutcome struct {
	// Attempt is the number of the attempt that was submitted.
	Attempt int64
	// Err says why the submission was refused; nil if the driver pod exists.
	Err error
	// LogTail is the end of what spark-submit has printed, if it was run and failed.
	LogTail string
	// Permanent is whether submitting the same spec again cannot succeed.
	Permanent bool
	// Reason is one CamelCase word that says who has refused, where that is known.
	Reason string
	// Driver is how the driver and its web UI are reached; of no interest where there is none.
	Driver v1beta2.DriverInfo
	// Warnings are sentences that the user should read although the driver was made.
	Warnings []string
}

// Trouble is what an event says of a pod, or a scheduler of a gang.
type Trouble struct {
	// Reason is one word, such as FailedMount.
	Reason string
	// Message is a sentence.
	Message string
}

// Refusal is why executors are refused.
type Refusal struct {
	// Message is what the API server says.
	Message string
	// Passing is whether they may be taken later, with nothing changed: a quota is used up.
	Passing bool
	// Since is when it was known first.
	Since time.Time
}

// Policy is what the operator's configuration says about every application.
type Policy struct {
	// MaxTrackedExecutors limits status.executorState; finished executors leave it first. Zero or less means no limit.
	MaxTrackedExecutors int
	// DefaultTTL is the time after which a finished application without timeToLiveSeconds is deleted. Zero means never.
	DefaultTTL time.Duration
	// MaxRetryInterval is the longest wait before a retry; five minutes if it is zero.
	MaxRetryInterval time.Duration
	// Timeouts hold for applications that do not say so themselves. Zero means no limit.
	Timeouts Timeouts
}

// Timeouts limit waits.
type Timeouts struct {
	// Submission is how long a submission may have no answer while the API server answers what else it is asked.
	Submission time.Duration
	// DriverPending is from the creation of a driver pod, or from when a queue lets it go, to the start of its
	// container.
	DriverPending time.Duration
	// ExecutorsPending is how long a driver may run without an executor while one is to come.
	ExecutorsPending time.Duration
	// ExecutorsRefused is how long a driver may run without an executor while the API server refuses executors for
	// good.
	ExecutorsRefused time.Duration
	// Run is from the submission of a run to its end.
	Run time.Duration
	// Sidecars is how long other containers of a driver pod may outlive the driver.
	Sidecars time.Duration
	// ExecutorsEnd is how long executor pods may outlive their driver: they end by themselves when they miss it.
	ExecutorsEnd time.Duration
	// Cleanup is how long after their grace period deleted pods may take to go before the application says so.
	Cleanup time.Duration
}
