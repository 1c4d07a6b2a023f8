// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package scheduledsparkapplication

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/testing/kubelet"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// halted has the runs stay as they are made: the test says what becomes of them.
func halted(spec *v1beta2.ScheduledSparkApplicationSpec) { spec.Template.Suspend = new(true) }

// A run lives from its slot to its end, by the controllers of both kinds, and its driver knows its slot. Its end is
// seen at once.
func TestARunFromItsSlotToItsEnd(t *testing.T) {
	namespace, c := newNamespace(t), &wound{}
	create(t, &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "default"}})
	start(t, namespace, c, nil)
	s, first := hourly(namespace, "daily")
	s.Labels = map[string]string{"team": "a", sparklabels.ScheduledAppName: "forged"}
	create(t, s)
	untilScheduled(t, s)
	if !s.Status.NextRun.Time.Equal(first) {
		t.Errorf("nextRun = %s, want %s", s.Status.NextRun, first)
	}
	c.forward(first)
	touch(t, s)
	run := untilRun(t, namespace, first)
	want := []metav1.OwnerReference{{
		APIVersion: "sparkoperator.k8s.io/v1beta2", Kind: "ScheduledSparkApplication", Name: s.Name, UID: s.UID, BlockOwnerDeletion: new(true),
	}}
	if diff := cmp.Diff(want, run.OwnerReferences); diff != "" {
		t.Errorf("owners (-want +got):\n%s", diff)
	}
	if run.Labels[sparklabels.ScheduledAppName] != "daily" || run.Labels["team"] != "a" {
		t.Errorf("labels %v", run.Labels)
	}
	driver := &corev1.Pod{}
	eventually(t, func(ctx context.Context) bool {
		return api.Get(ctx, client.ObjectKey{Namespace: namespace, Name: run.Name + "-driver"}, driver) == nil
	}, func() string { return "a driver" })
	env := driver.Spec.Containers[0].Env
	slot := corev1.EnvVar{Name: sparklabels.ScheduledTimeVariable, Value: first.Format(time.RFC3339)}
	if !strings.Contains(cmp.Diff(nil, env), slot.Value) {
		t.Errorf("the driver does not know %s: %v", slot, env)
	}
	until(t, s, "the run to be under way", func() bool { return len(s.Status.ActiveRunNames) == 1 && s.Status.LastRunName == run.Name })
	if err := (kubelet.Kubelet{Client: api}).Report(t.Context(), driver, kubelet.Ended(driver, 0)); err != nil {
		t.Fatal(err)
	}
	until(t, s, "the run to be past", func() bool {
		return len(s.Status.ActiveRunNames) == 0 && cmp.Equal(s.Status.PastSuccessfulRunNames, []string{run.Name})
	})
	if next := first.Add(time.Hour); !s.Status.NextRun.Time.Equal(next) {
		t.Errorf("nextRun = %s, want %s", s.Status.NextRun, next)
	}
}

// The controller is down while several slots come. What becomes of them the policy says, and each is accounted for.
func TestDownOverSeveralSlots(t *testing.T) {
	for policy, tc := range map[v1beta2.MissedRunPolicy]struct {
		slots  []int
		missed map[string]int64
	}{
		"":                    {[]int{5}, map[string]int64{"OperatorDown": 4}},
		v1beta2.MissedRunOnce: {[]int{5}, map[string]int64{"OperatorDown": 4}},
		v1beta2.MissedRunAll:  {[]int{1, 2, 3, 4, 5}, nil},
		v1beta2.MissedRunSkip: {nil, map[string]int64{"OperatorDown": 5}},
	} {
		t.Run(string(policy), func(t *testing.T) {
			namespace, c := newNamespace(t), &wound{}
			stop := start(t, namespace, c, nil)
			s, first := hourly(namespace, "daily", halted, func(spec *v1beta2.ScheduledSparkApplicationSpec) { spec.MissedRunPolicy = policy })
			create(t, s)
			untilScheduled(t, s)
			stop()
			last := first.Add(4 * time.Hour)
			c.forward(last.Add(10 * time.Minute))
			start(t, namespace, c, nil)
			until(t, s, "the last slot to be decided", func() bool { return s.Status.LastScheduledTime.Equal(&metav1.Time{Time: last}) })
			made := runs(t, namespace)
			for _, n := range tc.slots {
				if made[first.Add(time.Duration(n-1)*time.Hour)] == nil {
					t.Errorf("slot %d was not run", n)
				}
			}
			if len(made) != len(tc.slots) {
				t.Errorf("%d runs, want %d", len(made), len(tc.slots))
			}
			if diff := cmp.Diff(tc.missed, s.Status.MissedRuns); diff != "" {
				t.Errorf("missed (-want +got):\n%s", diff)
			}
		})
	}
}

// What the run's submission would refuse is refused when the schedule is made, also without a webhook, with the path in
// the schedule; and a schedule that is mended is scheduled at once.
func TestATemplateIsExaminedWithoutAWebhook(t *testing.T) {
	namespace, c := newNamespace(t), &wound{}
	start(t, namespace, c, nil)
	for name, tc := range map[string]struct {
		change     func(*v1beta2.ScheduledSparkApplicationSpec)
		field, fix string
	}{
		"template": {
			func(spec *v1beta2.ScheduledSparkApplicationSpec) {
				spec.Template.SparkConf = map[string]string{"spark.master": "k8s://elsewhere"}
			}, "spec.template.sparkConf", `{"spec":{"template":{"sparkConf":null}}}`,
		},
		"expression": {
			func(spec *v1beta2.ScheduledSparkApplicationSpec) { spec.Schedule = "61 * * * *" }, "spec.schedule", `{"spec":{"schedule":"@daily"}}`,
		},
		"never": {
			func(spec *v1beta2.ScheduledSparkApplicationSpec) { spec.Schedule = "0 0 30 2 *" }, "spec.schedule", `{"spec":{"schedule":"@daily"}}`,
		},
		"zone": {
			func(spec *v1beta2.ScheduledSparkApplicationSpec) { spec.TimeZone = "Nowhere/At_All" }, "spec.timeZone", `{"spec":{"timeZone":"Asia/Kolkata"}}`,
		},
		"policy": {
			func(spec *v1beta2.ScheduledSparkApplicationSpec) { spec.ConcurrencyPolicy = "Perhaps" }, "spec.concurrencyPolicy", `{"spec":{"concurrencyPolicy":"Allow"}}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, _ := hourly(namespace, name, halted, tc.change)
			create(t, s)
			until(t, s, "the schedule to fail", func() bool { return s.Status.ScheduleState == v1beta2.ScheduleStateFailedValidation })
			valid := meta.FindStatusCondition(s.Status.Conditions, v1beta2.ConditionValid)
			if !strings.Contains(s.Status.Reason, tc.field) || valid == nil || valid.Status != metav1.ConditionFalse || !strings.Contains(valid.Message, tc.field) {
				t.Errorf("reason %q, condition %+v, want %s in both", s.Status.Reason, valid, tc.field)
			}
			patch(t, s, "%s", tc.fix)
			untilScheduled(t, s)
			if !meta.IsStatusConditionTrue(s.Status.Conditions, v1beta2.ConditionValid) || s.Status.Reason != "" || s.Status.NextRun.IsZero() {
				t.Errorf("mended: %+v", s.Status)
			}
		})
	}
}

// What is kept is a matter of the end of a run, and not of the next one.
func TestHistoryIsPrunedWhenARunEnds(t *testing.T) {
	namespace, c := newNamespace(t), &wound{}
	start(t, namespace, c, nil)
	s, first := hourly(namespace, "daily", halted, func(spec *v1beta2.ScheduledSparkApplicationSpec) {
		spec.SuccessfulRunHistoryLimit, spec.FailedRunHistoryLimit = new(int32(1)), new(int32(0))
	})
	create(t, s)
	untilScheduled(t, s)
	var made []*v1beta2.SparkApplication
	for n := range 3 {
		slot := first.Add(time.Duration(n) * time.Hour)
		c.forward(slot)
		touch(t, s)
		made = append(made, untilRun(t, namespace, slot))
	}
	ends(t, made[0], v1beta2.ApplicationStateCompleted)
	ends(t, made[2], v1beta2.ApplicationStateFailed)
	until(t, s, "the failed run to be pruned", func() bool { return isGone(t, made[2]) && !isGone(t, made[0]) })
	ends(t, made[1], v1beta2.ApplicationStateCompleted)
	until(t, s, "the first run to be pruned", func() bool {
		return isGone(t, made[0]) && cmp.Equal(s.Status.PastSuccessfulRunNames, []string{made[1].Name}) && len(s.Status.PastFailedRunNames) == 0
	})
}

func isGone(t *testing.T, object client.Object) bool {
	t.Helper()
	return apierrors.IsNotFound(api.Get(t.Context(), client.ObjectKeyFromObject(object), object.DeepCopyObject().(client.Object)))
}

// A schedule that is being deleted makes no run, whatever holds it up; a run that is orphaned is its own.
func TestDeletionAndOrphans(t *testing.T) {
	namespace, c := newNamespace(t), &wound{}
	start(t, namespace, c, nil)
	s, first := hourly(namespace, "daily", halted)
	s.Finalizers = []string{"example.com/keep"}
	create(t, s)
	untilScheduled(t, s)
	c.forward(first)
	touch(t, s)
	run := untilRun(t, namespace, first)
	until(t, s, "the run to be under way", func() bool { return len(s.Status.ActiveRunNames) == 1 })
	patch(t, run, `{"metadata":{"ownerReferences":null}}`)
	until(t, s, "the orphan to be left", func() bool { return len(s.Status.ActiveRunNames) == 0 })
	if err := api.Delete(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	c.forward(first.Add(time.Hour))
	touch(t, s)
	// By the time that this one has run, the other one has been passed over.
	next, _ := hourly(namespace, "next", halted, func(spec *v1beta2.ScheduledSparkApplicationSpec) { spec.Schedule = s.Spec.Schedule })
	create(t, next)
	until(t, next, "the other schedule", func() bool { return next.Status.ScheduleState != "" })
	for slot, made := range runs(t, namespace) {
		if !slot.Equal(first) && made.Labels[sparklabels.ScheduledAppName] == s.Name {
			t.Errorf("%s was made for %s by a schedule that is being deleted", made.Name, slot)
		}
	}
	if isGone(t, run) {
		t.Error("the orphan was deleted")
	}
	patch(t, s, `{"metadata":{"finalizers":null}}`)
}

// Edits of schedule, zone and template take effect at once.
func TestEditsTakeEffectAtOnce(t *testing.T) {
	namespace, c := newNamespace(t), &wound{}
	start(t, namespace, c, nil)
	s, first := hourly(namespace, "daily", halted)
	create(t, s)
	untilScheduled(t, s)
	sooner := first.Add(-10 * time.Minute)
	patch(t, s, `{"spec":{"schedule":"%d * * * *","template":{"arguments":["edited"]}}}`, sooner.Minute())
	until(t, s, "the next run by the new expression", func() bool { return s.Status.NextRun.Time.Equal(sooner) })
	// The minutes of Kathmandu are 45 ahead of those of UTC.
	patch(t, s, `{"spec":{"timeZone":"Asia/Kathmandu","schedule":"%d * * * *"}}`, sooner.Add(45*time.Minute+5*time.Minute).Minute())
	slot := sooner.Add(5 * time.Minute)
	until(t, s, "the next run in the new zone", func() bool { return s.Status.NextRun.Time.Equal(slot) })
	c.forward(slot)
	touch(t, s)
	if run := untilRun(t, namespace, slot); !cmp.Equal(run.Spec.Arguments, []string{"edited"}) {
		t.Errorf("arguments %v", run.Spec.Arguments)
	}
}

// A schedule with the longest name that the API server takes runs, and so do two that differ at the end only.
func TestTheLongestNamesRun(t *testing.T) {
	namespace, c := newNamespace(t), &wound{}
	start(t, namespace, c, nil)
	names := []string{strings.Repeat("a", 63), strings.Repeat("a", 62) + "b"}
	var first time.Time
	for _, name := range names {
		var s *v1beta2.ScheduledSparkApplication
		s, first = hourly(namespace, name, func(spec *v1beta2.ScheduledSparkApplicationSpec) { spec.MissedRunPolicy = v1beta2.MissedRunAll })
		create(t, s)
		untilScheduled(t, s)
		c.forward(first)
		touch(t, s)
		until(t, s, "a run", func() bool { return s.Status.LastRunName != "" })
		run := &v1beta2.SparkApplication{}
		eventually(t, func(ctx context.Context) bool {
			return api.Get(ctx, client.ObjectKey{Namespace: namespace, Name: s.Status.LastRunName}, run) == nil && run.Status.AppState.State == v1beta2.ApplicationStateSubmitted
		}, func() string { return "the run to be submitted: " + run.Status.AppState.ErrorMessage })
	}
}
