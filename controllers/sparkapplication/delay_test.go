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

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/tools/events"
	clocktesting "k8s.io/utils/clock/testing"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/identity"
	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/internal/submission"
	"github.com/alauda/spark-operator/internal/submission/sparksubmit"
)

// submitter answers every submission with err.
type submitter struct {
	err   error
	tries int
}

func (s *submitter) Submit(context.Context, *planning.Plan, submission.Confirm) (submission.Result, error) {
	s.tries++
	return submission.Result{}, s.err
}

func (s *submitter) Release(context.Context, *v1beta2.SparkApplication, identity.Attempt, submission.Confirm) error {
	return nil
}

func (s *submitter) Forget(types.NamespacedName) {}

// A submission that has no answer is no attempt, and not kept secret either.
func TestSubmissionWithoutAnAnswerIsToldOf(t *testing.T) {
	for name, refusal := range map[string]error{
		"an admission webhook that is down": apierrors.NewInternalError(errors.New(`failed calling webhook "pods.example.com": connection refused; hunter2hunter2`)),
		"a full queue":                      fmt.Errorf("%w; hunter2hunter2", sparksubmit.ErrQueueFull),
	} {
		t.Run(name, func(t *testing.T) {
			app := newApp()
			app.Spec.SparkConf = map[string]string{"spark.my.password": "hunter2hunter2"}
			c, told, clock := builder(app).Build(), events.NewFakeRecorder(10), clocktesting.NewFakePassiveClock(start)
			fails := &submitter{err: refusal}
			r := &Reconciler{Client: c, APIReader: c, Submitter: fails, Events: told, Clock: clock}
			at := func(after time.Duration, wantSaid bool, wantEvents int) {
				t.Helper()
				clock.SetTime(start.Add(after))
				if _, err := r.Reconcile(t.Context(), ctrl.Request{NamespacedName: client.ObjectKeyFromObject(app)}); err == nil {
					t.Errorf("after %s: the submission is not tried again", after)
				}
				app = reread(t, c, app)
				condition := meta.FindStatusCondition(app.Status.Conditions, v1beta2.ConditionSucceeded)
				said := condition != nil && condition.Status == metav1.ConditionUnknown && condition.Reason == "SubmissionDelayed"
				if said != wantSaid || said && strings.Contains(condition.Message, "hunter2") || len(told.Events) != wantEvents {
					t.Errorf("after %s: %+v, %d events; want it to be said: %t, %d events", after, condition, len(told.Events), wantSaid, wantEvents)
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
			event := <-told.Events
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

func TestNoRetryWaitsForMoreThanAMinute(t *testing.T) {
	waits := retryWaits()
	var last time.Duration
	for range 40 {
		last = waits.When(reconcile.Request{})
	}
	if last != maxRetryWait {
		t.Errorf("the wait comes to %s", last)
	}
}
