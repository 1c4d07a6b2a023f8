// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package validation

import (
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/apimachinery/pkg/util/version"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1alpha1"
	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/schedule"
	"github.com/alauda/spark-operator/pkg/sparkconf"
)

// Warnings returns what people should know about the spec of an application, at path: fields that are deprecated or
// have no effect. None of it keeps the application from running.
func Warnings(spec *v1beta2.SparkApplicationSpec, path *field.Path) []string {
	var w warnings
	const useRestartPolicy = "has no effect; use restartPolicy"
	w.when(spec.FailureRetries != nil, path.Child("failureRetries"), useRestartPolicy)
	w.when(spec.RetryInterval != nil, path.Child("retryInterval"), useRestartPolicy)
	w.when(spec.PythonVersion != nil && atLeast(spec.SparkVersion, 3, 1), path.Child("pythonVersion"), "has no effect: Spark 3.1 and later use the Python of the image")
	w.when(spec.MemoryOverheadFactor != nil && atLeast(spec.SparkVersion, 3, 3), path.Child("memoryOverheadFactor"),
		"is deprecated by Spark 3.3; set spark.driver.memoryOverheadFactor and spark.executor.memoryOverheadFactor in sparkConf")
	w.restartPolicy(&spec.RestartPolicy, path.Child("restartPolicy"))
	w.when(spec.Monitoring != nil && spec.Monitoring.Prometheus == nil, path.Child("monitoring"), "has no effect without prometheus")
	if da := spec.DynamicAllocation; da != nil && !da.Enabled && *da != (v1beta2.DynamicAllocation{}) {
		w.when(true, path.Child("dynamicAllocation"), "has no effect unless its field enabled is true")
	}
	w.when(spec.BatchSchedulerOptions != nil && spec.BatchScheduler == nil, path.Child("batchSchedulerOptions"),
		"has no effect without batchScheduler, unless the operator has a default one")
	w.role(driverOf(spec), spec, path.Child("driver"))
	w.role(executorOf(spec), spec, path.Child("executor"))
	w.volumes(spec, path.Child("volumes"))
	return w
}

// minDeadlineSeconds is how long a run may take to be made when the operator is busy or replaced by another.
const minDeadlineSeconds = 10

// ScheduleWarnings returns what people should know about a schedule, beside what there is to know about its template.
func ScheduleWarnings(scheduled *v1beta2.ScheduledSparkApplication) []string {
	var w warnings
	spec, path := &scheduled.Spec, field.NewPath("spec")
	if expression, err := schedule.ParseExpression(spec.Schedule); err == nil {
		w.when(spec.TimeZone != "" && expression.NamesZone(), path.Child("timeZone"), "has no effect: the schedule names a time zone of its own")
		w.when(spec.TimeZone != "" && !expression.NamesZone() && expression.Every() > 0, path.Child("timeZone"),
			"has no effect: @every counts from the creation of the schedule")
		w.when(expression.Every() == time.Second, path.Child("schedule"), "is due every second")
	}
	if deadline := spec.StartingDeadlineSeconds; deadline != nil {
		w.when(*deadline < minDeadlineSeconds, path.Child("startingDeadlineSeconds"),
			fmt.Sprintf("is short: runs that the operator comes to later are missed; set %d or more", minDeadlineSeconds))
	}
	replaces := spec.ConcurrencyPolicy == v1beta2.ConcurrencyReplace
	w.when(replaces && spec.MissedRunPolicy == v1beta2.MissedRunAll, path.Child("missedRunPolicy"),
		"is as RunOnce: with concurrencyPolicy Replace the last run replaces those before it")
	if b := spec.Backfill; b != nil {
		path := path.Child("backfill")
		one := replaces || spec.ConcurrencyPolicy == v1beta2.ConcurrencyForbid
		w.when(one && b.MaxActive != nil && *b.MaxActive > 1, path.Child("maxActive"), "has no effect: concurrencyPolicy has one run at a time")
		w.when(spec.Suspend != nil && *spec.Suspend, path, "waits until suspend is no longer true")
	}
	return w
}

// ConnectWarnings returns what people should know about the spec of a Spark Connect server.
func ConnectWarnings(spec *v1alpha1.SparkConnectSpec) []string {
	var w warnings
	path := field.NewPath("spec")
	if da := spec.DynamicAllocation; da != nil {
		path := path.Child("dynamicAllocation")
		w.when(!da.Enabled && *da != (v1alpha1.DynamicAllocation{}), path, "has no effect unless its field enabled is true")
		untracked := da.ShuffleTrackingEnabled != nil && !*da.ShuffleTrackingEnabled
		w.when(da.Enabled && untracked && da.ShuffleTrackingTimeout != nil, path.Child("shuffleTrackingTimeout"), "has no effect: shuffleTrackingEnabled is false")
	}
	_, upload := spec.SparkConf[sparkconf.FileUploadPath]
	w.when(upload, path.Child("sparkConf").Key(sparkconf.FileUploadPath), "has no effect: a server uploads no files; remove it")
	if service := spec.Server.Service; service != nil {
		path := path.Child("server", "service", "spec")
		w.when(len(service.Spec.Ports) > 0, path.Child("ports"), "the operator sets the ports; only the node ports of its own are taken")
		w.when(len(service.Spec.Selector) > 0, path.Child("selector"), "has no effect: the operator selects the server's pod")
	}
	return w
}

// warnings are sentences about fields.
type warnings []string

func (w *warnings) when(applies bool, path *field.Path, sentence string) {
	if applies {
		*w = append(*w, path.String()+": "+sentence)
	}
}

func (w *warnings) restartPolicy(policy *v1beta2.RestartPolicy, path *field.Path) {
	if policy.Type == v1beta2.RestartPolicyOnFailure {
		return
	}
	w.when(policy.OnFailureRetries != nil, path.Child("onFailureRetries"), "has no effect unless type is OnFailure")
	w.when(policy.OnSubmissionFailureRetries != nil, path.Child("onSubmissionFailureRetries"), "has no effect unless type is OnFailure")
}

func (w *warnings) role(r sparkRole, spec *v1beta2.SparkApplicationSpec, path *field.Path) {
	w.when(len(r.EnvVars) > 0, path.Child("envVars"), "is deprecated; use env")
	w.when(len(r.EnvSecretKeyRefs) > 0, path.Child("envSecretKeyRefs"), "is deprecated; use env with valueFrom.secretKeyRef")
	w.when(r.GPU != nil && (r.GPU.Name == "" || r.GPU.Quantity <= 0), path.Child("gpu"), "has no effect without a name and a positive quantity")
	w.when(r.SchedulerName != nil && spec.BatchScheduler != nil && *spec.BatchScheduler != "", path.Child("schedulerName"),
		"has no effect: the pods are for the batch scheduler")
}

// maxUnmounted is how many volumes are named that nothing mounts; of the others only the number is given.
const maxUnmounted = 20

// volumes warns of those that no role mounts: pods do not get them.
func (w *warnings) volumes(spec *v1beta2.SparkApplicationSpec, path *field.Path) {
	mounted := sets.New[string]()
	for _, r := range []sparkRole{driverOf(spec), executorOf(spec)} {
		note := func(mounts []corev1.VolumeMount) {
			for i := range mounts {
				mounted.Insert(mounts[i].Name)
			}
		}
		note(r.VolumeMounts)
		lists := [][]corev1.Container{r.InitContainers, r.Sidecars}
		if r.Template != nil {
			lists = append(lists, r.Template.Spec.InitContainers, r.Template.Spec.Containers)
		}
		for _, containers := range lists {
			for i := range containers {
				note(containers[i].VolumeMounts)
			}
		}
	}
	unmounted := 0
	for i := range spec.Volumes {
		if name := spec.Volumes[i].Name; !mounted.Has(name) {
			unmounted++
			w.when(unmounted <= maxUnmounted, path.Index(i), fmt.Sprintf("volume %q is not mounted by a container of driver or executor and has no effect", name))
		}
	}
	w.when(unmounted > maxUnmounted, path, fmt.Sprintf("%d more volumes are not mounted and have no effect", unmounted-maxUnmounted))
}

// atLeast is false for what is no version: nothing is known of it.
func atLeast(sparkVersion string, major, minor uint) bool {
	parsed, err := version.ParseGeneric(sparkVersion)
	return err == nil && parsed.AtLeast(version.MajorMinor(major, minor))
}
