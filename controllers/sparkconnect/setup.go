// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkconnect

import (
	"k8s.io/client-go/tools/events"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/alauda/spark-operator/internal/caching"
	"github.com/alauda/spark-operator/internal/scope"
	"github.com/alauda/spark-operator/internal/stored"
	"github.com/alauda/spark-operator/internal/unreadable"
)

// EventSource is the reporter of the events, as clients know it.
const EventSource = "spark-connect-controller"

// +kubebuilder:rbac:groups=sparkoperator.k8s.io,resources=sparkconnects,verbs=get;list;watch
// +kubebuilder:rbac:groups=sparkoperator.k8s.io,resources=sparkconnects/status,verbs=patch

// CacheLimit limits what a manager's cache keeps of Connect servers: no spec.
func CacheLimit() caching.Limit {
	return caching.Stored(&stored.SparkConnect{}, unreadable.Transform)
}

// Add adds the controller to mgr, for the namespaces within.
func Add(mgr ctrl.Manager, within scope.Scope, recorder events.EventRecorder) error {
	reconciler := &unreadable.Reconciler[*stored.SparkConnect]{
		Kind: kind, Client: mgr.GetClient(), APIReader: mgr.GetAPIReader(), Events: recorder, Clock: clock.RealClock{},
	}
	return reconciler.Setup(mgr, "sparkconnect", within, &stored.SparkConnectList{})
}
