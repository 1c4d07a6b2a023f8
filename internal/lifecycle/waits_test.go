// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
)

// condition returns a condition as "status reason".
func (w *world) condition(kind string) string {
	c := meta.FindStatusCondition(w.app.Status.Conditions, kind)
	if c == nil {
		return "none"
	}
	return string(c.Status) + " " + c.Reason
}

// gate is the condition of a pod that a queue holds back.
var gate = []corev1.PodCondition{{Type: corev1.PodScheduled, Status: corev1.ConditionFalse, Reason: "SchedulingGated"}}

func TestWaitsHaveLimits(t *testing.T) {
	unschedulable := func(w *world) {
		w.driver.Spec.NodeName = ""
		w.driver.Status.Conditions = []corev1.PodCondition{{
			Type: corev1.PodScheduled, Status: corev1.ConditionFalse, Reason: "Unschedulable", Message: "0/3 nodes are available",
		}}
	}
	gated := func(w *world) { w.driver.Status.Conditions = gate }
	pendingExecutor := func(w *world) {
		w.driverRuns()
		pod := executorPod("pi-exec-1", w.attempt(1), corev1.PodPending)
		pod.CreationTimestamp = metav1.NewTime(start)
		w.executors = []*corev1.Pod{pod}
	}
	gatedExecutor := func(w *world) {
		pendingExecutor(w)
		w.executors[0].Status.Conditions = gate
	}
	runningExecutor := func(w *world) {
		pendingExecutor(w)
		w.executors = append(w.executors, executorPod("pi-exec-2", w.attempt(1), corev1.PodRunning))
	}
	drives := func(w *world) {
		w.driverRuns()
		w.driver.Status.ContainerStatuses = []corev1.ContainerStatus{{
			Name: "spark-kubernetes-driver", State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: metav1.NewTime(start)}},
		}}
	}
	none := v1beta2.ExecutorSpec{Instances: ptr.To[int32](0)}
	type limits = v1beta2.Timeouts
	const min10 = 10 * time.Minute
	for name, tc := range map[string]struct {
		spec       v1beta2.SparkApplicationSpec
		policy     Timeouts
		world      func(*world)
		wantReason string
		wantSays   string
	}{
		"a driver that cannot be scheduled, by the operator's limit": {
			v1beta2.SparkApplicationSpec{}, Timeouts{DriverPending: min10}, unschedulable, "DriverPendingTimeout", "0/3 nodes are available (Unschedulable); the driver has been pending for longer than 10m0s"},
		"a driver that cannot be scheduled, by its own limit": {
			v1beta2.SparkApplicationSpec{Timeouts: &limits{DriverPendingSeconds: ptr.To[int64](600)}}, Timeouts{}, unschedulable, "DriverPendingTimeout", "longer than 10m0s"},
		"zero means no limit": {
			v1beta2.SparkApplicationSpec{Timeouts: &limits{DriverPendingSeconds: ptr.To[int64](0)}}, Timeouts{DriverPending: min10}, unschedulable, "", ""},
		"a driver that a queue holds back": {v1beta2.SparkApplicationSpec{}, Timeouts{DriverPending: min10}, gated, "", ""},
		"executors that are pending":       {v1beta2.SparkApplicationSpec{}, Timeouts{ExecutorsPending: min10}, pendingExecutor, "ExecutorsPendingTimeout", "no executor runs"},
		"one executor runs":                {v1beta2.SparkApplicationSpec{}, Timeouts{ExecutorsPending: min10}, runningExecutor, "", ""},
		"executors that never were":        {v1beta2.SparkApplicationSpec{}, Timeouts{ExecutorsPending: min10}, drives, "ExecutorsPendingTimeout", "has made no executor pod"},
		"no executor is asked for":         {v1beta2.SparkApplicationSpec{Executor: none}, Timeouts{ExecutorsPending: min10}, drives, "", ""},
		"none with dynamic allocation": {
			v1beta2.SparkApplicationSpec{DynamicAllocation: &v1beta2.DynamicAllocation{Enabled: true}}, Timeouts{ExecutorsPending: min10}, drives, "", ""},
		"the least of dynamic allocation": {
			v1beta2.SparkApplicationSpec{DynamicAllocation: &v1beta2.DynamicAllocation{Enabled: true, MinExecutors: ptr.To[int32](2)}},
			Timeouts{ExecutorsPending: min10}, drives, "ExecutorsPendingTimeout", "has made no executor pod"},
		"executors that a queue holds back": {v1beta2.SparkApplicationSpec{}, Timeouts{ExecutorsPending: min10}, gatedExecutor, "", ""},
		"a run that lasts":                  {v1beta2.SparkApplicationSpec{}, Timeouts{Run: min10}, drives, "DeadlineExceeded", "the run has gone on for longer than 10m0s"},
		"a run that lasts, by its own limit": {
			v1beta2.SparkApplicationSpec{ActiveDeadlineSeconds: ptr.To[int64](600)}, Timeouts{Run: time.Hour}, runningExecutor, "DeadlineExceeded", ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(func(a *v1beta2.SparkApplication) {
				tc.spec.Type, tc.spec.SparkVersion = a.Spec.Type, a.Spec.SparkVersion
				a.Spec = tc.spec
			})
			w.policy.Timeouts = tc.policy
			w.reconcile()
			tc.world(w)
			w.now = start.Add(min10 - time.Second)
			d := w.reconcile()
			if w.terminal() {
				t.Fatalf("ended too early: %+v", w.app.Status.LastFailure)
			}
			if tc.wantReason != "" && d.RequeueAfter != time.Second {
				t.Errorf("wake in %s, want 1s", d.RequeueAfter)
			}
			w.now = start.Add(min10)
			w.reconcile()
			if tc.wantReason == "" {
				if w.terminal() {
					t.Fatalf("ended: %+v", w.app.Status.LastFailure)
				}
				return
			}
			failure := w.app.Status.LastFailure
			if w.state() != failed || failure == nil || failure.Reason != tc.wantReason || failure.Class != v1beta2.FailureClassDeadline {
				t.Fatalf("state %s, failure %+v; want FAILED, %s", w.state(), failure, tc.wantReason)
			}
			if !strings.Contains(failure.Message, tc.wantSays) {
				t.Errorf("message %q does not say %q", failure.Message, tc.wantSays)
			}
			if w.driver != nil || len(w.executors) > 0 {
				t.Error("the run that was given up still has pods")
			}
			if got := w.condition(v1beta2.ConditionSucceeded); got != "False "+tc.wantReason {
				t.Errorf("condition Succeeded is %s", got)
			}
		})
	}
}

// A wait that a queue imposed is none: limits are counted from when it admitted the pod, although the pod is older.
func TestLimitsAreCountedFromWhenAQueueAdmits(t *testing.T) {
	const limit, held = 10 * time.Minute, 3 * time.Hour
	for name, tc := range map[string]struct {
		policy     Timeouts
		hold       func(*world)
		admit      func(*world)
		wantReason string
	}{
		"a driver": {Timeouts{DriverPending: limit}, func(w *world) { w.driver.Status.Conditions = gate },
			func(w *world) { w.driver.Status.Conditions = nil }, "DriverPendingTimeout"},
		"an executor": {Timeouts{ExecutorsPending: limit},
			func(w *world) {
				w.driverRuns()
				w.executors = []*corev1.Pod{executorPod("a", w.attempt(1), corev1.PodPending), executorPod("b", w.attempt(1), corev1.PodPending)}
				w.executors[1].Status.Conditions = gate
			},
			func(w *world) { w.executors[1] = executorPod("b", w.attempt(1), corev1.PodPending) }, "ExecutorsPendingTimeout"},
		"an executor beside which another ran": {Timeouts{ExecutorsPending: limit},
			func(w *world) {
				w.driverRuns()
				w.executors = []*corev1.Pod{executorPod("a", w.attempt(1), corev1.PodPending), executorPod("b", w.attempt(1), corev1.PodRunning)}
			},
			func(w *world) { w.executors = w.executors[:1] }, "ExecutorsPendingTimeout"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			w.policy.Timeouts = tc.policy
			w.reconcile()
			tc.hold(w)
			w.reconcile()
			w.now = start.Add(held)
			w.reconcile()
			tc.admit(w)
			w.reconcile()
			w.now = start.Add(held + limit - time.Second)
			if d := w.reconcile(); w.terminal() || d.RequeueAfter != time.Second {
				t.Fatalf("state %s, wake in %s; want to wait 1s: %+v", w.state(), d.RequeueAfter, w.app.Status.LastFailure)
			}
			w.now = start.Add(held + limit)
			w.reconcile()
			if w.state() != failed || w.app.Status.LastFailure.Reason != tc.wantReason {
				t.Errorf("state %s, failure %+v; want FAILED, %s", w.state(), w.app.Status.LastFailure, tc.wantReason)
			}
		})
	}
}

// The wait for a first executor ends when it runs, and is shown while it lasts.
func TestMissingExecutorsAreShown(t *testing.T) {
	w := newWorld()
	w.reconcile()
	w.driverRuns()
	w.reconcile()
	c := meta.FindStatusCondition(w.app.Status.Conditions, v1beta2.ConditionExecutorsReady)
	if c.Message != noExecutorPod || w.app.Status.Executors.WaitingSince == nil {
		t.Errorf("condition ExecutorsReady = %+v, executors = %+v", c, w.app.Status.Executors)
	}
	w.executors = []*corev1.Pod{executorPod("a", w.attempt(1), corev1.PodRunning)}
	w.reconcile()
	if since := w.app.Status.Executors.WaitingSince; since != nil {
		t.Errorf("waiting since %s although one runs", since)
	}
	w.executors = nil
	w.reconcile()
	if since := w.app.Status.Executors.WaitingSince; since != nil {
		t.Errorf("waiting since %s although executors have run and none is to come", since)
	}
}

// A driver of another attempt that was made after the current attempt was has its name: the current driver is gone.
func TestDriverOfAnotherAttemptThatIsNewerIsALoss(t *testing.T) {
	w := newWorld(retries(1))
	w.reconcile()
	other := w.driver.DeepCopy()
	w.failOnce()
	w.driver = other
	w.driver.CreationTimestamp = metav1.NewTime(w.now.Add(time.Minute))
	w.reconcile()
	if w.app.Status.LastFailure.Reason != failureDriverNotFound {
		t.Errorf("failure %+v, want DriverNotFound", w.app.Status.LastFailure)
	}
}

func (w *world) terminal() bool { return w.state() == completed || w.state() == failed }

func TestEventsSayWhatHoldsADriverUp(t *testing.T) {
	w := newWorld()
	w.reconcile()
	w.driver.Status.Conditions = []corev1.PodCondition{{Type: corev1.PodScheduled, Status: corev1.ConditionTrue, LastTransitionTime: metav1.NewTime(start)}}
	if d := w.reconcile(); d.RequeueAfter != mountGrace {
		t.Errorf("wake in %s, want %s", d.RequeueAfter, mountGrace)
	}
	w.trouble = &Trouble{"FailedMount", `configmap "settings" not found`}
	w.reconcile()
	if got := w.condition(v1beta2.ConditionDriverReady); got != "False FailedMount" {
		t.Errorf("condition DriverReady is %s", got)
	}
	if want := []string{"SparkApplicationSubmitted", "SparkDriverPending"}; !slices.Equal(w.emitted, want) {
		t.Errorf("events %v, want %v", w.emitted, want)
	}
}

// The log of the driver can still be read: its pod is ended and not deleted.
func TestSidecarsAreEnded(t *testing.T) {
	w := newWorld()
	w.policy.Timeouts.Sidecars = 5 * time.Minute
	w.reconcile()
	w.driverEnds(0)
	w.driver.Status.Phase = corev1.PodRunning
	d := w.reconcile()
	if w.state() != completed || d.RequeueAfter != 5*time.Minute {
		t.Fatalf("state %s, wake in %s; want COMPLETED, 5m", w.state(), d.RequeueAfter)
	}
	w.now = start.Add(5 * time.Minute)
	w.reconcile()
	if w.driver == nil || ptr.Deref(w.driver.Spec.ActiveDeadlineSeconds, 0) != 1 {
		t.Errorf("driver pod %+v, want it with a deadline that is over", w.driver)
	}
	if w.state() != completed {
		t.Errorf("state %s", w.state())
	}
}

func TestExecutorsThatOutliveTheirDriverAreDeleted(t *testing.T) {
	const grace = 30 * time.Second
	for name, change := range map[string]func(*v1beta2.SparkApplication){
		"at the end": func(*v1beta2.SparkApplication) {},
		"by its own limit": func(a *v1beta2.SparkApplication) {
			a.Spec.Timeouts = &v1beta2.Timeouts{ExecutorsEndSeconds: ptr.To[int64](30)}
		},
		"while a retry waits": func(a *v1beta2.SparkApplication) {
			retries(1)(a)
			a.Spec.RestartPolicy.OnFailureRetryInterval = ptr.To[int64](600)
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(change)
			if w.app.Spec.Timeouts == nil {
				w.policy.Timeouts.ExecutorsEnd = grace
			}
			w.reconcile()
			w.driverRuns()
			w.executors = []*corev1.Pod{
				executorPod("a", w.attempt(1), corev1.PodPending), executorPod("b", w.attempt(1), corev1.PodSucceeded), executorPod("c", w.attempt(1), corev1.PodRunning),
			}
			// A sidecar keeps the pod of an executor that has ended.
			ended(0, "Completed")(w.executors[2])
			w.executors[2].Status.ContainerStatuses[0].Name, w.executors[2].Status.Phase = "spark-kubernetes-executor", corev1.PodRunning
			w.reconcile()
			w.driverEnds(1)
			if d := w.reconcile(); d.RequeueAfter != grace {
				t.Errorf("wake in %s, want %s", d.RequeueAfter, grace)
			}
			w.now = start.Add(grace)
			w.reconcile()
			if len(w.executors) != 1 || w.executors[0].Name != "b" {
				t.Errorf("executors left: %d", len(w.executors))
			}
			if diff := cmp.Diff(&v1beta2.ExecutorCounts{Completed: 3}, w.app.Status.Executors); diff != "" {
				t.Errorf("executors (-want +got):\n%s", diff)
			}
		})
	}
}

func TestPodsThatDoNotGoAreReported(t *testing.T) {
	w := newWorld(func(a *v1beta2.SparkApplication) {
		a.Spec.Timeouts = &v1beta2.Timeouts{CleanupSeconds: ptr.To[int64](120)}
	})
	w.slow = true
	w.policy.Timeouts.Cleanup = time.Hour
	w.reconcile()
	w.edit(func(a *v1beta2.SparkApplication) { a.Spec.Suspend = new(true) })
	w.reconcile()
	if got := w.condition(v1beta2.ConditionCleanupStuck); got != "none" {
		t.Errorf("condition CleanupStuck is %s before anything is late", got)
	}
	w.now = start.Add(2*time.Minute + 30*time.Second)
	w.reconcile()
	w.reconcile()
	if got := w.condition(v1beta2.ConditionCleanupStuck); got != "True PodsTerminating" {
		t.Errorf("condition CleanupStuck is %s", got)
	}
	if c := meta.FindStatusCondition(w.app.Status.Conditions, v1beta2.ConditionCleanupStuck); !strings.HasPrefix(c.Message, "Pod pi-driver on node node-1 was") {
		t.Errorf("message %q", c.Message)
	}
	if w.state() != v1beta2.ApplicationStateSuspending {
		t.Errorf("state %s, want SUSPENDING", w.state())
	}
	if n := len(slices.DeleteFunc(slices.Clone(w.emitted), func(r string) bool { return r != string(ReasonCleanupStuck) })); n != 1 {
		t.Errorf("emitted %d times: %v", n, w.emitted)
	}
	w.podsGo()
	w.reconcile()
	if got := w.condition(v1beta2.ConditionCleanupStuck); got != "none" || w.state() != v1beta2.ApplicationStateSuspended {
		t.Errorf("condition CleanupStuck is %s, state %s", got, w.state())
	}
}

func TestUpdatePolicyNextAttempt(t *testing.T) {
	newImage := func(a *v1beta2.SparkApplication) { a.Spec.Image = new("spark:other") }
	begin := func() *world {
		w := newWorld(retries(1), func(a *v1beta2.SparkApplication) { a.Spec.UpdatePolicy = v1beta2.UpdatePolicyNextAttempt })
		w.reconcile()
		w.driverRuns()
		w.reconcile()
		w.edit(newImage)
		w.reconcile()
		return w
	}
	for name, tc := range map[string]struct {
		play          func(*world)
		wantState     v1beta2.ApplicationStateType
		wantAttempt   int64
		wantCondition string
	}{
		"the run goes on":               {func(*world) {}, running, 1, "True NextAttempt"},
		"the retry has it":              {func(w *world) { w.failOnce() }, submitted, 2, "none"},
		"after the end it is run again": {func(w *world) { w.driverEnds(0); w.reconcile() }, submitted, 2, "none"},
		"a change that is taken back":   {func(w *world) { w.edit(func(a *v1beta2.SparkApplication) { a.Spec.Image = nil }); w.reconcile() }, running, 1, "none"},
		"the policy is changed to Restart": {func(w *world) {
			w.edit(func(a *v1beta2.SparkApplication) { a.Spec.UpdatePolicy = v1beta2.UpdatePolicyRestart })
			w.reconcile()
		}, submitted, 2, "none"},
	} {
		t.Run(name, func(t *testing.T) {
			w := begin()
			tc.play(w)
			if w.state() != tc.wantState || w.app.Status.Attempt != tc.wantAttempt {
				t.Errorf("state %s, attempt %d; want %s, %d", w.state(), w.app.Status.Attempt, tc.wantState, tc.wantAttempt)
			}
			if got := w.condition(v1beta2.ConditionSpecChangePending); got != tc.wantCondition {
				t.Errorf("condition SpecChangePending is %s, want %s", got, tc.wantCondition)
			}
		})
	}
	pending := begin()
	c := meta.FindStatusCondition(pending.app.Status.Conditions, v1beta2.ConditionSpecChangePending)
	if !strings.Contains(c.Message, "image") {
		t.Errorf("message %q does not name the field", c.Message)
	}
}

// Fields that are taken over in place leave the run alone.
func TestChangesInPlace(t *testing.T) {
	w := newWorld()
	w.reconcile()
	w.driverRuns()
	w.reconcile()
	w.edit(func(a *v1beta2.SparkApplication) {
		retries(3)(a)
		a.Spec.TimeToLiveSeconds, a.Spec.ActiveDeadlineSeconds = ptr.To[int64](60), ptr.To[int64](3600)
		a.Spec.Timeouts = &v1beta2.Timeouts{DriverPendingSeconds: ptr.To[int64](60)}
	})
	w.executors = []*corev1.Pod{executorPod("a", w.attempt(1), corev1.PodRunning)}
	d := w.reconcile()
	if w.state() != running || w.app.Status.Attempt != 1 || w.app.Status.ObservedGeneration != 2 || d.RequeueAfter != time.Hour {
		t.Errorf("state %s, attempt %d, observedGeneration %d, wake in %s", w.state(), w.app.Status.Attempt, w.app.Status.ObservedGeneration, d.RequeueAfter)
	}
}

func TestFailedExecutorsAreCountedByReason(t *testing.T) {
	w := newWorld()
	w.policy.MaxTrackedExecutors = 3
	w.reconcile()
	w.driverRuns()
	for i := range 30 {
		pod := executorPod(fmt.Sprintf("pi-exec-%d", i), w.attempt(1), corev1.PodRunning)
		w.executors = []*corev1.Pod{pod}
		w.reconcile()
		over := pod.DeepCopy()
		over.Status.Phase = corev1.PodFailed
		over.Status.ContainerStatuses = []corev1.ContainerStatus{{
			Name: "spark-kubernetes-executor", State: corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{ExitCode: 137, Reason: "OOMKilled"}},
		}}
		if i%3 == 0 {
			over.Status.ContainerStatuses[0].State.Terminated.Reason = fmt.Sprintf("Odd%d", i)
		}
		w.executors = []*corev1.Pod{over}
		w.reconcile()
		w.reconcile()
	}
	w.driverEnds(1)
	w.reconcile()
	counts := w.app.Status.Executors
	if counts.Failed != 30 || counts.Completed != 0 || counts.Failures["OOMKilled"] != 20 || len(counts.Failures) > maxFailureReasons+1 {
		t.Errorf("executors: %+v", counts)
	}
	if diff := cmp.Diff(counts.Failures, w.app.Status.LastFailure.ExecutorFailures); diff != "" {
		t.Errorf("executor failures in the record (-status +record):\n%s", diff)
	}
	if len(w.app.Status.ExecutorState) != 3 {
		t.Errorf("%d executors are tracked, want 3", len(w.app.Status.ExecutorState))
	}
}

// Whatever others say, at whatever length, the status can be stored: etcd takes 1.5 MB, a condition's message 32 kB,
// its reason a word.
func TestForeignWordsAreBounded(t *testing.T) {
	huge := strings.Repeat("é \x00\xff", 1<<16)
	w := newWorld(retries(20))
	w.policy.MaxTrackedExecutors = 1000
	w.outcome = &SubmissionOutcome{Attempt: 1, Err: errors.New(huge)}
	d := Decide(w.observe(), w.policy)
	checkSize(t, d.Status)
	w.reconcile()
	w.driverWaits(huge, huge)
	checkSize(t, w.reconcile().Status)
	w.driver.Status.ContainerStatuses = nil
	w.trouble = &Trouble{huge, huge}
	checkSize(t, w.reconcile().Status)
	for range 12 {
		for i := range 1200 {
			pod := executorPod(fmt.Sprintf("%s-exec-%d", strings.Repeat("a", 50), i), w.attempt(w.app.Status.Attempt), corev1.PodFailed)
			pod.Status.Reason = fmt.Sprintf("R%d%s", i, huge[:2000])
			w.executors = append(w.executors, pod)
		}
		w.driverEnds(1)
		end := w.driver.Status.ContainerStatuses[0].State.Terminated
		end.Message, end.Reason = huge, huge
		checkSize(t, w.reconcile().Status)
		w.now = w.now.Add(time.Hour)
		w.reconcile()
	}
}

func checkSize(t *testing.T, status v1beta2.SparkApplicationStatus) {
	t.Helper()
	encoded, err := json.Marshal(status)
	if err != nil {
		t.Fatal(err)
	}
	if len(encoded) > 256<<10 {
		t.Errorf("the status has %d bytes", len(encoded))
	}
	if strings.ContainsFunc(status.AppState.ErrorMessage, unicode.IsControl) {
		t.Errorf("errorMessage has control characters: %.50q", status.AppState.ErrorMessage)
	}
	for _, c := range status.Conditions {
		if len(c.Message) > 32768 || strings.ContainsFunc(c.Message, unicode.IsControl) || c.Reason == "" || len(c.Reason) > 1024 || word(c.Reason, "") != c.Reason {
			t.Errorf("condition %s: reason of %d bytes, message of %d", c.Type, len(c.Reason), len(c.Message))
		}
	}
	if status.LastFailure != nil && word(status.LastFailure.Reason, "") != status.LastFailure.Reason {
		t.Errorf("reason of the failure: %.50q", status.LastFailure.Reason)
	}
}
