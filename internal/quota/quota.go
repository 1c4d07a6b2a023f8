// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package quota

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
)

// Pods is a number of pods that are alike.
type Pods struct {
	// Pod is one of them.
	Pod *corev1.Pod
	// Count is how many there are.
	Count int64
}

// Excess is a quota that has not enough left.
type Excess struct {
	// Quota is the namespace and name of the quota.
	Quota string
	// Resources are what there is not enough of, by name.
	Resources []Resource
}

// Resource is a resource of a quota.
type Resource struct {
	Name                   corev1.ResourceName
	Requested, Used, Limit resource.Quantity
}

// String returns the excess as a sentence. Its beginning is what clients look for.
func (e Excess) String() string {
	details := make([]string, 0, len(e.Resources))
	for _, r := range e.Resources {
		details = append(details, fmt.Sprintf("%s: the application asks for %s, and %s of %s are used", r.Name, &r.Requested, &r.Used, &r.Limit))
	}
	return fmt.Sprintf("failed to validate resource quota %q: %s; ask for less, or have the quota raised", e.Quota, strings.Join(details, "; "))
}

// Exceeded returns the quotas that pods to be made do not fit into, in the order given. running are those pods of the
// same application that the quotas count already and that go before the others are made.
func Exceeded(quotas []corev1.ResourceQuota, pods, running []Pods) []Excess {
	var exceeded []Excess
	for i := range quotas {
		quota := &quotas[i]
		asked, freed := total(quota, pods), total(quota, running)
		var short []Resource
		for name, limit := range quota.Spec.Hard {
			request, counted := asked[name]
			if !counted || request.IsZero() {
				continue
			}
			used := quota.Status.Used[name].DeepCopy()
			if less := freed[name]; used.Cmp(less) > 0 {
				used.Sub(less)
			} else {
				used = resource.Quantity{Format: used.Format}
			}
			sum := used.DeepCopy()
			sum.Add(request)
			if sum.Cmp(limit) > 0 {
				short = append(short, Resource{Name: name, Requested: request, Used: used, Limit: limit})
			}
		}
		if len(short) > 0 {
			slices.SortFunc(short, func(a, b Resource) int { return cmp.Compare(a.Name, b.Name) })
			exceeded = append(exceeded, Excess{Quota: quota.Namespace + "/" + quota.Name, Resources: short})
		}
	}
	return exceeded
}

// total is what a quota counts of pods, by the names it has for it.
func total(quota *corev1.ResourceQuota, pods []Pods) corev1.ResourceList {
	sum := corev1.ResourceList{}
	for _, p := range pods {
		if p.Pod == nil || p.Count <= 0 || !applies(quota, p.Pod) {
			continue
		}
		for name, quantity := range usage(p.Pod) {
			quantity = quantity.DeepCopy()
			quantity.Mul(p.Count)
			already := sum[name].DeepCopy()
			already.Add(quantity)
			sum[name] = already
		}
	}
	return sum
}
