// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import (
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// DefaultControllerConfiguration is the configuration of a controller that is told nothing.
func DefaultControllerConfiguration() *ControllerConfiguration {
	return &ControllerConfiguration{
		TypeMeta:            typeMeta(ControllerConfigurationKind),
		SharedConfiguration: defaultShared(),
		LeaderElection: LeaderElection{
			Enabled:       true,
			LeaseName:     "spark-operator-controller-lock",
			LeaseDuration: seconds(15),
			RenewDeadline: seconds(10),
			RetryPeriod:   seconds(2),
		},
		Submission: Submission{
			Mode:        SubmissionAuto,
			SparkSubmit: SparkSubmit{Workers: 2, Timeout: seconds(180)},
		},
		Workers:                  10,
		MaxTrackedExecutorPerApp: 1000,
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
