// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package schedule

import (
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// The whole status of a schedule, from its first run to the end of it.
func TestStatusOfALife(t *testing.T) {
	o := hourly("2026-05-01T00:10:00Z", func(o *Observation) {
		o.Schedule.Status, o.Schedule.Generation = v1beta2.ScheduledSparkApplicationStatus{}, 3
	})
	conditions := []metav1.Condition{
		{Type: "Valid", Status: "True", Reason: "ValidationSucceeded", ObservedGeneration: 3, LastTransitionTime: *seconds(o.Now)},
		{Type: "Suspended", Status: "False", Reason: "NotSuspended", ObservedGeneration: 3, LastTransitionTime: *seconds(o.Now)},
	}
	want := v1beta2.ScheduledSparkApplicationStatus{
		NextRun: *seconds(at("2026-05-01T01:00:00Z")), ScheduleState: "Scheduled", ObservedGeneration: 3, Conditions: conditions,
		Schedule: "CRON_TZ=UTC @hourly", LastScheduledTime: seconds(at("2026-05-01T00:00:00Z")),
	}
	compare := func(title string, d Decision, wakesIn time.Duration) {
		t.Helper()
		if diff := cmp.Diff(want, o.Schedule.Status, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("%s: status (-want +got):\n%s", title, diff)
		}
		if d.RequeueAfter != wakesIn {
			t.Errorf("%s: looks again in %s, want %s", title, d.RequeueAfter, wakesIn)
		}
	}
	d, _ := play(t, &o)
	compare("new", d, 50*time.Minute)

	o.Now = at("2026-05-01T01:00:00Z").Add(20 * time.Millisecond)
	d, _ = play(t, &o)
	run := slotName("2026-05-01T01:00:00Z")
	want.LastRun, want.LastRunName, want.ActiveRunNames = *seconds(o.Now), run, []string{run}
	want.LastScheduledTime, want.NextRun = seconds(o.Now), *seconds(at("2026-05-01T02:00:00Z"))
	compare("due", d, time.Hour-20*time.Millisecond)

	setState(&o, v1beta2.ApplicationStateFailed)
	d, _ = play(t, &o)
	want.ActiveRunNames, want.PastFailedRunNames = nil, []string{run}
	compare("ended", d, time.Hour-20*time.Millisecond)

	o.Now = at("2026-05-01T01:30:00Z")
	o.Invalid = "spec.template.driver: no"
	d, _ = play(t, &o)
	want.ScheduleState, want.Reason, want.NextRun = "FailedValidation", o.Invalid, metav1.Time{}
	meta.SetStatusCondition(&want.Conditions, metav1.Condition{
		Type: "Valid", Status: "False", Reason: "ValidationFailed", Message: o.Invalid, ObservedGeneration: 3, LastTransitionTime: *seconds(o.Now),
	})
	compare("invalid", d, 0)

	o.Now, o.Invalid, o.Schedule.Spec.MissedRunPolicy = at("2026-05-01T03:30:00Z"), "", v1beta2.MissedRunSkip
	d, _ = play(t, &o)
	want.ScheduleState, want.Reason, want.NextRun = "Scheduled", "", *seconds(at("2026-05-01T04:00:00Z"))
	want.MissedRuns, want.LastScheduledTime = map[string]int64{"Invalid": 2}, seconds(at("2026-05-01T03:00:00Z"))
	meta.SetStatusCondition(&want.Conditions, metav1.Condition{
		Type: "Valid", Status: "True", Reason: "ValidationSucceeded", ObservedGeneration: 3, LastTransitionTime: *seconds(o.Now),
	})
	compare("mended", d, 30*time.Minute)

	o.Schedule.Spec.Suspend = new(true)
	d, _ = play(t, &o)
	want.Reason, want.NextRun = "spec.suspend is true: no run is started", metav1.Time{}
	meta.SetStatusCondition(&want.Conditions, metav1.Condition{
		Type: "Suspended", Status: "True", Reason: "SuspendRequested", Message: "No run is started while spec.suspend is true",
		ObservedGeneration: 3, LastTransitionTime: *seconds(o.Now),
	})
	compare("suspended", d, 0)

	o.Now, o.Schedule.Spec.Suspend = at("2026-05-01T05:30:00Z"), nil
	play(t, &o)
	if diff := cmp.Diff(map[string]int64{"Invalid": 2, "Suspended": 2}, o.Schedule.Status.MissedRuns); diff != "" {
		t.Errorf("missed after it was resumed (-want +got):\n%s", diff)
	}
}

func TestSchedulesThatAreNotRun(t *testing.T) {
	o := hourly("2026-05-01T02:00:00Z", func(o *Observation) {
		o.Unreadable, o.Schedule.Spec = errors.New(`spec.template.volumes: "none": write a list`), v1beta2.ScheduledSparkApplicationSpec{}
	})
	d, made := play(t, &o)
	if want := `It cannot be read: spec.template.volumes: "none": write a list`; len(made) > 0 || d.Status.ScheduleState != "FailedValidation" || d.Status.Reason != want {
		t.Errorf("made %v, %s: %s", made, d.Status.ScheduleState, d.Status.Reason)
	}
	if d.Status.Schedule != "CRON_TZ=UTC @hourly" || !timeOf(d.Status.LastScheduledTime).Equal(at("2026-05-01T01:00:00Z")) {
		t.Errorf("what cannot be read changes the slots: %s, %s", d.Status.Schedule, d.Status.LastScheduledTime)
	}

	deleted := hourly("2026-05-01T02:00:00Z", has("2026-05-01T01:00:00Z", "COMPLETED"), func(o *Observation) { o.Schedule.DeletionTimestamp = seconds(o.Now) })
	if diff := cmp.Diff(Decision{Status: deleted.Schedule.Status}, Decide(deleted, Policy{})); diff != "" {
		t.Errorf("a schedule that is being deleted (-want +got):\n%s", diff)
	}
}

// An expression that cannot be read any more leaves nothing due; what comes after it counts from then on.
func TestExpressionIsBrokenAndMended(t *testing.T) {
	o := hourly("2026-05-01T02:30:00Z", spec(func(s *v1beta2.ScheduledSparkApplicationSpec) { s.Schedule = "at noon" }))
	play(t, &o)
	if o.Schedule.Status.Schedule != "" || o.Schedule.Status.MissedRuns["ScheduleChanged"] != 1 || !strings.Contains(o.Schedule.Status.Reason, "at noon") {
		t.Fatalf("broken: %+v", o.Schedule.Status)
	}
	o.Now, o.Schedule.Spec.Schedule = at("2026-05-01T05:10:00Z"), "*/20 * * * *"
	if _, made := play(t, &o); len(made) > 0 {
		t.Errorf("mended, it runs %v", made)
	}
	o.Now = at("2026-05-01T05:20:00Z")
	if _, made := play(t, &o); len(made) != 1 || sum(o.Schedule.Status.MissedRuns) != 1 {
		t.Errorf("then it runs %v, and missed %v", made, o.Schedule.Status.MissedRuns)
	}
}

// A run that is refused is tried until it is taken, or missed when the next is due.
func TestRefusedRun(t *testing.T) {
	o := hourly("2026-05-01T02:00:00Z", func(o *Observation) { o.Refused[slotName("2026-05-01T02:00:00Z")] = "exceeded quota" })
	d, _ := play(t, &o)
	condition := meta.FindStatusCondition(d.Status.Conditions, v1beta2.ConditionRunRefused)
	if condition == nil || !strings.Contains(condition.Message, "exceeded quota") || d.RequeueAfter != refusedInterval {
		t.Fatalf("condition %v, looks again in %s", condition, d.RequeueAfter)
	}
	o.Refused = map[string]string{}
	taken := o
	taken.Schedule = o.Schedule.DeepCopy()
	if d, made := play(t, &taken); len(made) != 1 || meta.FindStatusCondition(d.Status.Conditions, v1beta2.ConditionRunRefused) != nil {
		t.Errorf("taken: %v, %v", made, d.Status.Conditions)
	}
	o.Now = at("2026-05-01T03:00:00Z")
	if _, made := play(t, &o); len(made) != 1 || o.Schedule.Status.MissedRuns["Refused"] != 1 {
		t.Errorf("the next is due: made %v, missed %v", made, o.Schedule.Status.MissedRuns)
	}
}

func TestRunOf(t *testing.T) {
	schedule := hourly("2026-05-01T00:00:00Z").Schedule
	schedule.Labels = map[string]string{"team": "a", sparklabels.ScheduledAppName: "forged", sparklabels.TriggeredBy: "forged"}
	schedule.Annotations = map[string]string{"example.com/mine": "x", sparklabels.SubmissionMode: "SparkSubmit"}
	run := RunOf(schedule, Occasion{Trigger: TriggerBackfill, Slot: at("2026-05-01T02:00:00+02:00"), Backfill: at("2026-05-02T00:00:00Z")})
	want := metav1.ObjectMeta{
		Name: "report-1777593600-" + digest("uid", 8), Namespace: "team",
		Labels: map[string]string{"team": "a", sparklabels.ScheduledAppName: "report", sparklabels.TriggeredBy: "backfill"},
		Annotations: map[string]string{
			sparklabels.ScheduledTime: "2026-05-01T00:00:00Z", sparklabels.SubmissionMode: "SparkSubmit", sparklabels.Backfill: "2026-05-02T00:00:00Z",
		},
		OwnerReferences: []metav1.OwnerReference{{
			APIVersion: "sparkoperator.k8s.io/v1beta2", Kind: "ScheduledSparkApplication", Name: "report", UID: "uid", BlockOwnerDeletion: new(true),
		}},
	}
	if diff := cmp.Diff(want, run.ObjectMeta); diff != "" {
		t.Errorf("metadata (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]corev1.EnvVar{{Name: "SPARK_SCHEDULED_TIME", Value: "2026-05-01T00:00:00Z"}}, run.Spec.Driver.Env); diff != "" {
		t.Errorf("environment (-want +got):\n%s", diff)
	}
	if !Owns(schedule, run) || len(schedule.Spec.Template.Driver.Env) > 0 {
		t.Error("it is not a run of the schedule, or the template was changed")
	}
	for title, set := range map[string]func(*v1beta2.SparkApplicationSpec){
		"env": func(s *v1beta2.SparkApplicationSpec) {
			s.Driver.Env = []corev1.EnvVar{{Name: "SPARK_SCHEDULED_TIME", Value: "mine"}}
		},
		"envVars": func(s *v1beta2.SparkApplicationSpec) {
			s.Driver.EnvVars = map[string]string{"SPARK_SCHEDULED_TIME": "mine"}
		},
		"sparkConf": func(s *v1beta2.SparkApplicationSpec) {
			s.SparkConf = map[string]string{"spark.kubernetes.driverEnv.SPARK_SCHEDULED_TIME": "mine"}
		},
		"template": func(s *v1beta2.SparkApplicationSpec) {
			s.Driver.Template = &corev1.PodTemplateSpec{Spec: corev1.PodSpec{Containers: []corev1.Container{{Env: []corev1.EnvVar{{Name: "SPARK_SCHEDULED_TIME"}}}}}}
		},
	} {
		own := schedule.DeepCopy()
		set(&own.Spec.Template)
		if diff := cmp.Diff(own.Spec.Template, RunOf(own, Occasion{Slot: at("2026-05-01T02:00:00Z")}).Spec); diff != "" {
			t.Errorf("%s: what the author has set is changed (-want +got):\n%s", title, diff)
		}
	}
}

// Whatever a schedule is called, its runs have names that applications can have, and no two have the same.
func TestRunNames(t *testing.T) {
	valid := regexp.MustCompile(`^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$`)
	seen := map[string]string{}
	for _, name := range []string{"a", "nightly", strings.Repeat("a", 63), strings.Repeat("a", 62) + "b", strings.Repeat("a-", 31) + "a", "1st.report", "x.y.z"} {
		for _, uid := range []string{"one", "two"} {
			schedule := &v1beta2.ScheduledSparkApplication{ObjectMeta: metav1.ObjectMeta{Name: name, UID: types.UID(name + uid)}}
			for _, of := range []Occasion{
				{Trigger: TriggerSchedule, Slot: time.Unix(1_777_593_600, 0)}, {Trigger: TriggerSchedule, Slot: time.Unix(1_777_593_660, 0)},
				{Trigger: TriggerRunNow, Token: "a"}, {Trigger: TriggerRunNow, Token: strings.Repeat("b", MaxTokenBytes)}, {Trigger: TriggerSchedule, Slot: time.Unix(0, 0)},
			} {
				run := RunName(schedule, of)
				if !valid.MatchString(run) {
					t.Errorf("%s: %s is no name", name, run)
				}
				if other, taken := seen[run]; taken {
					t.Errorf("%s: %s is a run of %s", name, run, other)
				}
				seen[run] = name + " " + uid
			}
		}
	}
}
