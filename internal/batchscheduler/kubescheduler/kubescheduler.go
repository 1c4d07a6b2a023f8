// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package kubescheduler is a kube-scheduler with the plugin coscheduling of kubernetes-sigs/scheduler-plugins, which
// many clusters run under a name of their own.
//
// A PodGroup says what the application needs. The scheduler places no pod of it as long as the cluster has less left.
package kubescheduler

import (
	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/batchscheduler"
	"github.com/alauda/spark-operator/internal/demand"
	"github.com/alauda/spark-operator/pkg/render"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// podGroupLabel is the label of pods that names their PodGroup.
const podGroupLabel = groupName + "/pod-group"

// Plugin is the kube-scheduler of that name.
type Plugin string

var _ batchscheduler.Plugin = Plugin("")

// Name implements batchscheduler.Plugin.
func (p Plugin) Name() string { return string(p) }

// Group implements batchscheduler.Plugin.
func (Plugin) Group(app string) batchscheduler.Group {
	return batchscheduler.Group{
		Kind: kind, Name: sparklabels.PodGroup(app), AddToScheme: AddToScheme,
		New:     func() render.Object { return &PodGroup{} },
		Install: "install kubernetes-sigs/scheduler-plugins, or have the CustomResourceDefinition podgroups." + groupName + " created",
	}
}

// Keys implements batchscheduler.Plugin.
func (Plugin) Keys() batchscheduler.Keys { return batchscheduler.Keys{Labels: []string{podGroupLabel}} }

// Mark implements batchscheduler.Plugin.
func (Plugin) Mark(app *v1beta2.SparkApplication) batchscheduler.Marks {
	return batchscheduler.Both(batchscheduler.PodMarks{Labels: map[string]string{podGroupLabel: sparklabels.PodGroup(app.Name)}})
}

// Plan implements batchscheduler.Plugin. One pod is the least, for the driver comes alone; the resources are those of
// all.
func (p Plugin) Plan(app *v1beta2.SparkApplication, d *demand.Demand) batchscheduler.Gang {
	group := &PodGroup{Spec: PodGroupSpec{MinMember: 1, MinResources: d.Totals().Sum}}
	group.SetGroupVersionKind(kind)
	group.Name = p.Group(app.Name).Name
	return batchscheduler.Gang{Object: group}
}

// Explains implements batchscheduler.Plugin.
func (Plugin) Explains() bool { return false }

// Explain implements batchscheduler.Plugin: what the plugin says is in the condition of the pod that it holds back.
func (Plugin) Explain(render.Object, batchscheduler.Words) batchscheduler.Words {
	return batchscheduler.Words{}
}

// Unused implements batchscheduler.Plugin.
func (Plugin) Unused() []string { return []string{"queue", "resources"} }
