// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package podmutation

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
)

// ownerKind is the kind of what owns driver pods.
const ownerKind = "SparkApplication"

// Owner returns the reference by which an application owns an object of its run.
func Owner(app *v1beta2.SparkApplication) metav1.OwnerReference {
	return *metav1.NewControllerRef(app, v1beta2.GroupVersion.WithKind(ownerKind))
}

// setOwner makes the application the only owner of its driver pod: garbage collection keeps an object as long as any of
// its owners is there. Executor pods are left to the driver pod, which Spark makes their owner, so that they go with
// it.
func setOwner(t Target) error {
	t.Pod.OwnerReferences = []metav1.OwnerReference{Owner(t.App)}
	return nil
}
