// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkapplication

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	volcanov1beta1 "volcano.sh/apis/pkg/apis/scheduling/v1beta1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/testing/builder"
	"github.com/alauda/spark-operator/internal/testing/kubelet"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// step is a part of a script.
type step func(context.Context) error

func (t *world) steps(ctx context.Context, steps ...step) error {
	for i, step := range steps {
		if err := step(ctx); err != nil {
			return fmt.Errorf("step %d: %w", i+1, err)
		}
	}
	return nil
}

func newApplication(namespace, name string) *v1beta2.SparkApplication {
	return builder.SparkApplication(namespace, name, func(app *v1beta2.SparkApplication) {
		app.Spec.RestartPolicy = v1beta2.RestartPolicy{
			Type: v1beta2.RestartPolicyOnFailure, OnSubmissionFailureRetries: new(int32(2)), OnSubmissionFailureRetryInterval: new(int64(1)),
		}
	})
}

func (t *world) submit(name string) step {
	return func(ctx context.Context) error {
		app := newApplication(t.Namespace, name)
		if t.scenario.change != nil {
			t.scenario.change(app)
		}
		return t.API.Create(ctx, app)
	}
}

// until the application is in the state, and has started as many runs as given.
func (t *world) until(name string, state v1beta2.ApplicationStateType, runs int) step {
	return func(ctx context.Context) error {
		return t.Await(ctx, fmt.Sprintf("%s of run %d", state, runs), func() bool {
			app := t.app(name)
			return app != nil && app.Status.AppState.State == state && t.runsOf(name) == runs
		})
	}
}

// untilRunning waits until the status shows that driver and executor of the run are up.
func (t *world) untilRunning(runs int) step {
	return func(ctx context.Context) error {
		return t.Await(ctx, fmt.Sprintf("run %d with an executor", runs), func() bool {
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

// release lets these runs of the application end.
func (t *world) release(runs ...int) step {
	return func(context.Context) error {
		t.allow(appName, runs...)
		return nil
	}
}

func (t *world) patch(patch string) step {
	return func(ctx context.Context) error {
		app := &v1beta2.SparkApplication{ObjectMeta: metav1.ObjectMeta{Name: appName, Namespace: t.Namespace}}
		return t.API.Patch(ctx, app, client.RawPatch("application/merge-patch+json", []byte(patch)))
	}
}

// untilFinalized waits until the controller has done what follows an end.
func (t *world) untilFinalized(ctx context.Context) error {
	if err := t.Await(ctx, "the driver to lose its finalizer", t.finalized); err != nil {
		return err
	}
	return t.Rest(ctx)
}

// expire gives the application, which has ended, a time to live that is over in a second or two.
func (t *world) expire(ctx context.Context) error {
	var ended time.Time
	t.Locked(func() { ended = t.app(appName).Status.TerminationTime.Time })
	return t.patch(fmt.Sprintf(`{"spec":{"timeToLiveSeconds":%d}}`, int(time.Since(ended).Seconds())+2))(ctx)
}

// budgeted looks whether a drain waits for the driver.
func (t *world) budgeted(want bool) step {
	return func(ctx context.Context) error {
		return t.Poll(ctx, fmt.Sprintf("a budget: %t", want), func() bool {
			budgets := &policyv1.PodDisruptionBudgetList{}
			err := t.API.List(ctx, budgets, client.InNamespace(t.Namespace))
			return err == nil && (len(budgets.Items) == 1) == want
		})
	}
}

// ganged looks whether something is kept for the executors.
func (t *world) ganged(want bool) step {
	return func(ctx context.Context) error {
		return t.Poll(ctx, fmt.Sprintf("a PodGroup: %t", want), func() bool {
			groups := &volcanov1beta1.PodGroupList{}
			err := t.API.List(ctx, groups, client.InNamespace(t.Namespace))
			return err == nil && (len(groups.Items) == 1) == want
		})
	}
}

func (t *world) destroy(name string) step {
	return func(ctx context.Context) error {
		return t.API.Delete(ctx, &v1beta2.SparkApplication{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: t.Namespace}})
	}
}

// driverStops waits until nothing runs in the pod of the driver.
func (t *world) driverStops(ctx context.Context) error {
	return t.Await(ctx, "the driver pod to stop", func() bool {
		drivers := t.podsOf(appName, sparklabels.RoleDriver)
		return len(drivers) == 1 && kubelet.HasEnded(drivers[0])
	})
}

// deleting waits until the driver of a deleted application is being deleted and has lost its finalizer.
func (t *world) deleting(ctx context.Context) error {
	return t.Await(ctx, "the driver to be on its way", func() bool {
		for _, driver := range t.podsOf(appName, sparklabels.RoleDriver) {
			if driver.DeletionTimestamp == nil || slices.Contains(driver.Finalizers, sparklabels.DriverEnd) {
				return false
			}
		}
		return true
	})
}

// executorsGo waits until no executor is left.
func (t *world) executorsGo(ctx context.Context) error {
	return t.Await(ctx, "the executors to go", func() bool { return len(t.podsOf(appName, sparklabels.RoleExecutor)) == 0 })
}

// gone waits until the application is.
func (t *world) gone(name string) step {
	return func(ctx context.Context) error {
		return t.Await(ctx, "the application to go", func() bool { return t.app(name) == nil })
	}
}

// nothingRuns waits until a suspended application has nothing left.
func (t *world) nothingRuns(ctx context.Context) error {
	return t.Emptied(ctx, func(object client.Object) bool { _, isApp := object.(*v1beta2.SparkApplication); return isApp })
}

// nothingIsLeftBut looks whether there is anything but applications and the given object. It does not wait: one
// controller cleans up before it stores FAILED. Of two, the slower one may have to come to it.
func (t *world) nothingIsLeftBut(kept client.Object) step {
	stays := func(object client.Object) bool {
		_, isApp := object.(*v1beta2.SparkApplication)
		return isApp || object.GetUID() == kept.GetUID() || object.GetDeletionTimestamp() != nil
	}
	return func(ctx context.Context) error {
		if t.Controllers > 1 {
			return t.Emptied(ctx, stays)
		}
		objects, err := t.Left(ctx)
		for _, object := range slices.DeleteFunc(objects, stays) {
			err = errors.Join(err, fmt.Errorf("%T %s is left", object, object.GetName()))
		}
		return err
	}
}

// swept waits until nothing is left in the namespace.
func (t *world) swept(ctx context.Context) error {
	return t.Emptied(ctx, func(client.Object) bool { return false })
}
