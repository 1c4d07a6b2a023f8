// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package podmutation

import (
	"maps"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
)

// setPriorityClass clears what the API server derived from another class: it refuses a pod whose priority or preemption
// policy is not its class's.
func setPriorityClass(t Target) error {
	class := t.App.Spec.Executor.PriorityClassName
	if t.Role == Driver {
		class = t.App.Spec.Driver.PriorityClassName
	}
	if class != nil && *class != "" && t.Pod.Spec.PriorityClassName != *class {
		t.Pod.Spec.PriorityClassName = *class
		t.Pod.Spec.Priority = nil
		t.Pod.Spec.PreemptionPolicy = nil
	}
	return nil
}

// SchedulerName returns the scheduler that an application chooses for the pods of a role; empty where it chooses none.
// The application's batch scheduler comes first: driver and executors must meet the same one.
func SchedulerName(app *v1beta2.SparkApplication, role *v1beta2.SparkPodSpec) string {
	for _, name := range []*string{app.Spec.BatchScheduler, role.SchedulerName} {
		if name != nil && *name != "" {
			return *name
		}
	}
	return ""
}

func setSchedulerName(t Target) error {
	if name := SchedulerName(t.App, t.Spec); name != "" {
		t.Pod.Spec.SchedulerName = name
	}
	return nil
}

func addNodeSelector(t Target) error {
	if len(t.Spec.NodeSelector) == 0 {
		return nil
	}
	if t.Pod.Spec.NodeSelector == nil {
		t.Pod.Spec.NodeSelector = make(map[string]string, len(t.Spec.NodeSelector))
	}
	maps.Copy(t.Pod.Spec.NodeSelector, t.Spec.NodeSelector)
	return nil
}

func setAffinity(t Target) error {
	if t.Spec.Affinity != nil {
		t.Pod.Spec.Affinity = t.Spec.Affinity.DeepCopy()
	}
	return nil
}

func addTolerations(t Target) error {
	tolerations := keyedBy(&t.Pod.Spec.Tolerations, whole)
	for i := range t.Spec.Tolerations {
		tolerations.add(*t.Spec.Tolerations[i].DeepCopy())
	}
	return nil
}
