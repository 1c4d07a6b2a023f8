// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"errors"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"

	configv1alpha1 "github.com/alauda/spark-operator/apis/config/v1alpha1"
	"github.com/alauda/spark-operator/apis/sparkoperator/v1alpha1"
	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/controllers/scheduledsparkapplication"
	"github.com/alauda/spark-operator/controllers/sparkapplication"
	"github.com/alauda/spark-operator/controllers/sparkconnect"
	"github.com/alauda/spark-operator/internal/batchscheduler/registry"
	"github.com/alauda/spark-operator/internal/caching"
	"github.com/alauda/spark-operator/internal/eventsink"
	"github.com/alauda/spark-operator/internal/manager"
	"github.com/alauda/spark-operator/internal/metrics"
	"github.com/alauda/spark-operator/internal/namespaces"
	"github.com/alauda/spark-operator/internal/scope"
	"github.com/alauda/spark-operator/internal/stored"
	"github.com/alauda/spark-operator/internal/submission/sparksubmit"
)

// ManagerOptions returns the options of the manager of the controllers. Its cache keeps what they read and no more: to
// read anything else by it is an error, so that nobody comes to keep all of a cluster's objects of a kind unawares. Its
// clients know the operator's kinds as they are stored.
func ManagerOptions(cfg *configv1alpha1.ControllerConfiguration) (ctrl.Options, error) {
	options := manager.Options(&cfg.SharedConfiguration)
	manager.Elect(&options, &cfg.LeaderElection)
	options.Scheme = storedScheme()
	options.Cache.ReaderFailOnMissingInformer = true
	options.Client.Cache = &client.CacheOptions{DisableFor: []client.Object{&corev1.ConfigMap{}, &corev1.Service{}}}
	served, err := namespaces.New(&cfg.SharedConfiguration)
	if err != nil {
		return ctrl.Options{}, err
	}
	err = caching.Apply(&options, served, caching.Pods(),
		sparkapplication.CacheLimit(), scheduledsparkapplication.CacheLimit(), sparkconnect.CacheLimit(), sparkconnect.ServiceLimit())
	return options, err
}

// Setup adds all controllers to a manager with ManagerOptions, as the configuration wants them. spark says where Spark
// is; recorder counts what becomes of applications, and nil counts nothing.
func Setup(
	ctx context.Context, mgr ctrl.Manager, cfg *configv1alpha1.ControllerConfiguration, spark sparksubmit.Options, recorder *metrics.Recorder,
) error {
	if err := caching.SetupIndexes(ctx, mgr.GetFieldIndexer()); err != nil {
		return err
	}
	served, err := namespaces.New(&cfg.SharedConfiguration)
	if err != nil {
		return err
	}
	if served.ByLabels() {
		// Objects are asked about as soon as they are listed.
		if _, err := mgr.GetCache().GetInformer(ctx, &corev1.Namespace{}, cache.BlockUntilSynced(false)); err != nil {
			return fmt.Errorf("watch namespaces: %w", err)
		}
	}
	events := eventsink.New(mgr.GetClient(), plainScheme(), clock.RealClock{})
	if err := mgr.Add(events); err != nil {
		return fmt.Errorf("set up events: %w", err)
	}
	within := scope.New(served, mgr.GetCache())
	return errors.Join(
		sparkapplication.Add(mgr, cfg, sparkapplication.Environment{Scope: within, Events: events, Spark: spark, Metrics: recorder}),
		scheduledsparkapplication.Add(mgr, cfg, scheduledsparkapplication.Environment{Scope: within, Events: events, Metrics: recorder}),
		sparkconnect.Add(mgr, cfg, sparkconnect.Environment{Scope: within, Events: events, Metrics: recorder}),
	)
}

func storedScheme() *runtime.Scheme {
	scheme := runtime.NewScheme()
	utilruntime.Must(clientgoscheme.AddToScheme(scheme))
	utilruntime.Must(stored.AddToScheme(scheme))
	utilruntime.Must(registry.AddToScheme(scheme))
	return scheme
}

// plainScheme knows the kinds of the objects that events are about.
func plainScheme() *runtime.Scheme {
	scheme := runtime.NewScheme()
	utilruntime.Must(v1beta2.AddToScheme(scheme))
	utilruntime.Must(v1alpha1.AddToScheme(scheme))
	return scheme
}
