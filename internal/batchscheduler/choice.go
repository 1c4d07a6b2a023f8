// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package batchscheduler

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/pkg/sparkconf"
)

// Schedulers are the batch schedulers of a cluster. The zero value is none.
type Schedulers struct {
	// Plugins are those that are enabled, in their order.
	Plugins []Plugin
	// Default is the name of the scheduler of applications that name none; empty for the cluster's own.
	Default string
}

// Named returns the plugin of the name; nil where none is enabled.
func (s Schedulers) Named(name string) Plugin {
	for _, plugin := range s.Plugins {
		if plugin.Name() == name {
			return plugin
		}
	}
	return nil
}

// Groups returns the objects by which the schedulers would know a gang of the application of the name, one of each
// kind.
func (s Schedulers) Groups(app string) []Group {
	var groups []Group
	for _, plugin := range s.Plugins {
		group := plugin.Group(app)
		sameKind := func(g Group) bool { return g.Kind == group.Kind }
		if group.Exists() && !slices.ContainsFunc(groups, sameKind) {
			groups = append(groups, group)
		}
	}
	return groups
}

// Check returns what is wrong with the batch scheduler that an application names; nothing where all is right.
func (s Schedulers) Check(app *v1beta2.SparkApplication) string {
	name := named(app)
	if name == "" || s.Named(name) != nil {
		return ""
	}
	const fix = "have it added to batchScheduler.enabled of the operator's configuration, or, to have pods placed one by one, " +
		"name it in schedulerName of driver and executor"
	names := make([]string, 0, len(s.Plugins))
	for _, plugin := range s.Plugins {
		names = append(names, plugin.Name())
	}
	if len(names) == 0 {
		return "no batch scheduler is enabled: " + fix
	}
	return fmt.Sprintf("it is not enabled; enabled are %s: use one of them, or %s", strings.Join(names, ", "), fix)
}

// Of returns the plugin that schedules an application as a gang; nil where none does: no scheduler is named and there
// is no default, pods name a scheduler of their own, or their author has put them into a gang already.
func (s Schedulers) Of(app *v1beta2.SparkApplication) Plugin {
	plugin := s.asked(app)
	if plugin == nil || ownGang(app, plugin) != "" {
		return nil
	}
	return plugin
}

// asked returns the plugin of the scheduler that both roles of an application have; nil where there is none.
func (s Schedulers) asked(app *v1beta2.SparkApplication) Plugin {
	name := named(app)
	if name == "" && !slices.ContainsFunc(rolesOf(app), role.namesScheduler) {
		name = s.Default
	}
	return s.Named(name)
}

// Warnings say what the author of an application asks of the scheduler in vain.
func (s Schedulers) Warnings(app *v1beta2.SparkApplication) []string {
	plugin := s.asked(app)
	if plugin == nil {
		return nil
	}
	if key := ownGang(app, plugin); key != "" {
		return []string{fmt.Sprintf("spec.batchScheduler: the pods have %s already: they are in a gang of their author's, and the operator makes none", key)}
	}
	var warnings []string
	for field, isSet := range map[string]bool{"queue": Queue(app) != "", "resources": Resources(app) != nil} {
		if isSet && slices.Contains(plugin.Unused(), field) {
			warnings = append(warnings, fmt.Sprintf("spec.batchSchedulerOptions.%s: has no effect: the scheduler %s has no use for it", field, plugin.Name()))
		}
	}
	slices.Sort(warnings)
	return warnings
}

func named(app *v1beta2.SparkApplication) string {
	if app.Spec.BatchScheduler == nil {
		return ""
	}
	return *app.Spec.BatchScheduler
}

// role is the driver or the executors of an application, as their author describes them.
type role struct {
	pod  *v1beta2.SparkPodSpec
	conf map[string]string
	// The properties of the role.
	scheduler, label, annotation string
}

func rolesOf(app *v1beta2.SparkApplication) []role {
	spec := &app.Spec
	return []role{
		{&spec.Driver.SparkPodSpec, spec.SparkConf, sparkconf.DriverSchedulerName, sparkconf.DriverLabelPrefix, sparkconf.DriverAnnotationPrefix},
		{&spec.Executor.SparkPodSpec, spec.SparkConf, sparkconf.ExecutorSchedulerName, sparkconf.ExecutorLabelPrefix, sparkconf.ExecutorAnnotationPrefix},
	}
}

// namesScheduler reports whether the author names the scheduler of the pods, in whatever place.
func (r role) namesScheduler() bool {
	return r.pod.SchedulerName != nil && *r.pod.SchedulerName != "" || r.pod.Template != nil && r.pod.Template.Spec.SchedulerName != "" ||
		r.conf[r.scheduler] != "" || r.conf[sparkconf.SchedulerName] != ""
}

// ownGang returns the label or annotation by which the author of an application has put its pods into a gang; empty
// where there is none.
func ownGang(app *v1beta2.SparkApplication, plugin Plugin) string {
	keys := plugin.Keys()
	for _, r := range rolesOf(app) {
		labels, annotations := []map[string]string{r.pod.Labels}, []map[string]string{r.pod.Annotations}
		if template := r.pod.Template; template != nil {
			labels, annotations = append(labels, template.Labels), append(annotations, template.Annotations)
		}
		for _, key := range keys.Labels {
			if has(key, labels) || r.conf[r.label+key] != "" {
				return key
			}
		}
		for _, key := range keys.Annotations {
			if has(key, annotations) || r.conf[r.annotation+key] != "" {
				return key
			}
		}
	}
	return ""
}

func has(key string, maps []map[string]string) bool {
	return slices.ContainsFunc(maps, func(m map[string]string) bool { return m[key] != "" })
}

// Both returns marks that are the same for both roles.
func Both(marks PodMarks) Marks {
	return Marks{Driver: marks, Executor: PodMarks{Labels: maps.Clone(marks.Labels), Annotations: maps.Clone(marks.Annotations)}}
}
