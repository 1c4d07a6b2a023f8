// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// minutes is how long two slots of a schedule of every minute and their runs may take.
const minutes = 8 * time.Minute

// schedule returns a schedule of the sample application, changed as given. It is removed with its runs when the test
// ends.
func schedule(ctx context.Context, t *testing.T, name string, change func(*v1beta2.ScheduledSparkApplicationSpec)) *v1beta2.ScheduledSparkApplication {
	t.Helper()
	app := application(t, "spark-pi", name)
	s := &v1beta2.ScheduledSparkApplication{
		ObjectMeta: metav1.ObjectMeta{Namespace: app.Namespace, Name: name},
		Spec:       v1beta2.ScheduledSparkApplicationSpec{Schedule: "* * * * *", TimeZone: "Etc/UTC", Template: app.Spec},
	}
	change(&s.Spec)
	removeSchedule(ctx, t, s)
	if err := c.Client.Create(ctx, s); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 2*soon)
		defer cancel()
		if t.Failed() {
			for _, run := range runsOf(ctx, t, s) {
				explain(ctx, t, &run)
			}
		}
		removeSchedule(ctx, t, s)
	})
	return s
}

// removeSchedule deletes a schedule, and waits until its runs have gone with it.
func removeSchedule(ctx context.Context, t *testing.T, s *v1beta2.ScheduledSparkApplication) {
	t.Helper()
	if err := c.Client.Delete(ctx, s.DeepCopy()); err != nil {
		if !apierrors.IsNotFound(err) {
			t.Error(err)
		}
		return
	}
	err := wait.PollUntilContextTimeout(ctx, 200*time.Millisecond, 2*soon, true, func(ctx context.Context) (bool, error) {
		return len(runsOf(ctx, t, s)) == 0, nil
	})
	if err != nil {
		t.Errorf("schedule %s was deleted, and its runs are not gone: %v", s.Name, err)
	}
}

func runsOf(ctx context.Context, t *testing.T, s *v1beta2.ScheduledSparkApplication) []v1beta2.SparkApplication {
	t.Helper()
	list := &v1beta2.SparkApplicationList{}
	if err := c.Client.List(ctx, list, client.InNamespace(s.Namespace), client.MatchingLabels{sparklabels.ScheduledAppName: s.Name}); err != nil {
		t.Fatal(err)
	}
	return list.Items
}

// untilSchedule reads the schedule until it is as wanted.
func untilSchedule(ctx context.Context, t *testing.T, s *v1beta2.ScheduledSparkApplication, what string, wanted func() bool) {
	t.Helper()
	err := wait.PollUntilContextCancel(ctx, 200*time.Millisecond, true, func(ctx context.Context) (bool, error) {
		return c.Client.Get(ctx, client.ObjectKeyFromObject(s), s) == nil && wanted(), nil
	})
	if err != nil {
		t.Fatalf("schedule %s: waiting for %s: %v; status: %+v", s.Name, what, err, s.Status)
	}
}

func patchSchedule(ctx context.Context, t *testing.T, s *v1beta2.ScheduledSparkApplication, format string, args ...any) {
	t.Helper()
	if err := c.Client.Patch(ctx, s, client.RawPatch("application/merge-patch+json", fmt.Appendf(nil, format, args...))); err != nil {
		t.Fatal(err)
	}
}

// Two slots become two runs that complete, of which the first goes when the second has ended.
func TestScheduleOfEveryMinute(t *testing.T) {
	t.Parallel()
	ctx := limited(t, minutes)
	s := schedule(ctx, t, "e2e-every-minute", func(spec *v1beta2.ScheduledSparkApplicationSpec) { spec.SuccessfulRunHistoryLimit = new(int32(1)) })
	succeeded := func(but ...string) func() bool {
		return func() bool {
			return len(s.Status.PastSuccessfulRunNames) == 1 && !slices.Contains(but, s.Status.PastSuccessfulRunNames[0])
		}
	}
	untilSchedule(ctx, t, s, "a run that completes", succeeded())
	first := s.Status.PastSuccessfulRunNames[0]
	untilSchedule(ctx, t, s, "another one", succeeded(first))
	second := s.Status.PastSuccessfulRunNames[0]
	patchSchedule(ctx, t, s, `{"spec":{"suspend":true}}`)
	untilSchedule(ctx, t, s, "the first one to go", func() bool {
		return !slices.ContainsFunc(runsOf(ctx, t, s), func(run v1beta2.SparkApplication) bool { return run.Name == first })
	})
	run := &v1beta2.SparkApplication{}
	if err := c.Client.Get(ctx, client.ObjectKey{Namespace: s.Namespace, Name: second}, run); err != nil {
		t.Fatal(err)
	}
	slot, err := time.Parse(time.RFC3339, run.Annotations[sparklabels.ScheduledTime])
	if lag := run.CreationTimestamp.Sub(slot); err != nil || slot.Second() != 0 || lag < 0 || lag > soon {
		t.Errorf("the run of %q was made at %s", run.Annotations[sparklabels.ScheduledTime], run.CreationTimestamp)
	}
	if len(s.Status.MissedRuns) > 0 || len(s.Status.PastFailedRunNames) > 0 {
		t.Errorf("status %+v", s.Status)
	}
}

// While a run goes on the next one is skipped, and one that is asked for is refused. The run goes with its schedule.
func TestScheduleThatForbids(t *testing.T) {
	t.Parallel()
	ctx := limited(t, minutes)
	s := schedule(ctx, t, "e2e-forbids", func(spec *v1beta2.ScheduledSparkApplicationSpec) {
		spec.ConcurrencyPolicy, spec.Template.Arguments = v1beta2.ConcurrencyForbid, []string{"100000"}
	})
	untilSchedule(ctx, t, s, "a slot that is skipped", func() bool { return s.Status.MissedRuns["Forbidden"] > 0 })
	if n := len(runsOf(ctx, t, s)); n != 1 {
		t.Errorf("%d runs, want 1", n)
	}
	patchSchedule(ctx, t, s, `{"metadata":{"annotations":{%q:"now"}}}`, sparklabels.RunNow)
	untilSchedule(ctx, t, s, "the run that was asked for to be refused", func() bool {
		return s.Status.RunNow != nil && s.Status.RunNow.Refused != ""
	})
	run := &runsOf(ctx, t, s)[0]
	until(ctx, t, run, "RUNNING", func() bool { return run.Status.AppState.State == stateRunning })
	removeSchedule(ctx, t, s)
	err := wait.PollUntilContextTimeout(ctx, 200*time.Millisecond, 2*soon, true, func(ctx context.Context) (bool, error) {
		return len(children(ctx, t, run)) == 0, nil
	})
	if err != nil {
		t.Errorf("the schedule was deleted, and left are %v", children(ctx, t, run))
	}
}

// A suspended schedule runs when it is asked to, and its driver knows for when.
func TestRunNow(t *testing.T) {
	t.Parallel()
	ctx := limited(t, appLimit)
	s := schedule(ctx, t, "e2e-run-now", func(spec *v1beta2.ScheduledSparkApplicationSpec) { spec.Suspend = new(true) })
	patchSchedule(ctx, t, s, `{"metadata":{"annotations":{%q:"once"}}}`, sparklabels.RunNow)
	untilSchedule(ctx, t, s, "the run", func() bool { return s.Status.RunNow != nil && s.Status.RunNow.RunName != "" })
	run := &v1beta2.SparkApplication{}
	run.Namespace, run.Name = s.Namespace, s.Status.RunNow.RunName
	until(ctx, t, run, "a driver", func() bool { return run.Status.DriverInfo.PodName != "" })
	driver := &corev1.Pod{}
	if err := c.Client.Get(ctx, client.ObjectKey{Namespace: run.Namespace, Name: run.Status.DriverInfo.PodName}, driver); err != nil {
		t.Fatal(err)
	}
	want := corev1.EnvVar{Name: sparklabels.ScheduledTimeVariable, Value: run.Annotations[sparklabels.ScheduledTime]}
	if !slices.Contains(driver.Spec.Containers[0].Env, want) || want.Value == "" {
		t.Errorf("the driver lacks %v: %v", want, driver.Spec.Containers[0].Env)
	}
	untilSchedule(ctx, t, s, "the run to complete", func() bool { return slices.Contains(s.Status.PastSuccessfulRunNames, run.Name) })
	if n := len(runsOf(ctx, t, s)); n != 1 {
		t.Errorf("%d runs of a suspended schedule, want the one that was asked for", n)
	}
}
