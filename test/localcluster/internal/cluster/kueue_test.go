// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const kueueManifests = `---
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata:
  name: mutating-webhook-configuration
webhooks:
- clientConfig:
    service:
      name: webhook-service
      namespace: system
      path: /mutate--v1-pod
  name: mpod.kb.io
  rules:
  - apiGroups:
    - ""
- clientConfig:
    service:
      name: webhook-service
      namespace: system
      path: /mutate-sparkoperator
  name: msparkapplication.kb.io
  rules:
  - apiGroups:
    - sparkoperator.k8s.io
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata:
  name: validating-webhook-configuration
webhooks:
- clientConfig:
    service:
      name: webhook-service
      namespace: system
      path: /validate-kueue
  name: vclusterqueue.kb.io
  rules:
  - apiGroups:
    - kueue.x-k8s.io
`

// Pods must not depend on Kueue: only its own kinds and SparkApplications do.
func TestKueueWebhooks(t *testing.T) {
	file := filepath.Join(t.TempDir(), "manifests.yaml")
	if err := os.WriteFile(file, []byte(kueueManifests), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := kueueWebhooks(file, "QUJD")
	if err != nil {
		t.Fatal(err)
	}
	want := `---
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata:
  name: mutating-webhook-configuration-kueue
webhooks:
- clientConfig:
    url: https://198.18.0.1:19443/mutate-sparkoperator
    caBundle: QUJD
  name: msparkapplication.kb.io
  rules:
  - apiGroups:
    - sparkoperator.k8s.io
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata:
  name: validating-webhook-configuration-kueue
webhooks:
- clientConfig:
    url: https://198.18.0.1:19443/validate-kueue
    caBundle: QUJD
  name: vclusterqueue.kb.io
  rules:
  - apiGroups:
    - kueue.x-k8s.io
`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("webhooks (-want +got):\n%s", diff)
	}
}
