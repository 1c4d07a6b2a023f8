// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkconnect

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/selection"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"

	configv1alpha1 "github.com/alauda/spark-operator/apis/config/v1alpha1"
	"github.com/alauda/spark-operator/internal/caching"
	"github.com/alauda/spark-operator/internal/connect"
	"github.com/alauda/spark-operator/internal/eventsink"
	"github.com/alauda/spark-operator/internal/inquiry"
	"github.com/alauda/spark-operator/internal/manager"
	"github.com/alauda/spark-operator/internal/metrics"
	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/internal/scope"
	"github.com/alauda/spark-operator/internal/stored"
	"github.com/alauda/spark-operator/internal/submission/native"
	"github.com/alauda/spark-operator/internal/unreadable"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// eventSource is the reporter of the events, as clients know it.
const eventSource = "spark-connect-controller"

// direct reads from the API server and not from the cache.
type direct struct {
	client.Reader
	client.Writer
}

// CacheLimit limits what a manager's cache keeps of Connect servers: of those in namespaces that are served, all but
// what nobody reads.
func CacheLimit() caching.Limit { return caching.Stored(&stored.SparkConnect{}, transform) }

// transform drops what only tools of the user's read.
func transform(server *stored.SparkConnect) {
	server.ManagedFields = nil
	delete(server.Annotations, corev1.LastAppliedConfigAnnotation)
	stored.Keep(server)
}

// ServiceLimit limits what a manager's cache keeps of Services: those of Connect servers.
func ServiceLimit() caching.Limit {
	ofServer, err := labels.NewRequirement(sparklabels.ConnectName, selection.Exists, nil)
	if err != nil {
		panic("sparkconnect: the label of servers must be one: " + err.Error())
	}
	return caching.Limit{Object: &corev1.Service{}, ByObject: cache.ByObject{
		Label: labels.NewSelector().Add(*ofServer), Transform: transformService,
	}}
}

// transformService drops what only tools of the user's read.
func transformService(object any) (any, error) {
	if service, isService := object.(*corev1.Service); isService {
		service.ManagedFields = nil
		service.Status = corev1.ServiceStatus{}
	}
	return object, nil
}

// Environment is what the controller works with beside the manager and the configuration.
type Environment struct {
	// Scope is what is served.
	Scope scope.Scope
	// Events writes what is to be reported of servers.
	Events *eventsink.Sink
	// Metrics counts what becomes of servers; nil counts nothing.
	Metrics *metrics.Recorder
}

// Add adds the controller to mgr as the configuration wants it.
func Add(mgr ctrl.Manager, cfg *configv1alpha1.ControllerConfiguration, env Environment) error {
	options := planning.Configured(cfg)
	// Pods of servers have the default scheduler, and are placed by it one by one: they are in no gang.
	options.Features.Schedulers.Plugins = nil
	r := &Reconciler{
		Client: mgr.GetClient(), APIReader: mgr.GetAPIReader(), Cache: mgr.GetCache(),
		Submitter: native.New(direct{mgr.GetAPIReader(), mgr.GetClient()}, options.Features.Schedulers), Asker: inquiry.New(),
		Options: options, Policy: connect.Policy{MaxBackoff: cfg.Retries.MaxInterval.Duration},
		Metrics: env.Metrics, Events: env.Events.Recorder(eventSource), Clock: clock.RealClock{}, Scope: env.Scope,
	}
	if err := r.Setup(mgr, controller.Options{MaxConcurrentReconciles: int(cfg.Workers), RateLimiter: manager.RetryBackoff()}); err != nil {
		return fmt.Errorf("set up the controller of Connect servers: %w", err)
	}
	return nil
}

// unreadables reports the servers that cannot be decoded.
func (r *Reconciler) unreadables() *unreadable.Reconciler[*stored.SparkConnect] {
	return &unreadable.Reconciler[*stored.SparkConnect]{Kind: kind, Client: r.Client, APIReader: r.APIReader, Events: r.Events, Clock: r.Clock}
}

// identityOf is read where a server's identity and version are all that matters.
func identityOf() *metav1.PartialObjectMetadata {
	server := &metav1.PartialObjectMetadata{}
	server.SetGroupVersionKind(serverKind)
	return server
}
