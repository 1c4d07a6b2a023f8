// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package volcano_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"volcano.sh/apis/pkg/apis/scheduling/v1beta1"

	"github.com/alauda/spark-operator/internal/batchscheduler"
	"github.com/alauda/spark-operator/internal/batchscheduler/volcano"
)

func TestExplain(t *testing.T) {
	condition := func(kind v1beta1.PodGroupConditionType, message string) []v1beta1.PodGroupCondition {
		return []v1beta1.PodGroupCondition{{Type: kind, Status: corev1.ConditionTrue, Reason: "NotEnoughResources", Message: message}}
	}
	overused := batchscheduler.Words{Reason: "Unschedulable", Message: "resource in cluster is overused"}
	for name, tc := range map[string]struct {
		queue  string
		status v1beta1.PodGroupStatus
		event  batchscheduler.Words
		want   batchscheduler.Words
	}{
		"nothing is said": {},
		"it is not let in": {queue: "q", event: overused, want: batchscheduler.Words{
			Reason: "Unschedulable", Message: "PodGroup spark-pi-pg of queue q is Pending: resource in cluster is overused",
		}},
		"its pods do not fit": {
			status: v1beta1.PodGroupStatus{Phase: v1beta1.PodGroupInqueue, Conditions: condition(v1beta1.PodGroupUnschedulableType, "1/1 tasks in gang unschedulable")},
			want:   batchscheduler.Words{Reason: "NotEnoughResources", Message: "PodGroup spark-pi-pg of queue default is Inqueue: 1/1 tasks in gang unschedulable"},
		},
		"both": {
			queue: "q", event: overused,
			status: v1beta1.PodGroupStatus{Phase: v1beta1.PodGroupPending, Conditions: condition(v1beta1.PodGroupUnschedulableType, "1/1 tasks in gang unschedulable")},
			want: batchscheduler.Words{
				Reason: "NotEnoughResources", Message: "PodGroup spark-pi-pg of queue q is Pending: resource in cluster is overused; 1/1 tasks in gang unschedulable",
			},
		},
		"it is scheduled": {status: v1beta1.PodGroupStatus{Conditions: condition(v1beta1.PodGroupScheduled, "tasks in gang are ready")}},
	} {
		t.Run(name, func(t *testing.T) {
			group := &v1beta1.PodGroup{ObjectMeta: metav1.ObjectMeta{Name: "spark-pi-pg"}, Spec: v1beta1.PodGroupSpec{Queue: tc.queue}, Status: tc.status}
			if diff := cmp.Diff(tc.want, volcano.Plugin{}.Explain(group, tc.event)); diff != "" {
				t.Errorf("words (-want +got):\n%s", diff)
			}
		})
	}
}
