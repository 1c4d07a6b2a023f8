// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package scheduledsparkapplication

import (
	"context"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/pkg/sparklabels"
	"github.com/alauda/spark-operator/test/integration/faults/engine"
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

// create makes the schedule, and waits until it is scheduled.
func (t *world) create(ctx context.Context) error {
	if err := t.API.Create(ctx, t.newSchedule()); err != nil {
		return err
	}
	return t.until("the schedule to be scheduled", func(s *v1beta2.ScheduledSparkApplication) bool {
		return s.Status.ScheduleState == v1beta2.ScheduleStateScheduled && s.Status.NextRun.Equal(&metav1.Time{Time: t.slot(1)})
	})(ctx)
}

// until waits until the status is as wanted, and the controller rests: what comes next finds it at rest each time.
func (t *world) until(what string, wanted func(*v1beta2.ScheduledSparkApplication) bool) step {
	return func(ctx context.Context) error {
		err := t.Await(ctx, what, func() bool { schedule := t.schedule(); return schedule != nil && wanted(schedule) })
		if err != nil {
			return err
		}
		return t.Rest(ctx)
	}
}

// at puts the clock a second after a slot, and has the controller look.
func (t *world) at(slot int) step {
	return func(ctx context.Context) error { return t.forward(ctx, t.slot(slot).Add(time.Second)) }
}

// forward puts the clock to a time, once the controller has seen all that was done before, and has it look.
func (t *world) forward(ctx context.Context, to time.Time) error {
	began := time.Now()
	err := t.Poll(ctx, "the controller to have seen what was done", func() bool {
		return time.Since(began) > engine.QuietTime && t.Injector.Quiet(engine.QuietTime)
	})
	if err != nil {
		return err
	}
	t.clock.forward(to)
	return t.touch(ctx)
}

// touch changes what nobody reads of the schedule.
func (t *world) touch(ctx context.Context) error {
	t.touched++
	return t.patch(fmt.Sprintf(`{"metadata":{"annotations":{"example.com/touched":"%d"}}}`, t.touched))(ctx)
}

func (t *world) patch(patch string) step {
	return func(ctx context.Context) error {
		schedule := &v1beta2.ScheduledSparkApplication{ObjectMeta: metav1.ObjectMeta{Name: scheduleName, Namespace: t.Namespace}}
		return t.API.Patch(ctx, schedule, client.RawPatch("application/merge-patch+json", []byte(patch)))
	}
}

// decided waits until the status says that the slot, and all before it, were run or counted.
func (t *world) decided(slot int) step {
	return t.until(fmt.Sprintf("slot %d to be decided", slot), func(s *v1beta2.ScheduledSparkApplication) bool {
		return s.Status.LastScheduledTime.Equal(&metav1.Time{Time: t.slot(slot)})
	})
}

// made waits until the run of a slot is there, and the status says so.
func (t *world) made(slot int) step {
	return t.until(fmt.Sprintf("the run of slot %d", slot), func(s *v1beta2.ScheduledSparkApplication) bool {
		run := t.runOf(slot)
		return run != nil && s.Status.LastRunName == run.Name
	})
}

// ends has the run of a slot end, and waits until the status says so.
func (t *world) ends(slot int, state v1beta2.ApplicationStateType) step {
	return t.end(fmt.Sprintf("the run of slot %d", slot), func() *v1beta2.SparkApplication { return t.runOf(slot) }, state)
}

// end has a run end, and waits until the status says so.
func (t *world) end(what string, find func() *v1beta2.SparkApplication, state v1beta2.ApplicationStateType) step {
	return func(ctx context.Context) error {
		var run *v1beta2.SparkApplication
		if err := t.Await(ctx, what, func() bool { run = find(); return run != nil }); err != nil {
			return err
		}
		if err := t.report(ctx, run, state); err != nil {
			return err
		}
		return t.until(what+" to be past", func(s *v1beta2.ScheduledSparkApplication) bool { return !contains(s.Status.ActiveRunNames, run.Name) })(ctx)
	}
}

// report writes the state of a run, as the controller of applications does.
func (t *world) report(ctx context.Context, run *v1beta2.SparkApplication, state v1beta2.ApplicationStateType) error {
	patch := fmt.Sprintf(`{"status":{"driverInfo":{},"applicationState":{"state":%q}}}`, state)
	return t.API.Status().Patch(ctx, run.DeepCopy(), client.RawPatch("application/merge-patch+json", []byte(patch)))
}

// driven makes a driver pod of the run of a slot, as the controller of applications does.
func (t *world) driven(slot int) step {
	return func(ctx context.Context) error {
		var run *v1beta2.SparkApplication
		t.Locked(func() { run = t.runOf(slot) })
		if run == nil {
			return fmt.Errorf("slot %d has no run", slot)
		}
		pod := &corev1.Pod{
			ObjectMeta: metav1.ObjectMeta{
				Namespace: t.Namespace, Name: run.Name + "-driver",
				Labels: map[string]string{
					sparklabels.AppName: run.Name, sparklabels.SparkRole: sparklabels.RoleDriver, sparklabels.LaunchedByOperator: sparklabels.True,
				},
				OwnerReferences: []metav1.OwnerReference{*metav1.NewControllerRef(run, v1beta2.GroupVersion.WithKind("SparkApplication"))},
			},
			Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: sparklabels.DriverContainer, Image: "spark"}}},
		}
		if err := t.API.Create(ctx, pod); err != nil {
			return err
		}
		return t.report(ctx, run, v1beta2.ApplicationStateRunning)
	}
}

// replacing waits until the run of a slot is gone, and then for a while in which nothing may be made: its pod is not
// gone. Then that may go.
func (t *world) replacing(slot int) step {
	return func(ctx context.Context) error {
		if err := t.Await(ctx, fmt.Sprintf("the run of slot %d to go", slot), func() bool { return t.runOf(slot) == nil }); err != nil {
			return err
		}
		if err := t.Rest(ctx); err != nil {
			return err
		}
		t.Update(func() { t.released = true })
		return nil
	}
}

// goes waits until the run of a slot is gone.
func (t *world) goes(slot int) step {
	return func(ctx context.Context) error {
		return t.Await(ctx, fmt.Sprintf("the run of slot %d to be pruned", slot), func() bool { return t.runOf(slot) == nil })
	}
}

// runNow asks for a run, and waits until the status says what became of it.
func (t *world) runNow(token string) step {
	return func(ctx context.Context) error {
		if err := t.patch(fmt.Sprintf(`{"metadata":{"annotations":{%q:%q}}}`, sparklabels.RunNow, token))(ctx); err != nil {
			return err
		}
		return t.until("the run that was asked for", func(s *v1beta2.ScheduledSparkApplication) bool {
			return s.Status.RunNow != nil && s.Status.RunNow.Token == token
		})(ctx)
	}
}

func (t *world) destroy(ctx context.Context) error {
	return t.API.Delete(ctx, &v1beta2.ScheduledSparkApplication{ObjectMeta: metav1.ObjectMeta{Name: scheduleName, Namespace: t.Namespace}})
}

// swept waits until nothing is left in the namespace.
func (t *world) swept(ctx context.Context) error {
	return t.Emptied(ctx, func(client.Object) bool { return false })
}
