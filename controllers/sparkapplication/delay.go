// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkapplication

import (
	"time"

	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/alauda/spark-operator/internal/lifecycle"
)

const (
	// The wait after an error doubles from minRetryWait to maxRetryWait: what has passed after an hour is noticed within a minute.
	minRetryWait, maxRetryWait = 5 * time.Millisecond, time.Minute
	// delayAge is for how long the same is said of a submission that does not come about. What is said is stored, and to store it is to try
	// again at once: messages that differ each time would leave no wait between.
	delayAge = time.Minute
)

// retryWaits has one wait for each application. Deliberately none for all together, as is the library's default: the more of them an outage has
// struck, the longer each would wait after its end. The client's own limit holds the rate down.
func retryWaits() workqueue.TypedRateLimiter[reconcile.Request] {
	return workqueue.NewTypedItemExponentialFailureRateLimiter[reconcile.Request](minRetryWait, maxRetryWait)
}

// delay is what keeps the submission of an attempt from an answer.
type delay struct {
	submissionID string
	said         *lifecycle.SubmissionDelay
	saidAt       time.Time
	unanswered   lifecycle.Unanswered
}

// unanswered notes whether a try of the submission that is delayed had no answer although the API server has some for others, and returns those in a row so far.
func (k *knowledge) unanswered(key types.NamespacedName, hadNone bool, now time.Time) lifecycle.Unanswered {
	k.mu.Lock()
	defer k.mu.Unlock()
	tries := &k.of(key).delay.unanswered
	if !hadNone {
		*tries = lifecycle.Unanswered{}
		return *tries
	}
	if tries.Tries == 0 {
		tries.Since = now
	}
	tries.Tries++
	return *tries
}

// delayed notes that the submission of an attempt had no answer, and why.
func (k *knowledge) delayed(key types.NamespacedName, submissionID string, err error, now time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	f := k.of(key)
	f.block.by = nil
	since := now
	if f.delay.submissionID == submissionID {
		if now.Sub(f.delay.saidAt) < delayAge {
			return
		}
		since = f.delay.said.Since
	} else {
		f.delay.unanswered = lifecycle.Unanswered{}
	}
	f.delay.submissionID, f.delay.said, f.delay.saidAt = submissionID, &lifecycle.SubmissionDelay{Since: since, Message: err.Error()}, now
}

// delayOf returns what delays the submission of an attempt, or nil.
func (k *knowledge) delayOf(key types.NamespacedName, submissionID string) *lifecycle.SubmissionDelay {
	k.mu.Lock()
	defer k.mu.Unlock()
	if f := k.of(key); f.delay.submissionID == submissionID {
		return f.delay.said
	}
	return nil
}

// cameAbout notes that a submission had an answer.
func (k *knowledge) cameAbout(key types.NamespacedName) {
	k.mu.Lock()
	defer k.mu.Unlock()
	f := k.of(key)
	f.delay, f.block.by = delay{}, nil
}

// blocked notes that the submission of an attempt waits, which is an answer of its own, and for what; or that it does not.
func (k *knowledge) blocked(key types.NamespacedName, submissionID string, by *lifecycle.Blocked) {
	k.mu.Lock()
	defer k.mu.Unlock()
	f := k.of(key)
	f.delay, f.block.submissionID, f.block.by = delay{}, submissionID, by
}

// blockedBy returns what the submission of an attempt waits for, or nil.
func (k *knowledge) blockedBy(key types.NamespacedName, submissionID string) *lifecycle.Blocked {
	k.mu.Lock()
	defer k.mu.Unlock()
	if f := k.of(key); f.block.submissionID == submissionID {
		return f.block.by
	}
	return nil
}
