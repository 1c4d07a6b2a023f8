// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package webhooks

import (
	"context"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
)

// +kubebuilder:webhook:path=/mutate-sparkoperator-k8s-io-v1beta2-scheduledsparkapplication,mutating=true,failurePolicy=ignore,sideEffects=None,groups=sparkoperator.k8s.io,resources=scheduledsparkapplications,verbs=create;update,versions=v1beta2,name=mutate-scheduledsparkapplication.sparkoperator.k8s.io,admissionReviewVersions=v1,serviceName=spark-operator-webhook-svc,serviceNamespace=spark-operator,timeoutSeconds=5,matchPolicy=Equivalent,reinvocationPolicy=Never

const scheduledSparkApplicationDefaultPath = "/mutate-sparkoperator-k8s-io-v1beta2-scheduledsparkapplication"

type scheduledSparkApplicationDefaulter struct{}

// Default fills in what the user left out, unless the schedule is going away.
func (scheduledSparkApplicationDefaulter) Default(_ context.Context, schedule *v1beta2.ScheduledSparkApplication) error {
	if schedule.DeletionTimestamp.IsZero() {
		v1beta2.SetScheduledSparkApplicationDefaults(schedule)
	}
	return nil
}
