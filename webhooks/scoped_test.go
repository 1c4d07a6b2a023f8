// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package webhooks

import (
	"testing"

	admissionv1 "k8s.io/api/admission/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	configv1alpha1 "github.com/alauda/spark-operator/apis/config/v1alpha1"
	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/namespaces"
	"github.com/alauda/spark-operator/internal/scope"
)

func TestOnlyServedNamespacesAreTouched(t *testing.T) {
	filter, err := namespaces.New(&configv1alpha1.SharedConfiguration{Namespaces: []string{"served"}})
	if err != nil {
		t.Fatal(err)
	}
	h := scoped{served: scope.New(filter, nil), handler: defaulting(v1beta2.SetSparkApplicationDefaults)}
	for namespace, wantPatch := range map[string]bool{"served": true, "other": false} {
		response := h.Handle(t.Context(), admission.Request{AdmissionRequest: admissionv1.AdmissionRequest{
			Operation: admissionv1.Create, Namespace: namespace, Object: runtime.RawExtension{Raw: []byte(minimalApplication)},
		}})
		if !response.Allowed || (len(response.Patches) > 0) != wantPatch {
			t.Errorf("namespace %s: allowed %t with %d patches, want a patch: %t", namespace, response.Allowed, len(response.Patches), wantPatch)
		}
	}
}
