// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package podmutation

import "maps"

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

// setSchedulerName prefers the application's batch scheduler: driver and executors must meet the same one.
func setSchedulerName(t Target) error {
	switch {
	case t.App.Spec.BatchScheduler != nil && *t.App.Spec.BatchScheduler != "":
		t.Pod.Spec.SchedulerName = *t.App.Spec.BatchScheduler
	case t.Spec.SchedulerName != nil && *t.Spec.SchedulerName != "":
		t.Pod.Spec.SchedulerName = *t.Spec.SchedulerName
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
	for _, toleration := range t.Spec.Tolerations {
		t.Pod.Spec.Tolerations = appendNew(t.Pod.Spec.Tolerations, *toleration.DeepCopy())
	}
	return nil
}
