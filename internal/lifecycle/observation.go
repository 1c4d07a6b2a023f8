// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
)

// Observation is what is known of one application at one moment. Nothing in it is changed by Decide.
type Observation struct {
	// Now is the time of the observation.
	Now time.Time
	// App is the application as stored.
	App *v1beta2.SparkApplication
	// Driver is the driver pod, or nil. It is one of this application (its controller owner is App), of whichever attempt.
	// Where the status expects a driver, nil means that the API server was asked, not only the cache.
	Driver *corev1.Pod
	// Executors are the executor pods of this application, of whichever attempt, sorted by name.
	Executors []*corev1.Pod
	// Submission is the outcome of the Submit action that was just executed, or nil.
	Submission *SubmissionOutcome
	// Submitting tells that a Submit action was just executed and has no outcome yet: spark-submit is queued or runs.
	Submitting bool
	// Released tells that a DeleteRun action was just executed and found no pod to wait for.
	Released bool
}

// SubmissionOutcome is what became of a Submit action. A failure of the infrastructure on the way to the API server is not an
// outcome: the action is executed again.
type SubmissionOutcome struct {
	// Attempt is the number of the attempt that was submitted.
	Attempt int64
	// Err says why the submission was refused; nil if the driver pod exists.
	Err error
	// Permanent tells that submitting the same spec again cannot succeed.
	Permanent bool
	// Warnings are sentences that the user should read although the driver was made.
	Warnings []string
}

// Policy is what the operator's configuration says about every application.
type Policy struct {
	// MaxTrackedExecutors limits status.executorState; finished executors leave it first. Zero or less means no limit.
	MaxTrackedExecutors int
	// DefaultTTL is the time after which a finished application without timeToLiveSeconds is deleted. Zero means never.
	DefaultTTL time.Duration
}
