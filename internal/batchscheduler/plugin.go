// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package batchscheduler

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/demand"
	"github.com/alauda/spark-operator/pkg/render"
)

// Plugin is one batch scheduler. It decides and does nothing: what it returns is made by others.
type Plugin interface {
	// Name is the name that pods have as schedulerName, and applications as batchScheduler.
	Name() string
	// Group is the kind and the name of the object by which the scheduler knows the gang of an application.
	Group(app string) Group
	// Keys are the labels and annotations by which pods say in which gang they are. Where an application has one
	// itself, its author has made a gang, and the operator makes none.
	Keys() Keys
	// Mark returns what the pods of an application carry.
	Mark(app *v1beta2.SparkApplication) Marks
	// Plan returns what tells the scheduler of a gang with that demand.
	Plan(app *v1beta2.SparkApplication, d *demand.Demand) Gang
	// Explain returns why a gang waits, by its object and the last event about that, or about the driver where there is
	// no object; nothing where the conditions of pods say it all.
	Explain(object render.Object, event Words) Words
	// Explains reports whether Explain is worth asking.
	Explains() bool
	// Unused are the fields of batchSchedulerOptions that have no meaning to the scheduler.
	Unused() []string
}

// Group is an object that tells a scheduler of a gang; the zero value is none.
type Group struct {
	// Kind of the object.
	Kind schema.GroupVersionKind
	// Name of the object.
	Name string
	// Install says what to do where the cluster does not know the kind.
	Install string
	// New returns an empty object of the kind.
	New func() render.Object
	// AddToScheme teaches a scheme the kind.
	AddToScheme func(*runtime.Scheme) error
}

// Exists reports whether the scheduler is told of gangs by objects.
func (g Group) Exists() bool { return !g.Kind.Empty() }

// Words are what a scheduler says of a gang that waits: one CamelCase word, and a sentence.
type Words struct{ Reason, Message string }

// Keys are labels and annotations of pods.
type Keys struct{ Labels, Annotations []string }

// Marks are what pods carry, by role.
type Marks struct{ Driver, Executor PodMarks }

// PodMarks are labels and annotations of a pod.
type PodMarks struct{ Labels, Annotations map[string]string }

// Gang is what tells a scheduler of a gang.
type Gang struct {
	// DriverAnnotations are annotations of the driver pod, beside its marks.
	DriverAnnotations map[string]string
	// Object is the object of the Group; nil for none.
	Object render.Object
}

// Queue returns the queue that the author of an application has chosen; empty for none.
func Queue(app *v1beta2.SparkApplication) string {
	if o := app.Spec.BatchSchedulerOptions; o != nil && o.Queue != nil {
		return *o.Queue
	}
	return ""
}

// PriorityClass returns the priority class of an application as a whole; empty for none.
func PriorityClass(app *v1beta2.SparkApplication) string {
	if o := app.Spec.BatchSchedulerOptions; o != nil && o.PriorityClassName != nil {
		return *o.PriorityClassName
	}
	return ""
}

// Resources returns what the author of an application has it wait for in place of its demand; nil for none.
func Resources(app *v1beta2.SparkApplication) corev1.ResourceList {
	if o := app.Spec.BatchSchedulerOptions; o != nil && len(o.Resources) > 0 {
		return o.Resources.DeepCopy()
	}
	return nil
}
