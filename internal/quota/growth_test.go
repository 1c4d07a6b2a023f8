// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package quota

import (
	"testing"

	corev1 "k8s.io/api/core/v1"

	"github.com/alauda/spark-operator/internal/testing/large"
)

// What it costs to compare pods with quotas never grows with the square of what is in either.
func TestExceededGrowsWithQuotasAndPods(t *testing.T) {
	const size = 128 << 10
	large.Quiet(t)
	for _, field := range large.FieldsOf(&corev1.ResourceQuota{}) {
		t.Run("quota/"+field.Path, func(t *testing.T) {
			large.Grows(t, size, func(size int) large.Work {
				quota := quotaOf(list{"requests.cpu": "1"}, nil)
				field.Fill(&quota, size)
				pods := []Pods{{Pod: pod(list{"cpu": "1"}, nil), Count: 2}}
				return func() { Exceeded([]corev1.ResourceQuota{quota}, pods, pods) }
			})
		})
	}
	for _, field := range large.FieldsOf(&corev1.Pod{}) {
		if field.Text || field.Depth > 3 {
			continue
		}
		t.Run("pod/"+field.Path, func(t *testing.T) {
			large.Grows(t, size, func(size int) large.Work {
				asking := pod(list{"cpu": "1"}, nil)
				field.Fill(asking, size)
				pods := []Pods{{Pod: asking, Count: 2}}
				quotas := []corev1.ResourceQuota{quotaOf(list{"requests.cpu": "1"}, nil), quotaOf(list{"pods": "1"}, nil, scoped(corev1.ResourceQuotaScopeBestEffort))}
				return func() { Exceeded(quotas, pods, nil) }
			})
		})
	}
}
