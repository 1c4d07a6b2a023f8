// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package quota

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

type list = map[corev1.ResourceName]string

func resources(l list) corev1.ResourceList {
	quantities := corev1.ResourceList{}
	for name, amount := range l {
		quantities[name] = resource.MustParse(amount)
	}
	return quantities
}

func pod(requests, limits list, change ...func(*corev1.Pod)) *corev1.Pod {
	p := &corev1.Pod{Spec: corev1.PodSpec{Containers: []corev1.Container{{
		Resources: corev1.ResourceRequirements{Requests: resources(requests), Limits: resources(limits)},
	}}}}
	for _, c := range change {
		c(p)
	}
	return p
}

func quotaOf(hard, used list, change ...func(*corev1.ResourceQuota)) corev1.ResourceQuota {
	q := corev1.ResourceQuota{
		ObjectMeta: metav1.ObjectMeta{Namespace: "team", Name: "q"},
		Spec:       corev1.ResourceQuotaSpec{Hard: resources(hard)},
		Status:     corev1.ResourceQuotaStatus{Used: resources(used)},
	}
	for _, c := range change {
		c(&q)
	}
	return q
}

func scoped(scopes ...corev1.ResourceQuotaScope) func(*corev1.ResourceQuota) {
	return func(q *corev1.ResourceQuota) { q.Spec.Scopes = scopes }
}

func classes(operator corev1.ScopeSelectorOperator, values ...string) func(*corev1.ResourceQuota) {
	return func(q *corev1.ResourceQuota) {
		q.Spec.ScopeSelector = &corev1.ScopeSelector{MatchExpressions: []corev1.ScopedResourceSelectorRequirement{{
			ScopeName: corev1.ResourceQuotaScopePriorityClass, Operator: operator, Values: values,
		}}}
	}
}

func TestExceeded(t *testing.T) {
	driver := pod(list{"cpu": "1", "memory": "1408Mi"}, list{"memory": "1408Mi"})
	executor := pod(list{"cpu": "2", "memory": "2Gi"}, list{"cpu": "3", "memory": "2Gi", "nvidia.com/gpu": "1"})
	three := []Pods{{driver, 1}, {executor, 3}}
	const beginning = `failed to validate resource quota "team/q": `
	const end = "; ask for less, or have the quota raised"
	for name, tc := range map[string]struct {
		quota   corev1.ResourceQuota
		pods    []Pods
		running []Pods
		want    string // nothing: it fits
	}{
		"no limits":           {quota: quotaOf(nil, nil), pods: three},
		"just fits":           {quota: quotaOf(list{"requests.cpu": "7", "pods": "4", "limits.memory": "7552Mi"}, nil), pods: three},
		"cpu":                 {quota: quotaOf(list{"cpu": "10"}, list{"cpu": "3500m"}), pods: three, want: "cpu: the application asks for 7, and 3500m of 10 are used"},
		"requested cpu":       {quota: quotaOf(list{"requests.cpu": "6"}, nil), pods: three, want: "requests.cpu: the application asks for 7, and 0 of 6 are used"},
		"limited cpu":         {quota: quotaOf(list{"limits.cpu": "8"}, nil), pods: three, want: "limits.cpu: the application asks for 9, and 0 of 8 are used"},
		"memory":              {quota: quotaOf(list{"memory": "7Gi"}, nil), pods: three, want: "memory: the application asks for 7552Mi, and 0 of 7Gi are used"},
		"pods":                {quota: quotaOf(list{"pods": "5"}, list{"pods": "2"}), pods: three, want: "pods: the application asks for 4, and 2 of 5 are used"},
		"pods, counted":       {quota: quotaOf(list{"count/pods": "3"}, nil), pods: three, want: "count/pods: the application asks for 4, and 0 of 3 are used"},
		"GPUs":                {quota: quotaOf(list{"requests.nvidia.com/gpu": "2"}, nil), pods: three, want: "requests.nvidia.com/gpu: the application asks for 3, and 0 of 2 are used"},
		"something else":      {quota: quotaOf(list{"services": "0", "requests.example.com/fpga": "0"}, nil), pods: three},
		"two resources":       {quota: quotaOf(list{"pods": "1", "cpu": "1"}, nil), pods: three, want: "cpu: the application asks for 7, and 0 of 1 are used; pods: the application asks for 4, and 0 of 1 are used"},
		"what runs now goes":  {quota: quotaOf(list{"cpu": "8"}, list{"cpu": "7"}), pods: three, running: three},
		"others run, too":     {quota: quotaOf(list{"cpu": "8"}, list{"cpu": "9"}), pods: three, running: three, want: "cpu: the application asks for 7, and 2 of 8 are used"},
		"more than is used":   {quota: quotaOf(list{"cpu": "6"}, list{"cpu": "1"}), pods: three, running: three, want: "cpu: the application asks for 7, and 0 of 6 are used"},
		"no executors":        {quota: quotaOf(list{"cpu": "1", "pods": "1"}, nil), pods: []Pods{{driver, 1}, {executor, 0}}},
		"over and asks none":  {quota: quotaOf(list{"requests.nvidia.com/gpu": "1"}, list{"requests.nvidia.com/gpu": "2"}), pods: []Pods{{driver, 1}}},
		"best effort":         {quota: quotaOf(list{"pods": "0"}, nil, scoped(corev1.ResourceQuotaScopeBestEffort)), pods: three},
		"not best effort":     {quota: quotaOf(list{"pods": "0"}, nil, scoped(corev1.ResourceQuotaScopeNotBestEffort)), pods: three, want: "pods: the application asks for 4, and 0 of 0 are used"},
		"terminating":         {quota: quotaOf(list{"pods": "0"}, nil, scoped(corev1.ResourceQuotaScopeTerminating)), pods: three},
		"both scopes":         {quota: quotaOf(list{"pods": "0"}, nil, scoped(corev1.ResourceQuotaScopeNotTerminating, corev1.ResourceQuotaScopeBestEffort)), pods: three},
		"a scope of claims":   {quota: quotaOf(list{"pods": "0"}, nil, scoped("VolumeAttributesClass")), pods: three},
		"cross affinity":      {quota: quotaOf(list{"pods": "0"}, nil, scoped(corev1.ResourceQuotaScopeCrossNamespacePodAffinity)), pods: three},
		"a class":             {quota: quotaOf(list{"pods": "0"}, nil, classes(corev1.ScopeSelectorOpIn, "high")), pods: three},
		"no class":            {quota: quotaOf(list{"pods": "0"}, nil, classes(corev1.ScopeSelectorOpDoesNotExist)), pods: three, want: "pods: the application asks for 4, and 0 of 0 are used"},
		"not that class":      {quota: quotaOf(list{"pods": "3"}, nil, classes(corev1.ScopeSelectorOpNotIn, "high")), pods: three, want: "pods: the application asks for 4, and 0 of 3 are used"},
		"the class of some":   {quota: quotaOf(list{"pods": "1"}, nil, classes(corev1.ScopeSelectorOpExists)), pods: append([]Pods{{pod(nil, nil, func(p *corev1.Pod) { p.Spec.PriorityClassName = "high" }), 2}}, three...), want: "pods: the application asks for 2, and 0 of 1 are used"},
		"deadline":            {quota: quotaOf(list{"pods": "0"}, nil, scoped(corev1.ResourceQuotaScopeTerminating)), pods: []Pods{{pod(nil, nil, func(p *corev1.Pod) { p.Spec.ActiveDeadlineSeconds = new(int64(9)) }), 1}}, want: "pods: the application asks for 1, and 0 of 0 are used"},
		"affinity to another": {quota: quotaOf(list{"pods": "0"}, nil, scoped(corev1.ResourceQuotaScopeCrossNamespacePodAffinity)), pods: []Pods{{pod(nil, nil, elsewhere), 1}}, want: "pods: the application asks for 1, and 0 of 0 are used"},
	} {
		t.Run(name, func(t *testing.T) {
			want := []string(nil)
			if tc.want != "" {
				want = []string{beginning + tc.want + end}
			}
			var got []string
			for _, excess := range Exceeded([]corev1.ResourceQuota{tc.quota}, tc.pods, tc.running) {
				got = append(got, excess.String())
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("excess (-want +got):\n%s", diff)
			}
		})
	}
}

func elsewhere(p *corev1.Pod) {
	p.Spec.Affinity = &corev1.Affinity{PodAntiAffinity: &corev1.PodAntiAffinity{
		PreferredDuringSchedulingIgnoredDuringExecution: []corev1.WeightedPodAffinityTerm{
			{PodAffinityTerm: corev1.PodAffinityTerm{NamespaceSelector: &metav1.LabelSelector{}}},
		},
	}}
}

func TestEveryQuotaIsNamed(t *testing.T) {
	second := quotaOf(list{"pods": "0"}, nil)
	second.Name = "r"
	got := Exceeded([]corev1.ResourceQuota{quotaOf(list{"pods": "0"}, nil), second}, []Pods{{pod(nil, nil), 1}}, nil)
	if len(got) != 2 || got[0].Quota != "team/q" || got[1].Quota != "team/r" {
		t.Errorf("got %v, want an excess of each quota", got)
	}
}
