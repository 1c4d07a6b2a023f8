// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package metrics

import (
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/api/equality"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
)

// series names what moves: a metric, and the failure class of one that has that label.
type series struct {
	name  string
	class v1beta2.FailureClass
}

// change is one movement: an addition to a counter, an observation of a latency.
type change struct {
	series
	value float64
}

// changes returns what a status write moved. before and after are the application with the status as it was and as it
// is stored now. One write may pass through several states: what happened is read from what the status accumulates
// (attempts, the last failure), and from the state only where it came to rest.
func changes(before, after *v1beta2.SparkApplication, now time.Time) []change {
	c := &comparison{before: &before.Status, after: &after.Status, app: after, now: now}
	c.application()
	c.submission()
	c.run()
	c.executors()
	return c.found
}

type comparison struct {
	before, after *v1beta2.SparkApplicationStatus
	app           *v1beta2.SparkApplication
	now           time.Time
	found         []change
}

func (c *comparison) add(name string, n int) {
	if n > 0 {
		c.found = append(c.found, change{series{name: name}, float64(n)})
	}
}

// observe notes a duration under all of the names. Clocks of two machines may differ: none is below zero.
func (c *comparison) observe(d time.Duration, names ...string) {
	for _, name := range names {
		c.found = append(c.found, change{series{name: name}, max(d, 0).Seconds()})
	}
}

func (c *comparison) application() {
	if equality.Semantic.DeepEqual(*c.before, v1beta2.SparkApplicationStatus{}) {
		c.add(nameCount, 1)
	}
	if failure := c.after.LastFailure; failure != nil && (c.before.LastFailure == nil || c.before.LastFailure.Attempt != failure.Attempt) {
		c.found = append(c.found, change{series{nameAttemptFailures, classOf(failure)}, 1})
	}
}

// classOf returns a class that the metric has, whatever wrote the record.
func classOf(failure *v1beta2.FailureRecord) v1beta2.FailureClass {
	if !slices.Contains(failureClasses, failure.Class) {
		return v1beta2.FailureClassUnknown
	}
	return failure.Class
}

// submission looks at the attempt, which every submission raises by one.
func (c *comparison) submission() {
	if c.after.Attempt <= c.before.Attempt {
		return
	}
	if failure := c.after.LastFailure; failure != nil && failure.Attempt == c.after.Attempt && failure.Class == v1beta2.FailureClassSubmission {
		c.add(nameFailedSubmission, 1)
		return
	}
	c.add(nameSubmit, 1)
	if c.after.Attempt == 1 {
		c.observe(c.now.Sub(c.app.CreationTimestamp.Time), nameSubmitLatency, nameSubmitLatencyHist)
	}
}

// run looks at the state in which the application came to rest.
func (c *comparison) run() {
	state := c.after.AppState.State
	if state == c.before.AppState.State {
		return
	}
	switch state {
	case v1beta2.ApplicationStateRunning:
		// From UNKNOWN it comes back to RUNNING; it did not start again.
		if c.firstRun() && c.before.AppState.State != v1beta2.ApplicationStateUnknown {
			c.observe(c.now.Sub(c.app.CreationTimestamp.Time), nameStartLatency, nameStartLatencyHist)
		}
	case v1beta2.ApplicationStateCompleted:
		c.add(nameSuccess, 1)
		c.executionTime(nameSuccessTime)
	case v1beta2.ApplicationStateFailed:
		c.add(nameFailure, 1)
		c.executionTime(nameFailureTime)
	default:
	}
}

// firstRun reports whether no run came before. A changed spec sets the counters of attempts back, but not the attempt.
func (c *comparison) firstRun() bool {
	return c.after.ExecutionAttempts == 1 && c.after.Attempt == int64(c.after.SubmissionAttempts)
}

func (c *comparison) executionTime(name string) {
	submitted, ended := c.after.LastSubmissionAttemptTime, c.after.TerminationTime
	if submitted.IsZero() || ended.IsZero() {
		return
	}
	c.observe(ended.Sub(submitted.Time), name)
}

// executors counts those that have newly ended. The counts of the status are those of one run.
func (c *comparison) executors() {
	before := executorCounts(c.before)
	if c.before.Attempt != c.after.Attempt {
		before = v1beta2.ExecutorCounts{}
	}
	after := executorCounts(c.after)
	c.add(nameExecutorSuccess, int(after.Completed-before.Completed))
	c.add(nameExecutorFailure, int(after.Failed-before.Failed))
}

// executorCounts reads the counts, or counts itself where the status has none.
func executorCounts(s *v1beta2.SparkApplicationStatus) (counts v1beta2.ExecutorCounts) {
	if s.Executors != nil {
		return *s.Executors
	}
	for _, state := range s.ExecutorState {
		switch state {
		case v1beta2.ExecutorStateRunning:
			counts.Running++
		case v1beta2.ExecutorStateCompleted:
			counts.Completed++
		case v1beta2.ExecutorStateFailed:
			counts.Failed++
		default:
		}
	}
	return counts
}
