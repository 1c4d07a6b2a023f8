// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// WebhookConfiguration is the webhook's configuration file.
//
// +kubebuilder:object:root=true
type WebhookConfiguration struct {
	metav1.TypeMeta     `json:",inline"`
	SharedConfiguration `json:",inline"`

	// port the API server calls.
	// +optional
	Port int32 `json:"port,omitempty"`
	// certificate is the one the webhook serves with.
	// +optional
	Certificate WebhookCertificate `json:"certificate,omitzero"`
	// resourceQuota is what becomes of an application whose pods do not fit into what the ResourceQuotas of its
	// namespace leave: Ignore, Warn or Enforce.
	// +optional
	ResourceQuota ResourceQuotaMode `json:"resourceQuota,omitempty"`
}

// ResourceQuotaMode is what becomes of an application that there is no quota for.
type ResourceQuotaMode string

// The modes of resource quotas.
const (
	// ResourceQuotaIgnore accepts the application; its pods wait or fail.
	ResourceQuotaIgnore ResourceQuotaMode = "Ignore"
	// ResourceQuotaWarn accepts the application and says what is missing.
	ResourceQuotaWarn ResourceQuotaMode = "Warn"
	// ResourceQuotaEnforce refuses the application.
	ResourceQuotaEnforce ResourceQuotaMode = "Enforce"
)

// WebhookCertificate says where the webhook's certificate comes from.
type WebhookCertificate struct {
	// mode is SelfManaged, where the webhook makes and renews its certificate, or Mounted, where somebody else puts it
	// into a directory.
	// +optional
	Mode CertificateMode `json:"mode,omitempty"`
	// dir holds tls.crt and tls.key. Mounted only.
	// +optional
	Dir string `json:"dir,omitempty"`
	// secretName is the Secret, in the webhook's namespace, that replicas share the certificate by. SelfManaged only.
	// +optional
	SecretName string `json:"secretName,omitempty"`
	// serviceName is the Service, in the webhook's namespace, that the API server calls: the certificate is for its
	// name.
	// +optional
	ServiceName string `json:"serviceName,omitempty"`
	// mutatingConfiguration is the MutatingWebhookConfiguration to put the trust bundle into; none if empty.
	// SelfManaged only.
	// +optional
	MutatingConfiguration string `json:"mutatingConfiguration"`
	// validatingConfiguration is the ValidatingWebhookConfiguration to put the trust bundle into; none if empty.
	// SelfManaged only.
	// +optional
	ValidatingConfiguration string `json:"validatingConfiguration"`
}

// CertificateMode says where a certificate comes from.
type CertificateMode string

// The certificate modes.
const (
	// CertificateSelfManaged is made and renewed by the webhook.
	CertificateSelfManaged CertificateMode = "SelfManaged"
	// CertificateMounted is put into a directory by cert-manager, OLM or an administrator.
	CertificateMounted CertificateMode = "Mounted"
)
