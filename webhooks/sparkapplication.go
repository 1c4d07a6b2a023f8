// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package webhooks

import (
	"context"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
)

// +kubebuilder:webhook:path=/mutate-sparkoperator-k8s-io-v1beta2-sparkapplication,mutating=true,failurePolicy=ignore,sideEffects=None,groups=sparkoperator.k8s.io,resources=sparkapplications,verbs=create;update,versions=v1beta2,name=mutate-sparkapplication.sparkoperator.k8s.io,admissionReviewVersions=v1,serviceName=spark-operator-webhook-svc,serviceNamespace=spark-operator,timeoutSeconds=5,matchPolicy=Equivalent,reinvocationPolicy=Never

const sparkApplicationDefaultPath = "/mutate-sparkoperator-k8s-io-v1beta2-sparkapplication"

type sparkApplicationDefaulter struct{}

// Default fills in what the user left out, unless the application is going away: the last update of such an object
// removes a finalizer, and must do nothing else.
func (sparkApplicationDefaulter) Default(_ context.Context, app *v1beta2.SparkApplication) error {
	if app.DeletionTimestamp.IsZero() {
		v1beta2.SetSparkApplicationDefaults(app)
	}
	return nil
}
