// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkapplication

import (
	"context"
	"strings"
	"testing"
	"time"
	"unicode"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/submission/mode"
	"github.com/alauda/spark-operator/internal/submission/sparksubmit"
)

// Nothing schedules pods here: nobody says so but the operator, in the list, in a condition and in an event, within a
// minute.
func TestASchedulerThatNobodyRunsIsNamed(t *testing.T) {
	t.Parallel()
	app := newApplication(newNamespace(t), func(app *v1beta2.SparkApplication) { app.Spec.Driver.SchedulerName = new("fair-scheduler") })
	startController(t, app.Namespace)
	create(t, app)
	until(t, app, submitted)
	var condition *metav1.Condition
	err := wait.PollUntilContextTimeout(t.Context(), 200*time.Millisecond, time.Minute, true, func(ctx context.Context) (bool, error) {
		if err := api.Get(ctx, client.ObjectKeyFromObject(app), app); err != nil {
			return false, err
		}
		condition = meta.FindStatusCondition(app.Status.Conditions, v1beta2.ConditionSucceeded)
		return condition.Reason == "WaitingForScheduler", nil
	})
	if err != nil || !strings.Contains(condition.Message, `No scheduler named "fair-scheduler" has looked at pod pi-driver`) {
		t.Fatalf("%v: condition %+v", err, condition)
	}
	wantEvents(t, app, "SparkDriverPending")
}

// What is stored and reported of a failure is one line that begins with the cause, and can be sorted by time.
func TestMessagesBeginWithTheCause(t *testing.T) {
	t.Parallel()
	const trace = "26/11/27 10:00:00 INFO SparkContext: Running\nException in thread \"main\" java.lang.IllegalStateException: no input\n\tat a.B.c(B.java:1)\n"
	for name, tc := range map[string]struct {
		play func(t *testing.T, app *v1beta2.SparkApplication)
		want string
	}{
		"a driver": {func(t *testing.T, app *v1beta2.SparkApplication) {
			t.Helper()
			startController(t, app.Namespace)
			create(t, app)
			until(t, app, submitted)
			report(t, driver(t, app), corev1.PodFailed, corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{
				ExitCode: 1, Reason: "Error", Message: trace, FinishedAt: metav1.Now(),
			}})
		}, "java.lang.IllegalStateException: no input (driver container failed with ExitCode: 1, Reason: Error)"},
		"spark-submit": {func(t *testing.T, app *v1beta2.SparkApplication) {
			t.Helper()
			submittedBy(mode.SparkSubmit)(app)
			spark := fakeSpark(t, `echo "Error: Unrecognized option: --no-such" >&2; echo "Usage: spark-submit [options]" >&2; seq 2000 >&2; exit 1`)
			startControllerWith(t, app.Namespace, sparksubmit.Options{Home: spark, Dir: t.TempDir()})
			create(t, app)
		}, "Error: Unrecognized option: --no-such (failed to run spark-submit: it exited with code 1)"},
		"Pod Security": {func(t *testing.T, app *v1beta2.SparkApplication) {
			t.Helper()
			restrict(t, app.Namespace)
			// The executors comply: they are tried before the driver.
			app.Spec.Executor.SecurityContext = &corev1.SecurityContext{}
			restricted(app.Spec.Executor.SecurityContext)
			startController(t, app.Namespace)
			create(t, app)
		}, `pods "pi-driver" is forbidden: violates PodSecurity "restricted:latest": `},
	} {
		t.Run(name, func(t *testing.T) {
			app := newApplication(newNamespace(t))
			tc.play(t, app)
			until(t, app, v1beta2.ApplicationStateFailed)
			condition := meta.FindStatusCondition(app.Status.Conditions, v1beta2.ConditionSucceeded)
			for where, got := range map[string]string{
				"errorMessage": app.Status.AppState.ErrorMessage, "lastFailure": app.Status.LastFailure.Message, "condition": condition.Message,
			} {
				if !strings.HasPrefix(got, tc.want) || strings.ContainsFunc(got, unicode.IsControl) {
					t.Errorf("%s: %q, want it to begin with %q", where, got, tc.want)
				}
			}
			hasEvent(t, app, "SparkApplicationFailed", tc.want)
			list := &corev1.EventList{}
			if err := api.List(t.Context(), list, client.InNamespace(app.Namespace)); err != nil {
				t.Fatal(err)
			}
			for _, e := range list.Items {
				if e.InvolvedObject.Kind != "SparkApplication" {
					continue // The API server has events of its own, of Services.
				}
				if e.LastTimestamp.IsZero() || e.FirstTimestamp.IsZero() || e.Count != 1 || e.Source.Component == "" || strings.ContainsFunc(e.Message, unicode.IsControl) {
					t.Errorf("event %s: last %s, first %s, count %d, of %q: %q", e.Reason, e.LastTimestamp, e.FirstTimestamp, e.Count, e.Source.Component, e.Message)
				}
			}
		})
	}
}
