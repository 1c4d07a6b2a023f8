// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import (
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// DefaultControllerConfiguration is the configuration of a controller that is told nothing.
func DefaultControllerConfiguration() *ControllerConfiguration {
	shared := defaultShared()
	shared.Metrics.Labels = []string{"app_type"}
	// The bounds that dashboards know, and above them those of a cluster under load: up to two hours.
	shared.Metrics.JobSubmitLatencyBuckets = []float64{0.5, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192}
	shared.Metrics.JobStartLatencyBuckets = []float64{1, 2, 5, 10, 20, 30, 60, 90, 120, 150, 180, 210, 240, 270, 300, 600, 1200, 1800, 3600, 7200}
	return &ControllerConfiguration{
		TypeMeta:            typeMeta(ControllerConfigurationKind),
		SharedConfiguration: shared,
		LeaderElection: LeaderElection{
			Enabled:       true,
			LeaseName:     "spark-operator-controller-lock",
			LeaseDuration: seconds(15),
			RenewDeadline: seconds(10),
			RetryPeriod:   seconds(2),
		},
		Submission: Submission{
			Mode:           SubmissionAuto,
			ExecutorDryRun: true,
			SparkSubmit:    SparkSubmit{Workers: 2, Timeout: seconds(180)},
		},
		PodLabels:                PodLabels{Exclude: []string{"argocd.argoproj.io/*", "kustomize.toolkit.fluxcd.io/*", "helm.toolkit.fluxcd.io/*"}},
		UIService:                UIService{Enabled: true},
		Workers:                  10,
		MaxTrackedExecutorPerApp: 1000,
		Retries:                  Retries{MaxInterval: seconds(300)},
		// What could end an application that would succeed in the end has no limit unless one is set, but for what
		// seldom passes.
		Timeouts: Timeouts{
			Submission: seconds(1800), ExecutorsRefused: seconds(300), Sidecars: seconds(300), ExecutorsEnd: seconds(30),
			Cleanup: seconds(120),
		},
	}
}

// DefaultWebhookConfiguration is the configuration of a webhook that is told nothing.
func DefaultWebhookConfiguration() *WebhookConfiguration {
	return &WebhookConfiguration{
		TypeMeta:            typeMeta(WebhookConfigurationKind),
		SharedConfiguration: defaultShared(),
		Port:                9443,
		Certificate: WebhookCertificate{
			Mode:                    CertificateSelfManaged,
			Dir:                     "/etc/k8s-webhook-server/serving-certs",
			SecretName:              "spark-operator-webhook-certs",
			ServiceName:             "spark-operator-webhook-svc",
			MutatingConfiguration:   "spark-operator-webhook",
			ValidatingConfiguration: "spark-operator-webhook",
		},
		ResourceQuota: ResourceQuotaIgnore,
	}
}

// defaultShared allows many more requests than client-go would: an application needs about a dozen, and the API server
// protects itself. The limit is there for a controller gone wild.
func defaultShared() SharedConfiguration {
	return SharedConfiguration{
		CacheSyncTimeout: seconds(120),
		ClientConnection: ClientConnection{QPS: 500, Burst: 1000},
		Health:           Health{BindAddress: ":8081"},
		Metrics:          Metrics{BindAddress: ":8443", Secure: true},
		Pprof:            Pprof{BindAddress: Off},
	}
}

func typeMeta(kind string) metav1.TypeMeta {
	return metav1.TypeMeta{APIVersion: GroupVersion.String(), Kind: kind}
}

func seconds(n int) metav1.Duration {
	return metav1.Duration{Duration: time.Duration(n) * time.Second}
}
