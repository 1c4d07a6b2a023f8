// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkapplication

import (
	"context"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
)

// scenario is what a user does to an application and what becomes of its drivers.
type scenario struct {
	name string
	// change the application before it is created.
	change func(*v1beta2.SparkApplication)
	// exitCodes of the drivers in the order in which they ran; 0 from there on.
	exitCodes []int32
	// unpaced drivers do not wait for the status to show each step.
	unpaced bool
	// unmounted is whether the first driver waits for a volume for ever.
	unmounted bool
	// sidecar is whether something else runs on in the pod of a driver that has ended.
	sidecar bool
	// lingers is whether the driver of a deleted application stays until the application that is made after it says
	// that it waits for it, and since when.
	lingers bool
	// gang is whether Volcano is to place driver and executors together.
	gang bool
	// script is the user's part. The calls from the trial's mark on meet faults.
	script func(context.Context, *world) error
	// fromStart is whether the controller's start is marked.
	fromStart bool
	// want is what the counters say in the end, where nothing has gone wrong; nil where nothing is to be left.
	want *counters
}

func (s scenario) exitCode(run int) int32 {
	if run > len(s.exitCodes) {
		return 0
	}
	return s.exitCodes[run-1]
}

const appName = "pi"

// retryInterval, in seconds, is long enough for the status to say that there will be a retry before it is due, on a
// busy machine, too.
const retryInterval = 3

var scenarios = []scenario{
	{
		name: "first run",
		script: func(ctx context.Context, t *world) error {
			t.allow(appName, 1)
			return t.steps(ctx, t.submit(appName), t.until(appName, v1beta2.ApplicationStateCompleted, 1))
		},
		fromStart: true,
		want:      &counters{State: v1beta2.ApplicationStateCompleted, Attempt: 1, Executions: 1, Submissions: 1},
	},
	{
		name:      "failure and retry",
		exitCodes: []int32{1},
		change: func(app *v1beta2.SparkApplication) {
			app.Spec.RestartPolicy.OnFailureRetries = new(int32(1))
			app.Spec.RestartPolicy.OnFailureRetryInterval = new(int64(retryInterval))
		},
		script: func(ctx context.Context, t *world) error {
			return t.steps(ctx, t.submit(appName), t.untilRunning(1), t.Mark, t.release(1, 2),
				t.until(appName, v1beta2.ApplicationStateCompleted, 2))
		},
		want: &counters{State: v1beta2.ApplicationStateCompleted, Attempt: 2, Executions: 2, Submissions: 2},
	},
	{
		name: "suspend and resume",
		script: func(ctx context.Context, t *world) error {
			return t.steps(ctx, t.submit(appName), t.untilRunning(1), t.Mark,
				t.patch(`{"spec":{"suspend":true}}`), t.until(appName, v1beta2.ApplicationStateSuspended, 1), t.nothingRuns,
				t.patch(`{"spec":{"suspend":false}}`), t.release(2), t.until(appName, v1beta2.ApplicationStateCompleted, 2))
		},
		want: &counters{State: v1beta2.ApplicationStateCompleted, Attempt: 2, Executions: 2, Submissions: 2},
	},
	{
		name: "spec change",
		script: func(ctx context.Context, t *world) error {
			return t.steps(ctx, t.submit(appName), t.untilRunning(1), t.Mark,
				t.patch(`{"spec":{"arguments":["42"]}}`), t.release(2), t.until(appName, v1beta2.ApplicationStateCompleted, 2))
		},
		want: &counters{State: v1beta2.ApplicationStateCompleted, Attempt: 2, Executions: 1, Submissions: 1},
	},
	{
		name: "delete",
		script: func(ctx context.Context, t *world) error {
			return t.steps(ctx, t.submit(appName), t.untilRunning(1), t.Mark, t.destroy(appName), t.swept)
		},
	},
	{
		name: "time to live",
		script: func(ctx context.Context, t *world) error {
			return t.steps(ctx, t.submit(appName), t.untilRunning(1), t.Mark, t.release(1),
				t.until(appName, v1beta2.ApplicationStateCompleted, 1), t.untilFinalized, t.expire, t.gone(appName), t.swept)
		},
	},
}

// further scenarios run with all faults where everything is run, and with two otherwise.
var further = []scenario{
	{
		name:    "sidecar that outlives the driver",
		sidecar: true,
		change: func(app *v1beta2.SparkApplication) {
			app.Spec.Timeouts = &v1beta2.Timeouts{SidecarsSeconds: new(int64(1))}
		},
		script: func(ctx context.Context, t *world) error {
			return t.steps(ctx, t.submit(appName), t.untilRunning(1), t.Mark, t.release(1),
				t.until(appName, v1beta2.ApplicationStateCompleted, 1), t.driverStops)
		},
		want: &counters{State: v1beta2.ApplicationStateCompleted, Attempt: 1, Executions: 1, Submissions: 1},
	},
	{
		name:      "executor that outlives the driver",
		exitCodes: []int32{1},
		change: func(app *v1beta2.SparkApplication) {
			app.Spec.RestartPolicy.Type = v1beta2.RestartPolicyNever
			app.Spec.Timeouts = &v1beta2.Timeouts{ExecutorsEndSeconds: new(int64(1))}
		},
		script: func(ctx context.Context, t *world) error {
			return t.steps(ctx, t.submit(appName), t.untilRunning(1), t.Mark, t.release(1),
				t.until(appName, v1beta2.ApplicationStateFailed, 1), t.executorsGo)
		},
		want: &counters{State: v1beta2.ApplicationStateFailed, Attempt: 1, Executions: 1, Submissions: 1},
	},
	{
		name:      "driver that cannot start and retry",
		unmounted: true,
		change: func(app *v1beta2.SparkApplication) {
			// Long enough for a second question about what holds it up, and for the driver that can start, on a busy
			// machine as well.
			app.Spec.Timeouts = &v1beta2.Timeouts{DriverPendingSeconds: new(int64(15))}
			app.Spec.RestartPolicy.OnFailureRetries = new(int32(1))
			app.Spec.RestartPolicy.OnFailureRetryInterval = new(int64(retryInterval))
		},
		script: func(ctx context.Context, t *world) error {
			t.allow(appName, 1)
			return t.steps(ctx, t.submit(appName), t.until(appName, v1beta2.ApplicationStateCompleted, 1))
		},
		fromStart: true,
		want:      &counters{State: v1beta2.ApplicationStateCompleted, Attempt: 2, Executions: 2, Submissions: 2},
	},
	{
		name:      "exposed driver and retry",
		exitCodes: []int32{1},
		change: func(app *v1beta2.SparkApplication) {
			app.Spec.DriverPodDisruptionBudget = new(true)
			app.Spec.DriverIngressOptions = []v1beta2.DriverIngressConfiguration{
				{ServicePort: new(int32(8888)), ServicePortName: new("notebook"), IngressURLFormat: "{{$appName}}.example.com"},
			}
			app.Spec.RestartPolicy.OnFailureRetries = new(int32(1))
			app.Spec.RestartPolicy.OnFailureRetryInterval = new(int64(retryInterval))
		},
		script: func(ctx context.Context, t *world) error {
			t.allow(appName, 1)
			return t.steps(ctx, t.submit(appName), t.untilRunning(2), t.budgeted(true), t.release(2),
				t.until(appName, v1beta2.ApplicationStateCompleted, 2), t.budgeted(false))
		},
		fromStart: true,
		want:      &counters{State: v1beta2.ApplicationStateCompleted, Attempt: 2, Executions: 2, Submissions: 2},
	},
	{
		name: "gang, suspend and resume",
		gang: true,
		script: func(ctx context.Context, t *world) error {
			return t.steps(ctx, t.submit(appName), t.untilRunning(1), t.ganged(true),
				t.patch(`{"spec":{"suspend":true}}`), t.until(appName, v1beta2.ApplicationStateSuspended, 1), t.ganged(false),
				t.patch(`{"spec":{"suspend":false}}`), t.release(2), t.until(appName, v1beta2.ApplicationStateCompleted, 2), t.ganged(false))
		},
		fromStart: true,
		want:      &counters{State: v1beta2.ApplicationStateCompleted, Attempt: 2, Executions: 2, Submissions: 2},
	},
	{
		name: "refused submission and retry",
		change: func(app *v1beta2.SparkApplication) {
			app.Spec.RestartPolicy.OnSubmissionFailureRetryInterval = new(int64(2 * retryInterval))
		},
		script: func(ctx context.Context, t *world) error {
			t.allow(appName, 1)
			foreign := obstacles(t.mode, newApplication(t.Namespace, appName))["driver pod"]
			foreign.SetNamespace(t.Namespace)
			return t.steps(ctx, func(ctx context.Context) error { return t.API.Create(ctx, foreign) },
				t.submit(appName), t.until(appName, v1beta2.ApplicationStateFailedSubmission, 0),
				func(ctx context.Context) error { return t.API.Delete(ctx, foreign, client.GracePeriodSeconds(0)) },
				t.until(appName, v1beta2.ApplicationStateCompleted, 1))
		},
		fromStart: true,
		want:      &counters{State: v1beta2.ApplicationStateCompleted, Attempt: 2, Executions: 1, Submissions: 2},
	},
	{
		name: "refused for good",
		change: func(app *v1beta2.SparkApplication) {
			app.Spec.RestartPolicy.OnSubmissionFailureRetries = new(int32(0))
			app.Spec.DriverPodDisruptionBudget = new(true)
		},
		script: func(ctx context.Context, t *world) error {
			foreign := obstacles(t.mode, newApplication(t.Namespace, appName))["driver pod"]
			foreign.SetNamespace(t.Namespace)
			return t.steps(ctx, func(ctx context.Context) error { return t.API.Create(ctx, foreign) },
				t.submit(appName), t.until(appName, v1beta2.ApplicationStateFailed, 0), t.nothingIsLeftBut(foreign),
				func(ctx context.Context) error { return t.API.Delete(ctx, foreign, client.GracePeriodSeconds(0)) })
		},
		fromStart: true,
		want:      &counters{State: v1beta2.ApplicationStateFailed, Attempt: 1, Submissions: 1},
	},
	{
		name:    "deleted and made anew",
		lingers: true,
		script: func(ctx context.Context, t *world) error {
			return t.steps(ctx, t.submit(appName), t.untilRunning(1), t.Mark, t.destroy(appName), t.deleting, t.Rest, t.submit(appName), t.release(2),
				t.until(appName, v1beta2.ApplicationStateCompleted, 2))
		},
		want: &counters{State: v1beta2.ApplicationStateCompleted, Attempt: 1, Executions: 1, Submissions: 1},
	},
	{
		name:    "replaced by one of its name",
		lingers: true,
		script: func(ctx context.Context, t *world) error {
			// The controller is to remove the driver, whoever is faster otherwise.
			t.Update(func() { t.Uncollected = true })
			replace := func(ctx context.Context) error {
				return t.Injector.Unseen("sparkapplications", func() error { return t.steps(ctx, t.destroy(appName), t.submit(appName)) })
			}
			return t.steps(ctx, t.submit(appName), t.untilRunning(1), t.Mark, replace, t.release(2),
				t.until(appName, v1beta2.ApplicationStateCompleted, 2))
		},
		want: &counters{State: v1beta2.ApplicationStateCompleted, Attempt: 1, Executions: 1, Submissions: 1},
	},
	{
		name:   "always",
		change: func(app *v1beta2.SparkApplication) { app.Spec.RestartPolicy.Type = v1beta2.RestartPolicyAlways },
		script: func(ctx context.Context, t *world) error {
			return t.steps(ctx, t.submit(appName), t.untilRunning(1), t.Mark, t.release(1), t.untilRunning(2))
		},
		want: &counters{State: v1beta2.ApplicationStateRunning, Attempt: 2, Executions: 2, Submissions: 2},
	},
}
