// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package webhooks

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/healthz"
	"sigs.k8s.io/controller-runtime/pkg/webhook"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	configv1alpha1 "github.com/alauda/spark-operator/apis/config/v1alpha1"
	"github.com/alauda/spark-operator/apis/sparkoperator/v1alpha1"
	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/batchscheduler"
	"github.com/alauda/spark-operator/internal/batchscheduler/registry"
	"github.com/alauda/spark-operator/internal/caching"
	"github.com/alauda/spark-operator/internal/features"
	"github.com/alauda/spark-operator/internal/manager"
	"github.com/alauda/spark-operator/internal/namespaces"
	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/internal/scope"
	"github.com/alauda/spark-operator/internal/stored"
)

// The names of the generated configurations are also those whose trust bundle internal/certs fills in.
//
// +kubebuilder:webhookconfiguration:mutating=true,name=spark-operator-webhook
// +kubebuilder:webhookconfiguration:mutating=false,name=spark-operator-webhook

// Certificate is what the endpoints are served with, wherever it comes from.
type Certificate interface {
	GetCertificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error)
	// CacheLimits limits the cache to what is watched for it.
	CacheLimits() []caching.Limit
	SetupWithManager(mgr ctrl.Manager) error
	// Valid is a readiness check.
	Valid(request *http.Request) error
}

// ManagerOptions returns the options of the manager of the webhook, without leader election: every replica serves. Its
// cache holds what the endpoints read of applications in the namespaces that are served. Its clients know applications
// as they are stored, and what the certificate is kept in.
func ManagerOptions(cfg *configv1alpha1.WebhookConfiguration, certificate Certificate) (ctrl.Options, error) {
	options := manager.Options(&cfg.SharedConfiguration)
	options.Scheme = runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{corev1.AddToScheme, admissionv1.AddToScheme, stored.AddToScheme} {
		utilruntime.Must(add(options.Scheme))
	}
	options.WebhookServer = webhook.NewServer(webhook.Options{Port: int(cfg.Port), TLSOpts: []func(*tls.Config){
		manager.WithoutHTTP2, func(c *tls.Config) { c.GetCertificate = certificate.GetCertificate },
	}})
	served, err := namespaces.New(&cfg.SharedConfiguration)
	if err != nil {
		return ctrl.Options{}, err
	}
	limits := append(certificate.CacheLimits(), caching.Stored(&stored.SparkApplication{}, transform))
	err = caching.Apply(&options, served, limits...)
	return options, err
}

// Options are what the endpoints depend on beside the requests.
type Options struct {
	// Served are the namespaces whose requests are answered; those of others pass as they are.
	Served scope.Scope
	// ResourceQuota is what becomes of applications that there is no quota for.
	ResourceQuota configv1alpha1.ResourceQuotaMode
	// Schedulers are the batch schedulers that applications may have.
	Schedulers batchscheduler.Schedulers
}

// Setup adds the webhook to a manager with ManagerOptions: certificate and endpoints. The manager is ready when both
// are.
func Setup(ctx context.Context, mgr ctrl.Manager, cfg *configv1alpha1.WebhookConfiguration, certificate Certificate) error {
	if err := certificate.SetupWithManager(mgr); err != nil {
		return fmt.Errorf("set up certificate: %w", err)
	}
	if err := mgr.AddReadyzCheck("certificate", certificate.Valid); err != nil {
		return fmt.Errorf("set up readiness: %w", err)
	}
	served, err := namespaces.New(&cfg.SharedConfiguration)
	if err != nil {
		return err
	}
	return setupEndpoints(ctx, mgr, Options{
		Served: scope.New(served, mgr.GetCache()).Asking(mgr.GetAPIReader()), ResourceQuota: cfg.ResourceQuota,
		Schedulers: registry.Configured(cfg.BatchScheduler),
	})
}

// setupEndpoints registers every endpoint with the manager's webhook server, and has the manager wait to be ready until
// what they read has been listed.
func setupEndpoints(ctx context.Context, mgr ctrl.Manager, o Options) error {
	for path, endpoint := range endpoints(mgr.GetCache(), mgr.GetAPIReader(), o) {
		mgr.GetWebhookServer().Register(path, endpoint)
	}
	read := map[string]client.Object{"sparkapplications": &stored.SparkApplication{}}
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
	if err := mgr.AddReadyzCheck("webhook", mgr.GetWebhookServer().StartedChecker()); err != nil {
		return fmt.Errorf("set up readiness: %w", err)
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
func endpoints(cache, api client.Reader, o Options) map[string]*admission.Webhook {
	// A scheme without kinds: with others it is the body that says as what it is decoded, and not the endpoint.
	scheme := runtime.NewScheme()
	apps := applications{cache: cache, api: api}
	plans := planning.Options{Features: features.Options{Schedulers: o.Schedulers}}
	all := map[string]*admission.Webhook{
		sparkApplicationDefaultPath:          {Handler: defaulting(v1beta2.SetSparkApplicationDefaults)},
		scheduledSparkApplicationDefaultPath: {Handler: defaulting(v1beta2.SetScheduledSparkApplicationDefaults)},
		sparkConnectDefaultPath:              {Handler: defaulting(v1alpha1.SetSparkConnectDefaults)},
		sparkApplicationValidatePath: refuseUnreadable[v1beta2.SparkApplication](
			admission.WithValidator(scheme, sparkApplicationValidator{quotaCheck{o.ResourceQuota, cache}, plans}),
			v1beta2.GroupVersion.WithKind("SparkApplication")),
		scheduledSparkApplicationValidatePath: refuseUnreadable[v1beta2.ScheduledSparkApplication](
			admission.WithValidator(scheme, scheduledSparkApplicationValidator{plans}), v1beta2.GroupVersion.WithKind("ScheduledSparkApplication")),
		sparkConnectValidatePath: refuseUnreadable[v1alpha1.SparkConnect](
			admission.WithValidator(scheme, sparkConnectValidator{quotaCheck{o.ResourceQuota, cache}}), v1alpha1.GroupVersion.WithKind("SparkConnect")),
		podPath: {Handler: podMutation(apps)},
	}
	for _, endpoint := range all {
		endpoint.Handler = scoped{served: o.Served, handler: endpoint.Handler}
		// A panic that is caught becomes a refusal. One that is not breaks the connection off, and the failure policy
		// says what becomes of the request.
		endpoint.RecoverPanic = new(false)
	}
	return all
}
