// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package planning

import (
	"maps"
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/demand"
	"github.com/alauda/spark-operator/internal/features"
	"github.com/alauda/spark-operator/pkg/podmutation"
	"github.com/alauda/spark-operator/pkg/render"
	"github.com/alauda/spark-operator/pkg/sparkconf"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// A plan goes through its features three times: they decorate the configuration from which the pods are rendered,
// finish the driver that was rendered, and have objects made beside it. What a plan will ask of a cluster, its Demand,
// is known from the first to the second.

// run is the plan as features look at it, with the configuration that there is so far.
func (p *Plan) run(conf *sparkconf.Conf) features.Run {
	return features.Run{App: p.app, Attempt: p.attempt, Conf: conf, Options: p.options.Features}
}

// features decorates the configuration.
func (b *confBuilder) features() {
	for _, feature := range features.All() {
		if feature.Decorate == nil {
			continue
		}
		decoration := feature.Decorate(b.plan.run(b.conf))
		for _, property := range decoration.ConfDefaults {
			b.conf.SetIfMissing(property.Key, property.Value)
		}
		for _, property := range decoration.Conf {
			b.conf.Set(property.Key, property.Value)
		}
		b.decorate(driverKeys, &b.app.Spec.Driver.SparkPodSpec, decoration.Driver)
		b.decorate(executorKeys, &b.app.Spec.Executor.SparkPodSpec, decoration.Executor)
	}
}

func (b *confBuilder) decorate(keys roleKeys, pod *v1beta2.SparkPodSpec, decoration features.PodDecoration) {
	b.conf.SetAll(keys.label, decoration.Labels)
	b.conf.SetAll(keys.annotation, decoration.Annotations)
	if decoration.PriorityClassName != "" {
		if b.plan.priority == nil {
			b.plan.priority = map[podmutation.Role]string{}
		}
		b.plan.priority[keys.role] = decoration.PriorityClassName
	}
	if decoration.SchedulerName != "" && !b.namesScheduler(keys, pod) {
		b.conf.Set(keys.schedulerName, decoration.SchedulerName)
	}
	b.addJavaOptions(keys, decoration.JavaOptions)
}

// namesScheduler reports whether the author names the scheduler of a role's pods, in whatever place.
func (b *confBuilder) namesScheduler(keys roleKeys, pod *v1beta2.SparkPodSpec) bool {
	return podmutation.SchedulerName(b.app, pod) != "" || b.conf.Get(keys.schedulerName) != "" || b.conf.Get(sparkconf.SchedulerName) != "" ||
		pod.Template != nil && pod.Template.Spec.SchedulerName != ""
}

// counted is the plan as features look at it once pods are rendered. The demand is only asked for where a feature
// counts pods: it takes a rendering.
func (p *Plan) counted(ask func() (*demand.Demand, error)) (features.Run, error) {
	run := p.run(p.conf)
	counts := func(f features.Feature) bool { return f.CountsPods != nil && f.CountsPods(run) }
	if !slices.ContainsFunc(features.All(), counts) {
		return run, nil
	}
	var err error
	run.Demand, err = ask()
	return run, err
}

// finish has the features finish a driver pod, or the template that it is made from.
func (p *Plan) finish(driver *corev1.Pod, ask func() (*demand.Demand, error)) error {
	run, err := p.counted(ask)
	if err != nil {
		return err
	}
	for _, feature := range features.All() {
		if feature.Finish != nil {
			feature.Finish(run, driver)
		}
	}
	return nil
}

// Dependents returns the objects that the application owns beside those of Spark's client, as they are to be created:
// before the driver, which waits for some of them. They are the same whatever submits the driver.
func (p *Plan) Dependents() ([]features.Dependent, error) {
	var all []features.Dependent
	run, err := p.counted(p.Demand)
	if err != nil {
		return nil, err
	}
	for _, feature := range features.All() {
		if feature.Dependents != nil {
			all = append(all, feature.Dependents(run)...)
		}
	}
	for _, dependent := range all {
		p.own(dependent.Object)
	}
	return all, nil
}

// featureWarnings returns what is asked of features in vain.
func (p *Plan) featureWarnings() []string {
	var all []string
	run := p.run(p.conf)
	for _, feature := range features.All() {
		if feature.Warnings != nil {
			all = append(all, feature.Warnings(run)...)
		}
	}
	return all
}

// DependentObjects returns the dependents without what there is to know of them.
func (p *Plan) DependentObjects() ([]render.Object, error) {
	dependents, err := p.Dependents()
	if err != nil {
		return nil, err
	}
	objects := make([]render.Object, 0, len(dependents))
	for _, dependent := range dependents {
		objects = append(objects, dependent.Object)
	}
	return objects, nil
}

// own makes an object the attempt's: the operator's labels and annotations win over the author's, who could otherwise
// hide it from its deletion.
func (p *Plan) own(object render.Object) {
	object.SetNamespace(p.app.Namespace)
	object.SetLabels(with(object.GetLabels(), p.objectLabels()))
	object.SetAnnotations(with(object.GetAnnotations(), map[string]string{sparklabels.SpecHash: p.attempt.SpecHash}))
	object.SetOwnerReferences([]metav1.OwnerReference{podmutation.Owner(p.app)})
}

// with returns both maps as one; entries of the second win.
func with(entries, winners map[string]string) map[string]string {
	if entries == nil {
		return winners
	}
	maps.Copy(entries, winners)
	return entries
}
