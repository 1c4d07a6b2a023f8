// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package podrequests

import (
	"maps"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/alauda/spark-operator/pkg/sparkconf"
)

// Totals is what an application asks for when it starts.
type Totals struct {
	// Driver is what the driver pod asks for.
	Driver corev1.ResourceList
	// Executor is what one executor pod asks for.
	Executor corev1.ResourceList
	// Executors is the number of executors at the start.
	Executors int64
	// Sum is what the driver and all executors ask for.
	Sum corev1.ResourceList
}

// Of returns what an application asks for that starts with these pods.
func Of(driver, executor *corev1.Pod, executors int64) Totals {
	executors = max(executors, 0)
	totals := Totals{Driver: Pod(driver), Executor: Pod(executor), Executors: executors}
	totals.Sum = maps.Clone(totals.Driver)
	for name, quantity := range totals.Executor {
		quantity = quantity.DeepCopy()
		quantity.Mul(executors)
		add(totals.Sum, name, quantity)
	}
	return totals
}

// Pod returns what the scheduler sets aside for a pod: what its containers ask for together, or more where an init
// container asks for more, and the pod's overhead.
func Pod(pod *corev1.Pod) corev1.ResourceList {
	asked := together(pod, requests)
	if pod.Spec.Resources != nil {
		// Where the pod as a whole asks, it is not for its containers to say.
		maps.Copy(asked, pod.Spec.Resources.Requests)
	}
	addAll(asked, pod.Spec.Overhead)
	return asked
}

// Limits returns what a pod is limited to, counted as Pod counts requests. A container without a limit counts for
// nothing, and so does the overhead of a resource that no container is limited in.
func Limits(pod *corev1.Pod) corev1.ResourceList {
	limits := together(pod, func(c *corev1.Container) corev1.ResourceList { return maps.Clone(c.Resources.Limits) })
	if pod.Spec.Resources != nil {
		maps.Copy(limits, pod.Spec.Resources.Limits)
	}
	for name, quantity := range pod.Spec.Overhead {
		if _, limited := limits[name]; limited {
			add(limits, name, quantity)
		}
	}
	return limits
}

// together sums up what containers have at the same time, at the moment when that is most.
func together(pod *corev1.Pod, of func(*corev1.Container) corev1.ResourceList) corev1.ResourceList {
	running := corev1.ResourceList{}
	for i := range pod.Spec.Containers {
		addAll(running, of(&pod.Spec.Containers[i]))
	}
	peak, sidecars := corev1.ResourceList{}, corev1.ResourceList{}
	for i := range pod.Spec.InitContainers {
		init := &pod.Spec.InitContainers[i]
		needed := corev1.ResourceList{}
		addAll(needed, of(init))
		if init.RestartPolicy != nil && *init.RestartPolicy == corev1.ContainerRestartPolicyAlways {
			// It keeps running beside everything that starts after it.
			addAll(sidecars, needed)
			needed = corev1.ResourceList{}
		}
		addAll(needed, sidecars)
		raise(peak, needed)
	}
	addAll(running, sidecars)
	raise(running, peak)
	return running
}

// InitialExecutors returns the number of executors that Spark starts with under a configuration.
func InitialExecutors(conf *sparkconf.Conf) (int64, error) {
	dynamic, err := conf.Bool(sparkconf.DynamicAllocationEnabled, false)
	if err != nil {
		return 0, err
	}
	if !dynamic {
		return conf.Int(sparkconf.ExecutorInstances, sparkconf.DefaultExecutorInstances)
	}
	count := int64(0)
	for _, key := range []string{sparkconf.ExecutorInstances, sparkconf.DynamicAllocationInitial, sparkconf.DynamicAllocationMin} {
		value, err := conf.Int(key, 0)
		if err != nil {
			return 0, err
		}
		count = max(count, value)
	}
	return count, nil
}

// requests returns what a container asks for. A limit without a request is a request, too.
func requests(c *corev1.Container) corev1.ResourceList {
	asked := corev1.ResourceList{}
	maps.Copy(asked, c.Resources.Limits)
	maps.Copy(asked, c.Resources.Requests)
	return asked
}

func addAll(to, from corev1.ResourceList) {
	for name, quantity := range from {
		add(to, name, quantity)
	}
}

func add(to corev1.ResourceList, name corev1.ResourceName, quantity resource.Quantity) {
	sum := to[name].DeepCopy()
	sum.Add(quantity)
	to[name] = sum
}

// raise lifts each resource to at least what is needed.
func raise(to, needed corev1.ResourceList) {
	for name, quantity := range needed {
		if current, found := to[name]; !found || current.Cmp(quantity) < 0 {
			to[name] = quantity.DeepCopy()
		}
	}
}
