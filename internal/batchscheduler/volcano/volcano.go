// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package volcano is the batch scheduler Volcano.
//
// A PodGroup says what the application needs. Volcano lets it in when the queue and the cluster have that much left,
// and keeps it for the executors, which come once the driver runs.
package volcano

import (
	"cmp"
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"volcano.sh/apis/pkg/apis/scheduling/v1beta1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/batchscheduler"
	"github.com/alauda/spark-operator/internal/demand"
	"github.com/alauda/spark-operator/pkg/render"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// Name is the name of the scheduler.
const Name = "volcano"

// kind is the kind of Volcano's PodGroups.
var kind = schema.GroupVersionKind{Group: v1beta1.GroupName, Version: v1beta1.GroupVersion, Kind: "PodGroup"}

// Plugin is Volcano.
type Plugin struct{}

var _ batchscheduler.Plugin = Plugin{}

// Name implements batchscheduler.Plugin.
func (Plugin) Name() string { return Name }

// Group implements batchscheduler.Plugin.
func (Plugin) Group(app string) batchscheduler.Group {
	return batchscheduler.Group{
		Kind: kind, Name: sparklabels.VolcanoPodGroup(app), AddToScheme: v1beta1.AddToScheme,
		New:     func() render.Object { return &v1beta1.PodGroup{} },
		Install: "install Volcano, or have the CustomResourceDefinition podgroups." + v1beta1.GroupName + " created",
	}
}

// Keys implements batchscheduler.Plugin.
func (Plugin) Keys() batchscheduler.Keys {
	return batchscheduler.Keys{Annotations: []string{v1beta1.KubeGroupNameAnnotationKey, v1beta1.VolcanoGroupNameAnnotationKey}}
}

// Mark implements batchscheduler.Plugin.
func (Plugin) Mark(app *v1beta2.SparkApplication) batchscheduler.Marks {
	return batchscheduler.Both(batchscheduler.PodMarks{Annotations: map[string]string{
		v1beta1.KubeGroupNameAnnotationKey: sparklabels.VolcanoPodGroup(app.Name),
	}})
}

// Plan implements batchscheduler.Plugin. One pod is the least, for the driver comes alone; the resources are those of
// all.
func (p Plugin) Plan(app *v1beta2.SparkApplication, d *demand.Demand) batchscheduler.Gang {
	resources := batchscheduler.Resources(app)
	if resources == nil {
		resources = d.Totals().Sum
	}
	group := &v1beta1.PodGroup{
		Spec: v1beta1.PodGroupSpec{
			MinMember: 1, MinResources: new(resources),
			Queue: batchscheduler.Queue(app), PriorityClassName: batchscheduler.PriorityClass(app),
		},
		Status: v1beta1.PodGroupStatus{Phase: v1beta1.PodGroupPending},
	}
	group.SetGroupVersionKind(kind)
	group.Name = p.Group(app.Name).Name
	return batchscheduler.Gang{Object: group}
}

// Explains implements batchscheduler.Plugin.
func (Plugin) Explains() bool { return true }

// Explain implements batchscheduler.Plugin. Why a PodGroup is not let in is only in an event; that its pods do not fit
// is in a condition.
func (Plugin) Explain(object render.Object, event batchscheduler.Words) batchscheduler.Words {
	group, isGroup := object.(*v1beta1.PodGroup)
	if !isGroup {
		return batchscheduler.Words{}
	}
	words, said := batchscheduler.Words{Reason: event.Reason}, []string{}
	if event.Message != "" {
		said = append(said, event.Message)
	}
	for _, c := range group.Status.Conditions {
		if c.Type == v1beta1.PodGroupUnschedulableType && c.Status == corev1.ConditionTrue && c.Message != "" && c.Message != event.Message {
			words.Reason, said = cmp.Or(c.Reason, words.Reason), append(said, c.Message)
		}
	}
	if len(said) == 0 || words.Reason == "" {
		return batchscheduler.Words{}
	}
	words.Message = fmt.Sprintf("PodGroup %s of queue %s is %s: %s", group.Name, cmp.Or(group.Spec.Queue, v1beta1.DefaultQueue),
		cmp.Or(string(group.Status.Phase), string(v1beta1.PodGroupPending)), strings.Join(said, "; "))
	return words
}

// Unused implements batchscheduler.Plugin.
func (Plugin) Unused() []string { return nil }
