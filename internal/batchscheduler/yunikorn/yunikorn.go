// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package yunikorn is the batch scheduler Apache YuniKorn.
//
// Task groups, an annotation of the driver, say what the application needs. YuniKorn makes a placeholder for each of
// their pods, starts none before there is room for all, and puts the real pods into the places: where what a
// placeholder asks for, and what chooses its node, are those of the pod.
package yunikorn

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"

	"github.com/apache/yunikorn-scheduler-interface/lib/go/common"
	corev1 "k8s.io/api/core/v1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/batchscheduler"
	"github.com/alauda/spark-operator/internal/demand"
	"github.com/alauda/spark-operator/pkg/podrequests"
	"github.com/alauda/spark-operator/pkg/render"
)

const (
	// Name is the name of the scheduler.
	Name = "yunikorn"

	// The names that YuniKorn knows beside its domain; its interface has no constants of them.
	taskGroupName = common.DomainYuniKorn + "task-group-name"
	taskGroups    = common.DomainYuniKorn + "task-groups"
	queueLabel    = "queue"

	driverGroup   = "spark-driver"
	executorGroup = "spark-executor"
)

// Plugin is YuniKorn.
type Plugin struct{}

var _ batchscheduler.Plugin = Plugin{}

// Name implements batchscheduler.Plugin.
func (Plugin) Name() string { return Name }

// Group implements batchscheduler.Plugin: YuniKorn knows gangs by their pods.
func (Plugin) Group(string) batchscheduler.Group { return batchscheduler.Group{} }

// Keys implements batchscheduler.Plugin.
func (Plugin) Keys() batchscheduler.Keys {
	return batchscheduler.Keys{Annotations: []string{taskGroupName, taskGroups}}
}

// Mark implements batchscheduler.Plugin.
func (Plugin) Mark(app *v1beta2.SparkApplication) batchscheduler.Marks {
	marks := batchscheduler.Marks{
		Driver:   batchscheduler.PodMarks{Annotations: map[string]string{taskGroupName: driverGroup}},
		Executor: batchscheduler.PodMarks{Annotations: map[string]string{taskGroupName: executorGroup}},
	}
	if queue := batchscheduler.Queue(app); queue != "" {
		marks.Driver.Labels, marks.Executor.Labels = map[string]string{queueLabel: queue}, map[string]string{queueLabel: queue}
	}
	return marks
}

// taskGroup is a number of pods that are alike, as YuniKorn reads it.
type taskGroup struct {
	Name                      string                            `json:"name"`
	MinMember                 int32                             `json:"minMember"`
	MinResource               corev1.ResourceList               `json:"minResource,omitempty"`
	NodeSelector              map[string]string                 `json:"nodeSelector,omitempty"`
	Tolerations               []corev1.Toleration               `json:"tolerations,omitempty"`
	Affinity                  *corev1.Affinity                  `json:"affinity,omitempty"`
	TopologySpreadConstraints []corev1.TopologySpreadConstraint `json:"topologySpreadConstraints,omitempty"`
	Labels                    map[string]string                 `json:"labels,omitempty"`
}

// Plan implements batchscheduler.Plugin.
func (p Plugin) Plan(app *v1beta2.SparkApplication, d *demand.Demand) batchscheduler.Gang {
	groups := []taskGroup{groupOf(driverGroup, 1, d.Driver, p.labels(app, &app.Spec.Driver.SparkPodSpec))}
	if d.Executors > 0 {
		groups = append(groups, groupOf(executorGroup, d.Executors, d.Executor, p.labels(app, &app.Spec.Executor.SparkPodSpec)))
	}
	encoded, err := json.Marshal(groups)
	if err != nil {
		// None of the types can fail to be encoded.
		panic(fmt.Sprintf("encode task groups: %v", err))
	}
	return batchscheduler.Gang{DriverAnnotations: map[string]string{taskGroups: string(encoded)}}
}

// groupOf returns the group of pods that are like the one. The numbers are exact: a placeholder that asks for less than
// its pod is not its place.
func groupOf(name string, count int64, pod *corev1.Pod, labels map[string]string) taskGroup {
	return taskGroup{
		Name: name, MinMember: int32(min(count, math.MaxInt32)), MinResource: podrequests.Pod(pod),
		NodeSelector: pod.Spec.NodeSelector, Tolerations: pod.Spec.Tolerations, Affinity: pod.Spec.Affinity,
		TopologySpreadConstraints: pod.Spec.TopologySpreadConstraints, Labels: labels,
	}
}

// labels returns the labels of a role's placeholders: those that its author gives the pods, which affinities may select
// by. With those of Spark and the operator they would be taken for a driver or an executor.
func (p Plugin) labels(app *v1beta2.SparkApplication, pod *v1beta2.SparkPodSpec) map[string]string {
	labels := maps.Clone(pod.Labels)
	if labels == nil {
		labels = map[string]string{}
	}
	maps.Copy(labels, p.Mark(app).Driver.Labels)
	return labels
}

// Explains implements batchscheduler.Plugin.
func (Plugin) Explains() bool { return true }

// Explain implements batchscheduler.Plugin: YuniKorn says it in events about the driver.
func (Plugin) Explain(_ render.Object, event batchscheduler.Words) batchscheduler.Words { return event }

// Unused implements batchscheduler.Plugin.
func (Plugin) Unused() []string { return []string{"resources"} }
