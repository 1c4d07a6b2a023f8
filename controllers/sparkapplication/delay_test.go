// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkapplication

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/tools/events"
	clocktesting "k8s.io/utils/clock/testing"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/identity"
	"github.com/alauda/spark-operator/internal/lifecycle"
	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/internal/submission"
	"github.com/alauda/spark-operator/internal/submission/sparksubmit"
)

// submitter answers every submission with err.
type submitter struct {
	err      error
	tries    int
	released []int64
}

func (s *submitter) Submit(context.Context, *planning.Plan, submission.Confirm) (submission.Result, error) {
	s.tries++
	return submission.Result{}, s.err
}

func (s *submitter) Release(_ context.Context, _ *v1beta2.SparkApplication, attempt identity.Attempt, _ submission.Confirm) error {
	s.released = append(s.released, attempt.Number)
	return nil
}

func (s *submitter) Forget(types.NamespacedName) {}

// A submission that has no answer is no attempt, and not kept secret either.
func TestSubmissionWithoutAnAnswerIsReported(t *testing.T) {
	for name, refusal := range map[string]error{
		"an admission webhook that is down": apierrors.NewInternalError(errors.New(`failed calling webhook "pods.example.com": connection refused; hunter2hunter2`)),
		"a full queue":                      fmt.Errorf("%w; hunter2hunter2", sparksubmit.ErrQueueFull),
	} {
		t.Run(name, func(t *testing.T) {
			app := newApp()
			app.Spec.SparkConf = map[string]string{"spark.my.password": "hunter2hunter2"}
			c, recorder, clock := builder(app).Build(), events.NewFakeRecorder(10), clocktesting.NewFakePassiveClock(start)
			fails := &submitter{err: refusal}
			r := &Reconciler{Client: c, APIReader: c, Submitter: fails, Events: recorder, Clock: clock}
			at := func(after time.Duration, wantSaid bool, wantEvents int) {
				t.Helper()
				clock.SetTime(start.Add(after))
				if _, err := r.Reconcile(t.Context(), ctrl.Request{NamespacedName: client.ObjectKeyFromObject(app)}); err == nil {
					t.Errorf("after %s: the submission is not tried again", after)
				}
				app = reread(t, c, app)
				condition := meta.FindStatusCondition(app.Status.Conditions, v1beta2.ConditionSucceeded)
				said := condition != nil && condition.Status == metav1.ConditionUnknown && condition.Reason == "SubmissionDelayed"
				if said != wantSaid || said && strings.Contains(condition.Message, "hunter2") || len(recorder.Events) != wantEvents {
					t.Errorf("after %s: %+v, %d events; want it to be said: %t, %d events", after, condition, len(recorder.Events), wantSaid, wantEvents)
				}
			}
			at(0, false, 0)
			at(9*time.Second, false, 0)
			at(11*time.Second, true, 1)
			version := app.ResourceVersion
			fails.err = errors.Join(refusal, errors.New("in other words"))
			at(12*time.Second, true, 1)
			if app.ResourceVersion != version {
				t.Error("the status is written at each try")
			}
			at(11*time.Second+2*delayAge, true, 1)
			at(12*time.Second+2*delayAge, true, 1)
			if got := meta.FindStatusCondition(app.Status.Conditions, v1beta2.ConditionSucceeded).Message; !strings.Contains(got, "in other words") {
				t.Errorf("message %q is of long ago", got)
			}
			if app.Status.AppState.State != v1beta2.ApplicationStateNew || app.Status.SubmissionAttempts != 0 || fails.tries != 6 {
				t.Errorf("after %d tries: %+v", fails.tries, app.Status)
			}
			event := <-recorder.Events
			if !strings.HasPrefix(event, "Warning SparkApplicationSubmissionDelayed") || strings.Contains(event, "hunter2") {
				t.Errorf("event %q", event)
			}
			fails.err = nil
			if _, err := r.Reconcile(t.Context(), ctrl.Request{NamespacedName: client.ObjectKeyFromObject(app)}); err != nil {
				t.Fatal(err)
			}
			app = reread(t, c, app)
			if c := meta.FindStatusCondition(app.Status.Conditions, v1beta2.ConditionSucceeded); app.Status.AppState.State != v1beta2.ApplicationStateSubmitted || c.Reason != v1beta2.ReasonDriverPending {
				t.Errorf("status %+v", app.Status)
			}
		})
	}
}

// A submission that times out over and over while the API server answers all else is refused in the end, by the same
// rules as one that was refused immediately. What is the API server's own trouble, or a queue, is waited for.
func TestSubmissionThatIsNeverAnsweredEnds(t *testing.T) {
	const limit = 30 * time.Minute
	hangs := apierrors.NewInternalError(errors.New(`failed calling webhook "pods.example.com": context deadline exceeded`))
	for name, tc := range map[string]struct {
		err error
		// fails is whether the API server answers nothing at all now and then.
		fails     bool
		wantEnd   bool
		wantWords string
	}{
		"a request that times out":   {apierrors.NewTimeoutError("request did not complete within the allotted timeout", 1), false, true, "did not complete within"},
		"a gateway that gives up":    {apierrors.NewGenericServerResponse(504, "post", corev1.Resource("pods"), "pi-driver", "gone quiet", 0, true), false, true, "in the time allotted"},
		"a webhook that hangs":       {hangs, false, true, `failed calling webhook "pods.example.com"`},
		"a call that times out here": {fmt.Errorf("post: %w", context.DeadlineExceeded), false, true, "deadline exceeded"},
		"spark-submit that hears so": {&sparksubmit.RefusedError{Code: 504, Reason: "Timeout", Message: "slow"}, false, true, "slow"},
		"an outage":                  {hangs, true, false, ""},
		"an API server under load":   {apierrors.NewTooManyRequests("later", 1), false, false, ""},
		"no connection":              {errors.New("connection refused"), false, false, ""},
		"a full queue":               {sparksubmit.ErrQueueFull, false, false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			app := newApp()
			app.Spec.RestartPolicy = v1beta2.RestartPolicy{Type: v1beta2.RestartPolicyOnFailure, OnSubmissionFailureRetries: new(int32(1))}
			isDown := false
			c := builder(app).WithInterceptorFuncs(interceptor.Funcs{
				Get: func(ctx context.Context, c client.WithWatch, key client.ObjectKey, into client.Object, opts ...client.GetOption) error {
					if _, asks := into.(*metav1.PartialObjectMetadata); asks && isDown {
						return errors.New("connection refused")
					}
					return c.Get(ctx, key, into, opts...)
				},
			}).Build()
			clock := clocktesting.NewFakePassiveClock(start)
			r := &Reconciler{
				Client: c, APIReader: c, Submitter: &submitter{err: tc.err}, Events: events.NewFakeRecorder(100), Clock: clock,
				Policy: lifecycle.Policy{Timeouts: lifecycle.Timeouts{Submission: limit}},
			}
			for at := time.Duration(0); at <= 3*limit; at += time.Minute {
				clock.SetTime(start.Add(at))
				isDown = tc.fails && at%(10*time.Minute) == 0
				if _, err := r.Reconcile(t.Context(), ctrl.Request{NamespacedName: client.ObjectKeyFromObject(app)}); err == nil && at < limit {
					t.Fatalf("after %s: the submission is not tried again", at)
				}
				if app = reread(t, c, app); at < limit && app.Status.SubmissionAttempts > 0 {
					t.Fatalf("given up after %s", at)
				}
			}
			if !tc.wantEnd {
				if app.Status.SubmissionAttempts != 0 {
					t.Errorf("status %+v", app.Status)
				}
				return
			}
			failure := app.Status.LastFailure
			if app.Status.AppState.State != v1beta2.ApplicationStateFailed || app.Status.SubmissionAttempts != 2 || failure == nil ||
				failure.Reason != "SubmissionTimedOut" || !strings.Contains(app.Status.AppState.ErrorMessage, tc.wantWords) {
				t.Errorf("status %+v, failure %+v", app.Status, failure)
			}
		})
	}
}
