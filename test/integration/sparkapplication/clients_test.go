// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkapplication

import (
	"context"
	"fmt"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/submission/mode"
	"github.com/alauda/spark-operator/internal/submission/sparksubmit"
	"github.com/alauda/spark-operator/internal/testing/clients"
)

// What is stored while nothing has started yet, and by a status of an older operator that has no applicationState,
// suits those who look into it.
func TestClientsOfWhatHasNotStarted(t *testing.T) {
	for name, tc := range map[string]struct {
		change      func(*v1beta2.SparkApplication)
		status      string
		wantReason  string
		wantStarted bool
	}{
		"spark-submit is at work": {change: submittedBy(mode.SparkSubmit), wantReason: "Submitting"},
		"spark-submit is at work, and an older operator wrote the status": {
			change: submittedBy(mode.SparkSubmit), status: `{"status":{"driverInfo":{},"observedGeneration":1}}`, wantReason: "Submitting"},
		"suspended": {change: func(app *v1beta2.SparkApplication) { app.Spec.Suspend = new(true) }, wantReason: "Suspended", wantStarted: true},
	} {
		t.Run(name, func(t *testing.T) {
			app := newApplication(newNamespace(t), tc.change)
			create(t, app)
			if tc.status != "" {
				if err := api.Status().Patch(t.Context(), app.DeepCopy(), client.RawPatch("application/merge-patch+json", []byte(tc.status))); err != nil {
					t.Fatal(err)
				}
			}
			startControllerWith(t, app.Namespace, sparksubmit.Options{Home: fakeSpark(t, "sleep 60"), Dir: t.TempDir()})
			object := &unstructured.Unstructured{}
			object.SetGroupVersionKind(v1beta2.GroupVersion.WithKind("SparkApplication"))
			eventually(t, func(ctx context.Context) bool {
				return api.Get(ctx, client.ObjectKeyFromObject(app), object) == nil && reasonOf(object) == tc.wantReason
			}, func() string { return fmt.Sprintf("reason %s, status now %v", tc.wantReason, object.Object["status"]) })
			argo, err := clients.ArgoCD(object.Object)
			if err != nil || argo != clients.Progressing {
				t.Errorf("Argo CD says %q, %v: %v", argo, err, object.Object["status"])
			}
			if started := clients.AirflowStarted(object.Object); started != tc.wantStarted {
				t.Errorf("Airflow takes it for started: %t: %v", started, object.Object["status"])
			}
			if flux := clients.Flux(object.Object); flux != clients.Progressing {
				t.Errorf("Flux says %s", flux)
			}
		})
	}
}

// reasonOf returns the reason that kubectl get shows.
func reasonOf(object *unstructured.Unstructured) string {
	conditions, _, _ := unstructured.NestedSlice(object.Object, "status", "conditions")
	for _, c := range conditions {
		if condition, _ := c.(map[string]any); condition["type"] == v1beta2.ConditionSucceeded {
			return fmt.Sprint(condition["reason"])
		}
	}
	return ""
}
