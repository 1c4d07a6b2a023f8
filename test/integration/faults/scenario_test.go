// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package faults

import (
	"context"
	"errors"
	"fmt"

	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// scenario is what a user does to an application and what becomes of its drivers.
type scenario struct {
	name string
	// change the application before it is created.
	change func(*v1beta2.SparkApplication)
	// exitCodes of the drivers in the order in which they ran; 0 from there on.
	exitCodes []int32
	// hasty drivers wait for nothing.
	hasty bool
	// unmounted is whether the first driver waits for a volume for ever.
	unmounted bool
	// sidecar is whether something else runs on in the pod of a driver that has ended.
	sidecar bool
	// lingers is whether the driver of a deleted application stays until the application that is made after it says that it waits for it.
	lingers bool
	// script is the user's part. Calls are enumerated and struck from the trial's mark on.
	script func(context.Context, *trial) error
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

var scenarios = []scenario{
	{
		name: "first run",
		script: func(ctx context.Context, t *trial) error {
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
			app.Spec.RestartPolicy.OnFailureRetryInterval = new(int64(1))
		},
		script: func(ctx context.Context, t *trial) error {
			return t.steps(ctx, t.submit(appName), t.untilRunning(1), t.mark, t.release(1, 2),
				t.until(appName, v1beta2.ApplicationStateCompleted, 2))
		},
		want: &counters{State: v1beta2.ApplicationStateCompleted, Attempt: 2, Executions: 2, Submissions: 2},
	},
	{
		name: "suspend and resume",
		script: func(ctx context.Context, t *trial) error {
			return t.steps(ctx, t.submit(appName), t.untilRunning(1), t.mark,
				t.patch(`{"spec":{"suspend":true}}`), t.until(appName, v1beta2.ApplicationStateSuspended, 1), t.nothingRuns,
				t.patch(`{"spec":{"suspend":false}}`), t.release(2), t.until(appName, v1beta2.ApplicationStateCompleted, 2))
		},
		want: &counters{State: v1beta2.ApplicationStateCompleted, Attempt: 2, Executions: 2, Submissions: 2},
	},
	{
		name: "spec change",
		script: func(ctx context.Context, t *trial) error {
			return t.steps(ctx, t.submit(appName), t.untilRunning(1), t.mark,
				t.patch(`{"spec":{"arguments":["42"]}}`), t.release(2), t.until(appName, v1beta2.ApplicationStateCompleted, 2))
		},
		want: &counters{State: v1beta2.ApplicationStateCompleted, Attempt: 2, Executions: 1, Submissions: 1},
	},
	{
		name: "delete",
		script: func(ctx context.Context, t *trial) error {
			return t.steps(ctx, t.submit(appName), t.untilRunning(1), t.mark, t.destroy(appName), t.swept)
		},
	},
	{
		name:   "time to live",
		change: func(app *v1beta2.SparkApplication) { app.Spec.TimeToLiveSeconds = new(int64(1)) },
		script: func(ctx context.Context, t *trial) error {
			return t.steps(ctx, t.submit(appName), t.untilRunning(1), t.mark, t.release(1), t.gone(appName), t.swept)
		},
	},
}

// further scenarios are played with all faults where everything is, and with some otherwise: each call that they make is struck.
var further = []scenario{
	{
		name:    "sidecar that outlives the driver",
		sidecar: true,
		change: func(app *v1beta2.SparkApplication) {
			app.Spec.Timeouts = &v1beta2.Timeouts{SidecarsSeconds: new(int64(1))}
		},
		script: func(ctx context.Context, t *trial) error {
			return t.steps(ctx, t.submit(appName), t.untilRunning(1), t.mark, t.release(1),
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
		script: func(ctx context.Context, t *trial) error {
			return t.steps(ctx, t.submit(appName), t.untilRunning(1), t.mark, t.release(1),
				t.until(appName, v1beta2.ApplicationStateFailed, 1), t.executorsGo)
		},
		want: &counters{State: v1beta2.ApplicationStateFailed, Attempt: 1, Executions: 1, Submissions: 1},
	},
	{
		name:      "driver that cannot start and retry",
		unmounted: true,
		change: func(app *v1beta2.SparkApplication) {
			// Long enough for a second question about what holds it up, and for the driver that can start.
			app.Spec.Timeouts = &v1beta2.Timeouts{DriverPendingSeconds: new(int64(8))}
			app.Spec.RestartPolicy.OnFailureRetries = new(int32(1))
			app.Spec.RestartPolicy.OnFailureRetryInterval = new(int64(1))
		},
		script: func(ctx context.Context, t *trial) error {
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
			app.Spec.RestartPolicy.OnFailureRetryInterval = new(int64(1))
		},
		script: func(ctx context.Context, t *trial) error {
			t.allow(appName, 1)
			return t.steps(ctx, t.submit(appName), t.untilRunning(2), t.budgeted(true), t.release(2),
				t.until(appName, v1beta2.ApplicationStateCompleted, 2), t.budgeted(false))
		},
		fromStart: true,
		want:      &counters{State: v1beta2.ApplicationStateCompleted, Attempt: 2, Executions: 2, Submissions: 2},
	},
	{
		name: "refused submission and retry",
		change: func(app *v1beta2.SparkApplication) {
			app.Spec.RestartPolicy.OnSubmissionFailureRetryInterval = new(int64(3))
		},
		script: func(ctx context.Context, t *trial) error {
			t.allow(appName, 1)
			foreign := obstacles(t.mode, newApplication(t.namespace, appName))["driver pod"]
			foreign.SetNamespace(t.namespace)
			return t.steps(ctx, func(ctx context.Context) error { return t.api.Create(ctx, foreign) },
				t.submit(appName), t.until(appName, v1beta2.ApplicationStateFailedSubmission, 0),
				func(ctx context.Context) error { return t.api.Delete(ctx, foreign, client.GracePeriodSeconds(0)) },
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
		script: func(ctx context.Context, t *trial) error {
			foreign := obstacles(t.mode, newApplication(t.namespace, appName))["driver pod"]
			foreign.SetNamespace(t.namespace)
			return t.steps(ctx, func(ctx context.Context) error { return t.api.Create(ctx, foreign) },
				t.submit(appName), t.until(appName, v1beta2.ApplicationStateFailed, 0), t.nothingIsLeftBut(foreign),
				func(ctx context.Context) error { return t.api.Delete(ctx, foreign, client.GracePeriodSeconds(0)) })
		},
		fromStart: true,
		want:      &counters{State: v1beta2.ApplicationStateFailed, Attempt: 1, Submissions: 1},
	},
	{
		name:    "deleted and made anew",
		lingers: true,
		script: func(ctx context.Context, t *trial) error {
			return t.steps(ctx, t.submit(appName), t.untilRunning(1), t.mark, t.destroy(appName), t.submit(appName), t.release(2),
				t.until(appName, v1beta2.ApplicationStateCompleted, 2))
		},
		want: &counters{State: v1beta2.ApplicationStateCompleted, Attempt: 1, Executions: 1, Submissions: 1},
	},
	{
		name:   "always",
		change: func(app *v1beta2.SparkApplication) { app.Spec.RestartPolicy.Type = v1beta2.RestartPolicyAlways },
		script: func(ctx context.Context, t *trial) error {
			return t.steps(ctx, t.submit(appName), t.untilRunning(1), t.mark, t.release(1), t.untilRunning(2))
		},
		want: &counters{State: v1beta2.ApplicationStateRunning, Attempt: 2, Executions: 2, Submissions: 2},
	},
}

type step func(context.Context) error

func (t *trial) steps(ctx context.Context, steps ...step) error {
	for i, step := range steps {
		if err := step(ctx); err != nil {
			return fmt.Errorf("step %d: %w", i+1, err)
		}
	}
	return nil
}

func newApplication(namespace, name string) *v1beta2.SparkApplication {
	return &v1beta2.SparkApplication{
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: namespace},
		Spec: v1beta2.SparkApplicationSpec{
			Type: v1beta2.SparkApplicationTypeScala, SparkVersion: "4.0.1", Mode: v1beta2.DeployModeCluster,
			Image: new("docker.io/library/spark:4.0.1"), MainClass: new("org.apache.spark.examples.SparkPi"),
			MainApplicationFile: new("local:///opt/spark/examples/jars/spark-examples.jar"),
			RestartPolicy: v1beta2.RestartPolicy{
				Type: v1beta2.RestartPolicyOnFailure, OnSubmissionFailureRetries: new(int32(2)), OnSubmissionFailureRetryInterval: new(int64(1)),
			},
		},
	}
}

func (t *trial) submit(name string) step {
	return func(ctx context.Context) error {
		app := newApplication(t.namespace, name)
		if t.scenario.change != nil {
			t.scenario.change(app)
		}
		return t.api.Create(ctx, app)
	}
}

// until the application is in the state, with as many runs behind it as given.
func (t *trial) until(name string, state v1beta2.ApplicationStateType, runs int) step {
	return func(ctx context.Context) error {
		return t.await(ctx, fmt.Sprintf("%s of run %d", state, runs), func() bool {
			app := t.app(name)
			return app != nil && app.Status.AppState.State == state && t.runsOf(name) == runs
		})
	}
}

// untilRunning waits until the run has told all it has to tell: its driver and executor are up.
func (t *trial) untilRunning(runs int) step {
	return func(ctx context.Context) error {
		return t.await(ctx, fmt.Sprintf("run %d with an executor", runs), func() bool {
			app := t.app(appName)
			if app == nil || app.Status.AppState.State != v1beta2.ApplicationStateRunning || t.runsOf(appName) != runs {
				return false
			}
			for _, state := range app.Status.ExecutorState {
				if state == v1beta2.ExecutorStateRunning {
					return true
				}
			}
			return false
		})
	}
}

// mark waits for the controller to rest and begins to enumerate.
func (t *trial) mark(ctx context.Context) error {
	if err := t.rest(ctx); err != nil {
		return err
	}
	t.ledger.mark()
	return nil
}

// release lets these runs of the application end.
func (t *trial) release(runs ...int) step {
	return func(context.Context) error {
		t.allow(appName, runs...)
		return nil
	}
}

func (t *trial) patch(patch string) step {
	return func(ctx context.Context) error {
		app := &v1beta2.SparkApplication{ObjectMeta: metav1.ObjectMeta{Name: appName, Namespace: t.namespace}}
		return t.api.Patch(ctx, app, client.RawPatch("application/merge-patch+json", []byte(patch)))
	}
}

// budgeted looks whether a drain waits for the driver.
func (t *trial) budgeted(want bool) step {
	return func(ctx context.Context) error {
		return t.poll(ctx, fmt.Sprintf("a budget: %t", want), func() bool {
			budgets := &policyv1.PodDisruptionBudgetList{}
			err := t.api.List(ctx, budgets, client.InNamespace(t.namespace))
			return err == nil && (len(budgets.Items) == 1) == want
		})
	}
}

func (t *trial) destroy(name string) step {
	return func(ctx context.Context) error {
		return t.api.Delete(ctx, &v1beta2.SparkApplication{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: t.namespace}})
	}
}

// driverStops waits until nothing runs in the pod of the driver.
func (t *trial) driverStops(ctx context.Context) error {
	return t.await(ctx, "the driver pod to stop", func() bool {
		drivers := t.podsOf(appName, sparklabels.RoleDriver)
		return len(drivers) == 1 && ended(drivers[0])
	})
}

// executorsGo waits until no executor is left.
func (t *trial) executorsGo(ctx context.Context) error {
	return t.await(ctx, "the executors to go", func() bool { return len(t.podsOf(appName, sparklabels.RoleExecutor)) == 0 })
}

// gone waits until the application is.
func (t *trial) gone(name string) step {
	return func(ctx context.Context) error {
		return t.await(ctx, "the application to go", func() bool { return t.app(name) == nil })
	}
}

// nothingRuns waits until a suspended application has nothing left.
func (t *trial) nothingRuns(ctx context.Context) error {
	return t.emptied(ctx, func(object client.Object) bool { _, isApp := object.(*v1beta2.SparkApplication); return isApp })
}

// nothingIsLeftBut looks whether there is anything but applications and the given object. It does not wait: in the state FAILED nobody looks any more.
func (t *trial) nothingIsLeftBut(kept client.Object) step {
	return func(ctx context.Context) error {
		objects, err := t.objects(ctx)
		for _, object := range objects {
			if _, isApp := object.(*v1beta2.SparkApplication); !isApp && object.GetUID() != kept.GetUID() && object.GetDeletionTimestamp() == nil {
				err = errors.Join(err, fmt.Errorf("%T %s is left", object, object.GetName()))
			}
		}
		return err
	}
}

// swept waits until nothing is left in the namespace.
func (t *trial) swept(ctx context.Context) error {
	return t.emptied(ctx, func(client.Object) bool { return false })
}
