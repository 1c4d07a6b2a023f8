// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/events"
)

const (
	submitted = v1beta2.ApplicationStateSubmitted
	running   = v1beta2.ApplicationStateRunning
	completed = v1beta2.ApplicationStateCompleted
	failed    = v1beta2.ApplicationStateFailed
	rerun     = v1beta2.ApplicationStatePendingRerun
	refused   = v1beta2.ApplicationStateFailedSubmission
)

// Each story is played on a model world; the states that were stored on the way are what clients see.
func TestStories(t *testing.T) {
	type state = v1beta2.ApplicationStateType
	for name, tc := range map[string]struct {
		change        []func(*v1beta2.SparkApplication)
		play          func(*world)
		wantPassed    []state
		wantSubmitted []int64
		wantEmitted   []string
	}{
		"a run that succeeds": {
			play: func(w *world) {
				w.reconcile()
				w.driverRuns()
				w.reconcile()
				w.driverEnds(0)
				w.reconcile()
			},
			wantPassed:    []state{submitted, running, completed},
			wantSubmitted: []int64{1},
			wantEmitted: []string{"SparkApplicationSubmitted", "SparkDriverRunning", "SparkDriverCompleted",
				"SparkApplicationCompleted"},
		},
		"a run so short that nobody saw it running": {
			play: func(w *world) {
				w.reconcile()
				w.driverEnds(0)
				w.reconcile()
			},
			wantPassed:    []state{submitted, completed},
			wantSubmitted: []int64{1},
			wantEmitted:   []string{"SparkApplicationSubmitted", "SparkDriverCompleted", "SparkApplicationCompleted"},
		},
		"a run that fails without a retry": {
			play: func(w *world) {
				w.reconcile()
				w.driverEnds(1)
				w.reconcile()
			},
			wantPassed:    []state{submitted, failed},
			wantSubmitted: []int64{1},
			wantEmitted:   []string{"SparkApplicationSubmitted", "SparkDriverFailed", "SparkApplicationFailed"},
		},
		"a retry after a failure, when its time has come": {
			change: []func(*v1beta2.SparkApplication){retries(1)},
			play: func(w *world) {
				w.reconcile()
				w.driverEnds(1)
				w.reconcile()
				w.now = w.now.Add(9 * time.Second)
				w.reconcile()
				w.now = w.now.Add(time.Second)
				w.reconcile()
				w.driverEnds(1)
				w.reconcile()
			},
			wantPassed:    []state{submitted, v1beta2.ApplicationStateFailing, rerun, submitted, failed},
			wantSubmitted: []int64{1, 2},
			wantEmitted: []string{"SparkApplicationSubmitted", "SparkDriverFailed", "SparkApplicationPendingRerun",
				"SparkApplicationSubmitted", "SparkDriverFailed", "SparkApplicationFailed"},
		},
		"a submission that the cluster refuses, and a retry that succeeds": {
			change: []func(*v1beta2.SparkApplication){retries(1)},
			play: func(w *world) {
				w.refuse = errQuota
				w.reconcile()
				w.refuse = nil
				w.now = w.now.Add(10 * time.Second)
				w.reconcile()
			},
			wantPassed:    []state{refused, submitted},
			wantSubmitted: []int64{2},
			wantEmitted:   []string{"SparkApplicationSubmissionFailed", "SparkApplicationSubmitted"},
		},
		"an invalid application is not tried again": {
			change: []func(*v1beta2.SparkApplication){retries(5)},
			play: func(w *world) {
				w.refuse, w.permanent = errQuota, true
				w.reconcile()
			},
			wantPassed:  []state{refused, failed},
			wantEmitted: []string{"SparkApplicationSubmissionFailed", "SparkApplicationFailed"},
		},
		"a driver that vanishes": {
			play: func(w *world) {
				w.reconcile()
				w.driverRuns()
				w.reconcile()
				w.driver = nil
				w.reconcile()
			},
			wantPassed:    []state{submitted, running, failed},
			wantSubmitted: []int64{1},
			wantEmitted:   []string{"SparkApplicationSubmitted", "SparkDriverRunning", "SparkDriverNotFound", "SparkApplicationFailed"},
		},
		"a spec change while running starts anew": {
			play: func(w *world) {
				w.reconcile()
				w.driverRuns()
				w.reconcile()
				w.edit(func(a *v1beta2.SparkApplication) { a.Spec.Image = new("spark:other") })
				w.reconcile()
			},
			wantPassed:    []state{submitted, running, v1beta2.ApplicationStateInvalidating, rerun, submitted},
			wantSubmitted: []int64{1, 2},
			wantEmitted:   []string{"SparkApplicationSubmitted", "SparkDriverRunning", "SparkApplicationPendingRerun", "SparkApplicationSubmitted"},
		},
		"suspend and resume": {
			play: func(w *world) {
				w.reconcile()
				w.driverRuns()
				w.reconcile()
				w.edit(func(a *v1beta2.SparkApplication) { a.Spec.Suspend = new(true) })
				w.reconcile()
				w.edit(func(a *v1beta2.SparkApplication) { a.Spec.Suspend = new(false) })
				w.reconcile()
			},
			wantPassed: []state{submitted, running, v1beta2.ApplicationStateSuspending, v1beta2.ApplicationStateSuspended,
				v1beta2.ApplicationStateResuming, submitted},
			wantSubmitted: []int64{1, 2},
			wantEmitted: []string{"SparkApplicationSubmitted", "SparkDriverRunning", "SparkApplicationSuspending",
				"SparkApplicationSuspended", "SparkApplicationResuming", "SparkApplicationSubmitted"},
		},
		"created suspended": {
			change:      []func(*v1beta2.SparkApplication){func(a *v1beta2.SparkApplication) { a.Spec.Suspend = new(true) }},
			play:        func(w *world) { w.reconcile() },
			wantPassed:  []state{v1beta2.ApplicationStateSuspended},
			wantEmitted: []string{"SparkApplicationSuspending", "SparkApplicationSuspended"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(tc.change...)
			tc.play(w)
			if diff := cmp.Diff(tc.wantPassed, w.passed); diff != "" {
				t.Errorf("states (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tc.wantSubmitted, w.submitted); diff != "" {
				t.Errorf("attempts submitted (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tc.wantEmitted, w.emitted); diff != "" {
				t.Errorf("events (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCompletedStatus(t *testing.T) {
	w := newWorld()
	w.reconcile()
	w.driverRuns()
	w.executors = []*corev1.Pod{executorPod("pi-exec-1", w.attempt(1), corev1.PodRunning)}
	w.reconcile()
	w.now = start.Add(time.Minute)
	w.executors = nil
	w.driverEnds(0)
	w.reconcile()

	got := w.app.Status
	got.Conditions = nil
	want := v1beta2.SparkApplicationStatus{
		SparkApplicationID:        w.attempt(1).ApplicationID,
		SubmissionID:              w.attempt(1).SubmissionID,
		SpecHash:                  w.attempt(1).SpecHash,
		Attempt:                   1,
		LastSubmissionAttemptTime: metav1.NewTime(start),
		TerminationTime:           metav1.NewTime(start.Add(time.Minute)),
		DriverInfo:                v1beta2.DriverInfo{PodName: "pi-driver"},
		AppState:                  v1beta2.ApplicationState{State: completed, Since: at(time.Minute)},
		ExecutorState:             map[string]v1beta2.ExecutorState{"pi-exec-1": v1beta2.ExecutorStateCompleted},
		ExecutionAttempts:         1,
		SubmissionAttempts:        1,
		ObservedGeneration:        1,
		Executors:                 &v1beta2.ExecutorCounts{Completed: 1},
		Attempts: []v1beta2.AttemptRecord{{
			Attempt: 1, SparkApplicationID: w.attempt(1).ApplicationID, SubmissionTime: at(0), StartTime: at(0), EndTime: at(time.Minute),
			Outcome: v1beta2.AttemptSucceeded,
		}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("status (-want +got):\n%s", diff)
	}
}

// at is the time so long after the start.
func at(after time.Duration) *metav1.Time { return new(metav1.NewTime(start.Add(after))) }

func TestFailureIsRecorded(t *testing.T) {
	w := newWorld()
	w.reconcile()
	w.driverEnds(137)
	w.driver.Status.ContainerStatuses[0].State.Terminated.Reason = "OOMKilled"
	w.reconcile()

	want := &v1beta2.FailureRecord{
		Attempt: 1, Time: metav1.NewTime(start), Class: v1beta2.FailureClassDriver, Reason: "OOMKilled",
		Message:  "driver container failed with ExitCode: 137, Reason: OOMKilled",
		ExitCode: ptr.To[int32](137), Signal: ptr.To[int32](9), Container: "spark-kubernetes-driver", Pod: "pi-driver", Node: "node-1",
	}
	if diff := cmp.Diff(want, w.app.Status.LastFailure); diff != "" {
		t.Errorf("failure record (-want +got):\n%s", diff)
	}
	if got := w.app.Status.AppState.ErrorMessage; got != want.Message {
		t.Errorf("errorMessage = %q, want %q", got, want.Message)
	}
	if got := w.condition(v1beta2.ConditionSucceeded); got != "False OOMKilled" {
		t.Errorf("condition Succeeded is %s", got)
	}
}

func TestRunningSubmissionIsWaitedFor(t *testing.T) {
	w := newWorld()
	o := w.observe()
	o.Submitting = true
	d := Decide(o, w.policy)
	if len(d.Actions) != 0 || d.Status.AppState.State != v1beta2.ApplicationStateNew {
		t.Errorf("actions %v, state %q; want to wait", d.Actions, d.Status.AppState.State)
	}
	if c := meta.FindStatusCondition(d.Status.Conditions, v1beta2.ConditionSucceeded); c == nil || c.Reason != "Submitting" {
		t.Errorf("condition Succeeded = %+v, want reason Submitting", c)
	}
	o = w.observe()
	o.Submitting, o.Ahead = true, 7
	c := meta.FindStatusCondition(Decide(o, w.policy).Status.Conditions, v1beta2.ConditionSucceeded)
	if want := "Queued for spark-submit behind 7 other submissions"; c == nil || c.Reason != "Submitting" || c.Message != want {
		t.Errorf("condition Succeeded = %+v, want %q", c, want)
	}
}

// Why spark-submit was taken is reported once, while it runs already, and stays in the status for as long as it is
// true.
func TestFallbackIsReportedOnceAndKept(t *testing.T) {
	const why = "Submitting by spark-submit: native submission does not support spark.files /a"
	w := newWorld()
	o := w.observe()
	o.Submitting, o.Fallback = true, why
	d := Decide(o, w.policy)
	fallback := events.Normalf(ReasonSubmissionFallback, events.Submit, "%s", why)
	if !slices.Contains(d.Events, fallback) {
		t.Errorf("events %+v lack %+v", d.Events, fallback)
	}
	w.app.Status = d.Status
	o = w.observe()
	o.Submission, o.Fallback = &SubmissionOutcome{Attempt: 1}, why
	d = Decide(o, w.policy)
	if slices.Contains(d.Events, fallback) {
		t.Errorf("it was emitted again: %+v", d.Events)
	}
	c := meta.FindStatusCondition(d.Status.Conditions, v1beta2.ConditionNativeSubmission)
	if c == nil || c.Status != metav1.ConditionFalse || c.Reason != v1beta2.ReasonNotSupported || c.Message != why {
		t.Errorf("condition NativeSubmission = %+v", c)
	}
	// The same attempt without it, as after a change of the application.
	o.Fallback = ""
	if c := meta.FindStatusCondition(Decide(o, w.policy).Status.Conditions, v1beta2.ConditionNativeSubmission); c != nil {
		t.Errorf("condition NativeSubmission = %+v after a native submission", c)
	}
}

func TestWarningsOfASubmissionAreEmitted(t *testing.T) {
	w := newWorld()
	w.outcome = &SubmissionOutcome{Attempt: 1, Warnings: []string{"Spark 9.9 is not known: treated as 4.0"}}
	d := Decide(w.observe(), w.policy)
	want := events.Warningf(ReasonSubmissionWarning, events.Submit, "Spark 9.9 is not known: treated as 4.0")
	if !slices.Contains(d.Events, want) {
		t.Errorf("events %+v lack %+v", d.Events, want)
	}
}

func TestApplicationIDIsTheDrivers(t *testing.T) {
	w := newWorld()
	w.reconcile()
	w.driverRuns()
	w.driver.Labels["spark-app-selector"] = "spark-drawn-by-spark-submit"
	w.reconcile()
	if got := w.app.Status.SparkApplicationID; got != "spark-drawn-by-spark-submit" {
		t.Errorf("sparkApplicationId = %q, want that of the driver", got)
	}
}

func TestPendingDriverSaysWhy(t *testing.T) {
	w := newWorld()
	w.reconcile()
	w.driverWaits("ErrImagePull", "manifest unknown")
	w.reconcile()
	w.driverWaits("ImagePullBackOff", `Back-off pulling image "spark:none"`)
	d := w.reconcile()

	if w.state() != submitted {
		t.Errorf("state = %s, want SUBMITTED", w.state())
	}
	c := meta.FindStatusCondition(d.Status.Conditions, v1beta2.ConditionDriverReady)
	if c == nil || c.Status != metav1.ConditionFalse || c.Reason != "ImagePullBackOff" ||
		c.Message != `Back-off pulling image "spark:none" (container spark-kubernetes-driver)` {
		t.Errorf("condition DriverReady = %+v", c)
	}
	// One cause is reported once, however often the kubelet changes its word for it.
	want := []string{"SparkApplicationSubmitted", "SparkDriverPending"}
	if diff := cmp.Diff(want, w.emitted); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

func TestSidecarDoesNotHideTheEndOfTheDriver(t *testing.T) {
	for name, tc := range map[string]struct {
		exitCode int32
		phase    corev1.PodPhase
		want     v1beta2.ApplicationStateType
	}{
		"sidecar still runs after success":     {0, corev1.PodRunning, completed},
		"sidecar still runs after a failure":   {1, corev1.PodRunning, failed},
		"sidecar fails, the driver did not":    {0, corev1.PodFailed, completed},
		"driver pod failed with its container": {1, corev1.PodFailed, failed},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			w.reconcile()
			w.driverEnds(tc.exitCode)
			w.driver.Status.Phase = tc.phase
			w.reconcile()
			if w.state() != tc.want {
				t.Errorf("state = %s, want %s", w.state(), tc.want)
			}
		})
	}
}

// A crash after the driver was made and before the status was stored must not make a second one.
func TestDriverOfAnInterruptedSubmissionIsAdopted(t *testing.T) {
	w := newWorld()
	w.driver = driverPod(w.attempt(1))
	w.driverRuns()
	w.reconcile()
	if w.state() != running || len(w.submitted) != 0 || w.app.Status.ExecutionAttempts != 1 {
		t.Errorf("state %s, submitted %v, executionAttempts %d; want RUNNING, none, 1", w.state(), w.submitted, w.app.Status.ExecutionAttempts)
	}
}

// The driver of an interrupted submission that was made from another spec is replaced.
func TestDriverOfAnotherSpecIsNotAdopted(t *testing.T) {
	w := newWorld()
	w.driver = driverPod(w.attempt(1))
	w.driver.Annotations["sparkoperator.k8s.io/spec-hash"] = "h2-other"
	d := Decide(w.observe(), w.policy)
	if len(d.Actions) != 1 || d.Actions[0].String() != "DeleteRun" {
		t.Errorf("actions = %v, want DeleteRun", d.Actions)
	}
}

func TestTimeToLive(t *testing.T) {
	for name, tc := range map[string]struct {
		ttl         *int64
		defaultTTL  time.Duration
		after       time.Duration
		wantDeleted bool
		wantWake    time.Duration
	}{
		"none set":                    {nil, 0, 100 * time.Hour, false, 0},
		"not over yet":                {ptr.To[int64](60), 0, 20 * time.Second, false, 40 * time.Second},
		"over":                        {ptr.To[int64](60), 0, 60 * time.Second, true, 0},
		"zero means immediately":      {ptr.To[int64](0), 0, 0, true, 0},
		"the operator's default":      {nil, time.Minute, 2 * time.Minute, true, 0},
		"the application's own wins":  {ptr.To[int64](300), time.Minute, 2 * time.Minute, false, 3 * time.Minute},
		"the default is not over yet": {nil, time.Minute, 59500 * time.Millisecond, false, time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(func(a *v1beta2.SparkApplication) { a.Spec.TimeToLiveSeconds = tc.ttl })
			w.policy.DefaultTTL = tc.defaultTTL
			w.reconcile()
			w.driverEnds(0)
			if tc.after > 0 {
				w.reconcile()
			}
			w.now = w.now.Add(tc.after)
			d := w.reconcile()
			if w.deleted != tc.wantDeleted || (!tc.wantDeleted && d.RequeueAfter != tc.wantWake) {
				t.Errorf("deleted = %v, wake in %s; want %v, %s", w.deleted, d.RequeueAfter, tc.wantDeleted, tc.wantWake)
			}
		})
	}
}

func TestDeletedApplicationIsLeftAlone(t *testing.T) {
	w := newWorld(func(a *v1beta2.SparkApplication) { a.DeletionTimestamp = new(metav1.NewTime(start)) })
	d := Decide(w.observe(), w.policy)
	if len(d.Actions) != 0 || len(d.Events) != 0 || d.Status.AppState.State != "" {
		t.Errorf("decision = %+v, want nothing", d)
	}
}

func TestExecutors(t *testing.T) {
	const pending, up, done, bad = v1beta2.ExecutorStatePending, v1beta2.ExecutorStateRunning, v1beta2.ExecutorStateCompleted, v1beta2.ExecutorStateFailed
	type states = map[string]v1beta2.ExecutorState
	for name, tc := range map[string]struct {
		known states
		pods  map[string]corev1.PodPhase
		limit int
		want  states
	}{
		"phases":                               {nil, map[string]corev1.PodPhase{"a": "Pending", "b": "Running", "c": "Succeeded", "d": "Failed"}, 0, states{"a": pending, "b": up, "c": done, "d": bad}},
		"one of which nobody saw how it went":  {states{"a": up, "b": up}, map[string]corev1.PodPhase{"b": "Running"}, 0, states{"a": done, "b": up}},
		"one that failed stays failed":         {states{"a": bad}, nil, 0, states{"a": bad}},
		"finished ones leave a full map":       {states{"a": done, "b": bad}, map[string]corev1.PodPhase{"c": "Running", "d": "Running"}, 2, states{"c": up, "d": up}},
		"running ones leave only if they must": {nil, map[string]corev1.PodPhase{"a": "Running", "b": "Running", "c": "Running"}, 2, states{"b": up, "c": up}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			w.policy.MaxTrackedExecutors = tc.limit
			w.reconcile()
			w.driverRuns()
			w.reconcile()
			w.app.Status.ExecutorState = tc.known
			for pod, phase := range tc.pods {
				w.executors = append(w.executors, executorPod(pod, w.attempt(1), phase))
			}
			w.reconcile()
			w.now = w.now.Add(killGrace)
			w.reconcile()
			if diff := cmp.Diff(tc.want, w.app.Status.ExecutorState); diff != "" {
				t.Errorf("executorState (-want +got):\n%s", diff)
			}
		})
	}
}
