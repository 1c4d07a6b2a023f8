// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package metrics

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
)

type status = v1beta2.SparkApplicationStatus

// created is when the application of these tests was made, and now is when its status was written.
var (
	created = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	now     = created.Add(20 * time.Second)
)

func at(seconds int) metav1.Time {
	return metav1.NewTime(created.Add(time.Duration(seconds) * time.Second))
}

func in(state v1beta2.ApplicationStateType, change ...func(*status)) status {
	s := status{AppState: v1beta2.ApplicationState{State: state}, ObservedGeneration: 1}
	for _, c := range change {
		c(&s)
	}
	return s
}

// attempt is the nth submission of n, all of which made a driver.
func attempt(n int) func(*status) {
	return func(s *status) {
		s.Attempt, s.SubmissionAttempts, s.ExecutionAttempts = int64(n), int32(n), int32(n)
		s.LastSubmissionAttemptTime = at(2)
	}
}

// refused is the nth submission of n, all of which were refused.
func refused(n int) func(*status) {
	return func(s *status) {
		s.Attempt, s.SubmissionAttempts, s.LastSubmissionAttemptTime = int64(n), int32(n), at(2)
		failed(n, v1beta2.FailureClassSubmission)(s)
	}
}

func failed(attempt int, class v1beta2.FailureClass) func(*status) {
	return func(s *status) { s.LastFailure = &v1beta2.FailureRecord{Attempt: int64(attempt), Class: class} }
}

func ended(seconds int) func(*status) { return func(s *status) { s.TerminationTime = at(seconds) } }

func executors(states map[string]v1beta2.ExecutorState) func(*status) {
	return func(s *status) { s.ExecutorState = states }
}

func counted(completed, failed int32) func(*status) {
	return func(s *status) {
		s.Executors = &v1beta2.ExecutorCounts{Running: 9, Completed: completed, Failed: failed}
	}
}

func moved(name string, value float64) change { return change{series{name: name}, value} }

func failure(class v1beta2.FailureClass) change { return change{series{nameAttemptFailures, class}, 1} }

func TestChanges(t *testing.T) {
	const (
		fresh        = v1beta2.ApplicationStateNew
		submitted    = v1beta2.ApplicationStateSubmitted
		running      = v1beta2.ApplicationStateRunning
		completed    = v1beta2.ApplicationStateCompleted
		failedState  = v1beta2.ApplicationStateFailed
		failing      = v1beta2.ApplicationStateFailing
		submitFailed = v1beta2.ApplicationStateFailedSubmission
		rerun        = v1beta2.ApplicationStatePendingRerun
		unknownState = v1beta2.ApplicationStateUnknown
	)
	driver := v1beta2.FailureClassDriver
	tests := map[string]struct {
		before, after status
		want          []change
	}{
		"the first submission": {
			before: status{}, after: in(submitted, attempt(1)),
			want: []change{moved(nameCount, 1), moved(nameSubmit, 1), moved(nameSubmitLatency, 20), moved(nameSubmitLatencyHist, 20)},
		},
		"a first status without a submission": {
			before: status{}, after: in(fresh),
			want: []change{moved(nameCount, 1)},
		},
		"the submission after that": {
			before: in(fresh), after: in(submitted, attempt(1)),
			want: []change{moved(nameSubmit, 1), moved(nameSubmitLatency, 20), moved(nameSubmitLatencyHist, 20)},
		},
		"the first run": {
			before: in(submitted, attempt(1)), after: in(running, attempt(1)),
			want: []change{moved(nameStartLatency, 20), moved(nameStartLatencyHist, 20)},
		},
		"a second run has no start latency": {
			before: in(submitted, attempt(2)), after: in(running, attempt(2)),
		},
		"nor has the first after a changed spec": {
			before: in(submitted, attempt(1), func(s *status) { s.Attempt = 2 }), after: in(running, attempt(1), func(s *status) { s.Attempt = 2 }),
		},
		"nor has the submission after a changed spec": {
			before: in(rerun, func(s *status) { s.Attempt = 1 }), after: in(submitted, attempt(1), func(s *status) { s.Attempt = 2 }),
			want: []change{moved(nameSubmit, 1)},
		},
		"nor has the return from UNKNOWN": {
			before: in(unknownState, attempt(1)), after: in(running, attempt(1)),
		},
		"the end": {
			before: in(running, attempt(1)), after: in(completed, attempt(1), ended(12)),
			want: []change{moved(nameSuccess, 1), moved(nameSuccessTime, 10)},
		},
		"a clock that is behind": {
			before: in(running, attempt(1)), after: in(completed, attempt(1), ended(-3)),
			want: []change{moved(nameSuccess, 1), moved(nameSuccessTime, 0)},
		},
		"a failed run that waits for its retry": {
			before: in(running, attempt(1)), after: in(failing, attempt(1), failed(1, driver)),
			want: []change{failure(driver)},
		},
		"the retry is due": {
			before: in(failing, attempt(1), failed(1, driver)), after: in(rerun, attempt(1), failed(1, driver)),
		},
		"the second submission has no latency": {
			before: in(rerun, attempt(1), failed(1, driver)), after: in(submitted, attempt(2), failed(1, driver)),
			want: []change{moved(nameSubmit, 1)},
		},
		"a failed run without a retry, in one write": {
			before: in(running, attempt(2), failed(1, driver)), after: in(failedState, attempt(2), failed(2, driver), ended(7)),
			want: []change{failure(driver), moved(nameFailure, 1), moved(nameFailureTime, 5)},
		},
		"a refused submission that is retried": {
			before: status{}, after: in(submitFailed, refused(1)),
			want: []change{moved(nameCount, 1), failure(v1beta2.FailureClassSubmission), moved(nameFailedSubmission, 1)},
		},
		"its retry, refused again, is one more though the state is the same": {
			before: in(submitFailed, refused(1)), after: in(submitFailed, refused(2)),
			want: []change{failure(v1beta2.FailureClassSubmission), moved(nameFailedSubmission, 1)},
		},
		"a refused submission without a retry ends FAILED in one write": {
			before: status{}, after: in(failedState, refused(1), ended(2)),
			want: []change{
				moved(nameCount, 1), failure(v1beta2.FailureClassSubmission), moved(nameFailedSubmission, 1),
				moved(nameFailure, 1), moved(nameFailureTime, 0),
			},
		},
		"no retry is left, found at the next look": {
			before: in(submitFailed, refused(2)), after: in(failedState, refused(2), ended(3)),
			want: []change{moved(nameFailure, 1), moved(nameFailureTime, 1)},
		},
		"a driver that had ended before its submission was recorded": {
			before: status{}, after: in(rerun, attempt(1), failed(1, driver)),
			want: []change{
				moved(nameCount, 1), failure(driver), moved(nameSubmit, 1), moved(nameSubmitLatency, 20), moved(nameSubmitLatencyHist, 20),
			},
		},
		"executors start": {
			before: in(running, attempt(1)),
			after:  in(running, attempt(1), executors(map[string]v1beta2.ExecutorState{"a": v1beta2.ExecutorStateRunning, "b": v1beta2.ExecutorStatePending})),
		},
		"executors end": {
			before: in(running, attempt(1), executors(map[string]v1beta2.ExecutorState{
				"a": v1beta2.ExecutorStateRunning, "b": v1beta2.ExecutorStatePending, "c": v1beta2.ExecutorStateCompleted, "d": v1beta2.ExecutorStateRunning,
			})),
			after: in(running, attempt(1), executors(map[string]v1beta2.ExecutorState{
				"a": v1beta2.ExecutorStateCompleted, "b": v1beta2.ExecutorStateFailed, "c": v1beta2.ExecutorStateCompleted, "d": v1beta2.ExecutorStateCompleted,
			})),
			want: []change{moved(nameExecutorSuccess, 2), moved(nameExecutorFailure, 1)},
		},
		"executors end that the map does not hold": {
			before: in(running, attempt(1), counted(3, 1)),
			after:  in(running, attempt(1), counted(7, 2), executors(map[string]v1beta2.ExecutorState{"a": v1beta2.ExecutorStateCompleted})),
			want:   []change{moved(nameExecutorSuccess, 4), moved(nameExecutorFailure, 1)},
		},
		"the first executors of a second run": {
			before: in(rerun, attempt(1), counted(5, 5)), after: in(submitted, attempt(2), counted(1, 0)),
			want: []change{moved(nameSubmit, 1), moved(nameExecutorSuccess, 1)},
		},
		"the last executors of a run that another follows immediately": {
			before: in(running, attempt(1), counted(5, 1)), after: in(rerun, attempt(1), counted(8, 2)),
			want: []change{moved(nameExecutorSuccess, 3), moved(nameExecutorFailure, 1)},
		},
		"they are not counted again when it is submitted": {
			before: in(rerun, attempt(1), counted(8, 2)), after: in(submitted, attempt(2)),
			want: []change{moved(nameSubmit, 1)},
		},
		"the executors of the run before are forgotten": {
			before: in(failing, attempt(1), executors(map[string]v1beta2.ExecutorState{"a": v1beta2.ExecutorStateFailed})),
			after:  in(rerun, attempt(1)),
		},
		"a failure of a class that is not known here": {
			before: in(running, attempt(1)), after: in(failing, attempt(1), failed(1, "Astral")),
			want: []change{failure(v1beta2.FailureClassUnknown)},
		},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			got := changes(application(tc.before), application(tc.after), now)
			if diff := cmp.Diff(tc.want, got, cmp.AllowUnexported(change{}, series{}), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("changes (-want +got):\n%s", diff)
			}
			if again := changes(application(tc.after), application(tc.after), now); len(again) > 0 {
				t.Errorf("the same status read again moves %v", again)
			}
		})
	}
}

func application(s status) *v1beta2.SparkApplication {
	return &v1beta2.SparkApplication{
		ObjectMeta: metav1.ObjectMeta{Name: "pi", Namespace: "team", CreationTimestamp: metav1.NewTime(created)},
		Status:     s,
	}
}
