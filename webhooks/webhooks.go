// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package webhooks

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/healthz"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	configv1alpha1 "github.com/alauda/spark-operator/apis/config/v1alpha1"
	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/scope"
)

// The names of the generated configurations are also those whose trust bundle internal/certs fills in.
//
// +kubebuilder:webhookconfiguration:mutating=true,name=spark-operator-webhook
// +kubebuilder:webhookconfiguration:mutating=false,name=spark-operator-webhook

// CachedObjects limits what the manager's cache holds of the objects that the endpoints read.
func CachedObjects() map[client.Object]cache.ByObject {
	return map[client.Object]cache.ByObject{&v1beta2.SparkApplication{}: {Transform: slim}}
}

// Options are what the endpoints depend on beside the requests.
type Options struct {
	// Served are the namespaces whose requests are answered; those of others pass as they are.
	Served scope.Scope
	// ResourceQuota is what becomes of applications that there is no quota for.
	ResourceQuota configv1alpha1.ResourceQuotaMode
}

// Setup registers every endpoint with the manager's webhook server, and has the manager wait to be ready until what they read
// has been listed. The manager's cache must be limited by CachedObjects.
func Setup(ctx context.Context, mgr ctrl.Manager, o Options) error {
	for path, endpoint := range endpoints(mgr.GetScheme(), mgr.GetCache(), mgr.GetAPIReader(), o) {
		mgr.GetWebhookServer().Register(path, endpoint)
	}
	read := map[string]client.Object{"sparkapplications": &v1beta2.SparkApplication{}}
	if o.ResourceQuota != configv1alpha1.ResourceQuotaIgnore {
		read["resourcequotas"] = &corev1.ResourceQuota{}
	}
	for name, object := range read {
		informer, err := mgr.GetCache().GetInformer(ctx, object, cache.BlockUntilSynced(false))
		if err != nil {
			return fmt.Errorf("watch %s: %w", name, err)
		}
		if err := mgr.AddReadyzCheck(name, synced(informer)); err != nil {
			return fmt.Errorf("set up readiness: %w", err)
		}
	}
	return nil
}

func synced(informer cache.Informer) healthz.Checker {
	return func(*http.Request) error {
		if !informer.HasSynced() {
			return errors.New("not listed yet")
		}
		return nil
	}
}

// endpoints are all that the webhook answers, by path.
func endpoints(scheme *runtime.Scheme, cache, api client.Reader, o Options) map[string]*admission.Webhook {
	apps := applications{cache: cache, api: api}
	all := map[string]*admission.Webhook{
		sparkApplicationDefaultPath:           newDefaulting(scheme, sparkApplicationDefaulter{}),
		scheduledSparkApplicationDefaultPath:  newDefaulting(scheme, scheduledSparkApplicationDefaulter{}),
		sparkConnectDefaultPath:               newDefaulting(scheme, sparkConnectDefaulter{}),
		sparkApplicationValidatePath:          admission.WithValidator(scheme, sparkApplicationValidator{quotaCheck{o.ResourceQuota, cache}}),
		scheduledSparkApplicationValidatePath: admission.WithValidator(scheme, scheduledSparkApplicationValidator{}),
		sparkConnectValidatePath:              admission.WithValidator(scheme, sparkConnectValidator{}),
		podPath:                               {Handler: newPodMutator(apps, admission.NewDecoder(scheme))},
	}
	for _, endpoint := range all {
		endpoint.Handler = scoped{served: o.Served, handler: endpoint.Handler}
		// A panic that is caught becomes a refusal. One that is not breaks the connection off, and the failure policy says what
		// becomes of the request.
		endpoint.RecoverPanic = new(false)
	}
	return all
}
