// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package schedule

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/pkg/sparkconf"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// Trigger is what a run is made for; the value of a label.
type Trigger string

// The triggers.
const (
	TriggerSchedule Trigger = sparklabels.TriggeredBySchedule
	TriggerCatchUp  Trigger = sparklabels.TriggeredByCatchUp
	TriggerRunNow   Trigger = sparklabels.TriggeredByRunNow
	TriggerBackfill Trigger = sparklabels.TriggeredByBackfill
)

// Triggers returns every trigger.
func Triggers() []Trigger {
	return []Trigger{TriggerSchedule, TriggerCatchUp, TriggerRunNow, TriggerBackfill}
}

// Occasion is what a run is made for.
type Occasion struct {
	Trigger Trigger
	// Slot is when the run is due; for one that was asked for, when that was seen.
	Slot time.Time
	// Token is the value of the annotation that asked for the run; only with TriggerRunNow.
	Token string
	// Backfill is when the backfill began that makes the run; only with TriggerBackfill.
	Backfill time.Time
}

// OwnerKind is the kind that runs name as their owner.
const OwnerKind = "ScheduledSparkApplication"

// RunName returns the name of the run of a schedule: that of the schedule, cut, the slot, and a digest of the
// schedule's UID. The slot may be run on time, late or by a backfill, and is the same run.
func RunName(schedule *v1beta2.ScheduledSparkApplication, of Occasion) string {
	if of.Trigger == TriggerRunNow {
		return named(schedule.Name, "-now-"+digest(string(schedule.UID)+"/"+of.Token, 16))
	}
	return named(schedule.Name, fmt.Sprintf("-%d-%s", of.Slot.Unix(), digest(string(schedule.UID), 8)))
}

// named returns a name that a SparkApplication can have. Schedules may have been stored with names that are none.
func named(name, tail string) string {
	if name != "" && (name[0] < 'a' || name[0] > 'z') {
		name = "run-" + name
	}
	name = strings.ReplaceAll(name, ".", "-")
	if room := sparklabels.MaxLabelLength - len(tail); len(name) > room {
		name = name[:room]
	}
	return strings.TrimRight(name, "-") + tail
}

func digest(text string, digits int) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])[:digits]
}

// RunOf returns the run of a schedule as it is to be made. Its spec is the template but for the slot, which the driver
// is given unless the author has given it one.
func RunOf(schedule *v1beta2.ScheduledSparkApplication, of Occasion) *v1beta2.SparkApplication {
	slot := of.Slot.UTC().Format(time.RFC3339)
	run := &v1beta2.SparkApplication{
		TypeMeta: metav1.TypeMeta{APIVersion: v1beta2.GroupVersion.String(), Kind: "SparkApplication"},
		ObjectMeta: metav1.ObjectMeta{
			Name:            RunName(schedule, of),
			Namespace:       schedule.Namespace,
			Labels:          map[string]string{},
			Annotations:     map[string]string{sparklabels.ScheduledTime: slot},
			OwnerReferences: []metav1.OwnerReference{ownerReference(schedule)},
		},
		Spec: *schedule.Spec.Template.DeepCopy(),
	}
	maps.Copy(run.Labels, schedule.Labels)
	run.Labels[sparklabels.ScheduledAppName] = sparklabels.Value(schedule.Name)
	run.Labels[sparklabels.TriggeredBy] = string(of.Trigger)
	for _, name := range []string{sparklabels.SubmissionMode, sparklabels.ExcludePodLabels} {
		if value, set := schedule.Annotations[name]; set {
			run.Annotations[name] = value
		}
	}
	if of.Trigger == TriggerRunNow {
		run.Annotations[sparklabels.RunNow] = of.Token
	}
	if of.Trigger == TriggerBackfill {
		run.Annotations[sparklabels.Backfill] = of.Backfill.UTC().Format(time.RFC3339)
	}
	if !setsScheduledTime(&run.Spec) {
		run.Spec.Driver.Env = append(run.Spec.Driver.Env, corev1.EnvVar{Name: sparklabels.ScheduledTimeVariable, Value: slot})
	}
	return run
}

// ownerReference is by what a run goes with its schedule. It is no controller's: clients know it so.
func ownerReference(schedule *v1beta2.ScheduledSparkApplication) metav1.OwnerReference {
	return metav1.OwnerReference{
		APIVersion: v1beta2.GroupVersion.String(), Kind: OwnerKind, Name: schedule.Name, UID: schedule.UID, BlockOwnerDeletion: new(true),
	}
}

// setsScheduledTime reports whether the author gives the driver the variable.
func setsScheduledTime(spec *v1beta2.SparkApplicationSpec) bool {
	const name = sparklabels.ScheduledTimeVariable
	if _, set := spec.Driver.EnvVars[name]; set {
		return true
	}
	if _, set := spec.SparkConf[sparkconf.DriverEnvPrefix+name]; set {
		return true
	}
	if _, set := spec.Driver.EnvSecretKeyRefs[name]; set {
		return true
	}
	lists := [][]corev1.EnvVar{spec.Driver.Env}
	if template := spec.Driver.Template; template != nil {
		for i := range template.Spec.Containers {
			lists = append(lists, template.Spec.Containers[i].Env)
		}
	}
	for _, list := range lists {
		for i := range list {
			if list[i].Name == name {
				return true
			}
		}
	}
	return false
}

// Owns reports whether a SparkApplication is a run of the schedule: one that is orphaned, or of another schedule of the
// name, is not.
func Owns(schedule *v1beta2.ScheduledSparkApplication, app metav1.Object) bool {
	for _, owner := range app.GetOwnerReferences() {
		if owner.UID == schedule.UID && owner.Kind == OwnerKind {
			return true
		}
	}
	return false
}

// ReadRun returns what of a SparkApplication matters to its schedule. It reads metadata and the state.
func ReadRun(app *v1beta2.SparkApplication) Run {
	run := Run{
		Name: app.Name, UID: app.UID, Created: app.CreationTimestamp.Time, State: app.Status.AppState.State,
		Deleting: !app.DeletionTimestamp.IsZero(), Trigger: Trigger(app.Labels[sparklabels.TriggeredBy]),
	}
	run.Slot = annotatedTime(app, sparklabels.ScheduledTime)
	run.Backfill = annotatedTime(app, sparklabels.Backfill)
	return run
}

// annotatedTime returns a time that an annotation says; zero where it says none.
func annotatedTime(app *v1beta2.SparkApplication, annotation string) time.Time {
	said, err := time.Parse(time.RFC3339, app.Annotations[annotation])
	if err != nil {
		return time.Time{}
	}
	return said.UTC()
}
