// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package features

import (
	"maps"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/batchscheduler"
	"github.com/alauda/spark-operator/pkg/render"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// scheduling has a batch scheduler place the pods of a run as a gang. Pods whose author names no scheduler get that of
// the operator's configuration.
var scheduling = Feature{
	Name: "batch scheduler",
	Decorate: func(r Run) Decoration {
		pods := PodDecoration{SchedulerName: r.Options.Schedulers.Default}
		decoration := Decoration{Driver: pods, Executor: pods}
		if plugin := r.scheduler(); plugin != nil {
			marks, priority := plugin.Mark(r.App), batchscheduler.PriorityClass(r.App)
			decoration.Driver.mark(marks.Driver, priority)
			decoration.Executor.mark(marks.Executor, priority)
		}
		return decoration
	},
	CountsPods: func(r Run) bool { return r.scheduler() != nil },
	Finish: func(r Run, driver *corev1.Pod) {
		plugin := r.scheduler()
		if plugin == nil {
			return
		}
		if driver.Annotations == nil {
			driver.Annotations = map[string]string{}
		}
		driver.Annotations[sparklabels.BatchScheduler] = plugin.Name()
		maps.Copy(driver.Annotations, plugin.Plan(r.App, r.Demand).DriverAnnotations)
	},
	// A driver whose gang the scheduler is not told of waits for ever.
	Dependents: func(r Run) []Dependent {
		plugin := r.scheduler()
		if plugin == nil || !plugin.Group(r.App.Name).Exists() {
			return nil
		}
		return []Dependent{{Required: true, Object: plugin.Plan(r.App, r.Demand).Object, Install: plugin.Group(r.App.Name).Install}}
	},
	// What is kept for a gang is others' once it has ended. The driver says in which gang it is; the application may
	// name another scheduler by now.
	Ended: func(o Options, app *v1beta2.SparkApplication, driver *corev1.Pod) []render.Object {
		plugin := o.Schedulers.Named(driver.Annotations[sparklabels.BatchScheduler])
		if plugin == nil || !plugin.Group(app.Name).Exists() {
			return nil
		}
		group := plugin.Group(app.Name)
		object := &metav1.PartialObjectMetadata{ObjectMeta: metav1.ObjectMeta{Name: group.Name}}
		object.SetGroupVersionKind(group.Kind)
		return []render.Object{object}
	},
	Warnings: func(r Run) []string { return r.Options.Schedulers.Warnings(r.App) },
}

// scheduler returns what schedules the run as a gang; nil for nothing.
func (r Run) scheduler() batchscheduler.Plugin { return r.Options.Schedulers.Of(r.App) }

func (d *PodDecoration) mark(marks batchscheduler.PodMarks, priorityClass string) {
	d.Labels, d.Annotations, d.PriorityClassName = marks.Labels, marks.Annotations, priorityClass
}
