// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package webhooks

import (
	ctrl "sigs.k8s.io/controller-runtime"
)

// The name of the generated configuration is also the one whose trust bundle internal/certs fills in.
//
// +kubebuilder:webhookconfiguration:mutating=true,name=spark-operator-webhook

// SetupWithManager registers every endpoint with the manager's webhook server.
func SetupWithManager(mgr ctrl.Manager) {
	registerDefaulter(mgr, sparkApplicationDefaultPath, sparkApplicationDefaulter{})
	registerDefaulter(mgr, scheduledSparkApplicationDefaultPath, scheduledSparkApplicationDefaulter{})
}
