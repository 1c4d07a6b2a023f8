// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package podmutation

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
)

// The kinds of what owns driver pods.
const (
	ownerKind  = "SparkApplication"
	serverKind = "SparkConnect"
)

// Owner returns the reference by which an application owns an object of its run.
func Owner(app *v1beta2.SparkApplication) metav1.OwnerReference {
	if IsServer(app) {
		return *metav1.NewControllerRef(app, app.GroupVersionKind())
	}
	return *metav1.NewControllerRef(app, v1beta2.GroupVersion.WithKind(ownerKind))
}

// IsServer reports whether an application stands for a SparkConnect: it says so by its kind. Its driver is the server.
func IsServer(app *v1beta2.SparkApplication) bool { return app.Kind == serverKind }

// setOwner makes the application the only owner of its driver pod: garbage collection keeps an object as long as any of
// its owners is there. Executor pods are left to the driver pod, which Spark makes their owner, so that they go with
// it.
func setOwner(t Target) error {
	t.Pod.OwnerReferences = []metav1.OwnerReference{Owner(t.App)}
	return nil
}
