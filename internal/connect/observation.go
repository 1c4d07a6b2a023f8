// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package connect

import (
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1alpha1"
	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
)

// Observation is all that a decision is taken on.
type Observation struct {
	// Now is the time of the decision.
	Now time.Time
	// Connect is what its author wants, and what was decided before.
	Connect *v1alpha1.SparkConnect
	// SpecHash is the hash of its spec.
	SpecHash string
	// Invalid says why no server can be made of the spec; empty where one can.
	Invalid string
	// Pods are those of the SparkConnect that are there: servers and executors of whatever attempt.
	Pods []*corev1.Pod
	// Server is the pod of the attempt that the status names, as the API server has it; nil where there is none.
	Server *corev1.Pod
	// Ended is whether the server has ended as far as its pod says, and Failure why it failed, in the words for a
	// driver; nil where it did not. See lifecycle.EndOf.
	Ended   bool
	Failure *v1beta2.FailureRecord
	// Answer is what the server says to a request of the Connect protocol.
	Answer Answer
	// ServiceConflict says why the Service cannot be made: its name is taken. Empty where it can.
	ServiceConflict string
	// Started is what came of a start that this very reconcile has tried; nil for none.
	Started *Started
}

// Answer is what a server says to a request.
type Answer string

// The answers. Anything else is the error of one that answers wrongly, or not at all.
const (
	// AnswerUnknown is that of a server that nobody has asked.
	AnswerUnknown Answer = ""
	// AnswerServing is that of a server that serves.
	AnswerServing Answer = "serving"
	// AnswerUnreachable is none: the operator cannot reach the server.
	AnswerUnreachable Answer = "unreachable"
)

// AskAfter returns when a server that gave the answer is asked again.
func AskAfter(answer Answer) time.Duration {
	if answer == AnswerServing || answer == AnswerUnreachable {
		return AskEvery
	}
	return AskAgain
}

// Started is what came of a start.
type Started struct {
	// Attempt is the number of the start.
	Attempt int64
	// SparkApplicationID is Spark's id of the server.
	SparkApplicationID string
	// Blocked says what is in the way and goes.
	Blocked string
	// Err says why it was refused.
	Err string
	// Warnings are of what the server does without.
	Warnings []string
}

// Policy is what the operator's configuration says about every server.
type Policy struct {
	// MaxBackoff is the longest wait between two starts.
	MaxBackoff time.Duration
}

const (
	// AskEvery is how often a server that serves is asked again.
	AskEvery = 30 * time.Second
	// AskAgain is how often one that does not serve is asked.
	AskAgain = 2 * time.Second
	// stable is how long a server has to be ready for its failures to be forgotten.
	stable = 10 * time.Minute
	// hopeless is how many failures in a row make a server one that has failed.
	hopeless = 3
	// overdue is how long after its grace period a pod is waited for whose node does not say that it has ended. It is
	// deleted by force then: nothing that could be lost is in it.
	overdue = 60 * time.Second
	// deletedAgain is when to look again whether pods go that were deleted.
	deletedAgain = 31 * time.Second
	// blockedFor is when to look again for what is in the way.
	blockedFor = 2 * time.Second
	// firstBackoff is the wait after the first failure, and backoff after the second; from there on it doubles.
	firstBackoff, backoff = time.Second, 5 * time.Second
	// defaultMaxBackoff holds where the policy says nothing.
	defaultMaxBackoff = 5 * time.Minute
)
