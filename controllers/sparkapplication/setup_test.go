// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkapplication

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/stored"
)

func TestMasterIsTheAddressOnlyOutsideOfTheCluster(t *testing.T) {
	for _, tc := range []struct{ address, host, want string }{
		{"https://10.0.0.1:6443", "", "k8s://https://10.0.0.1:6443"},
		{"https://[fd00::1]:6443", "", "k8s://https://[fd00::1]:6443"},
		{"https://10.0.0.1:6443", "10.96.0.1", ""},
		{"https://[fd00::1]:443", "fd00::1", ""},
	} {
		environment := map[string]string{"KUBERNETES_SERVICE_HOST": tc.host}
		if got := master(&rest.Config{Host: tc.address}, func(name string) string { return environment[name] }); got != tc.want {
			t.Errorf("master() of %s in an environment %v = %q, want %q", tc.address, environment, got, tc.want)
		}
	}
}

func TestApplicationsAreKeptWithoutWhatToolsWrote(t *testing.T) {
	app := stored.Of(&v1beta2.SparkApplication{ObjectMeta: metav1.ObjectMeta{
		ManagedFields: []metav1.ManagedFieldsEntry{{Manager: "kubectl"}},
		Annotations:   map[string]string{corev1.LastAppliedConfigAnnotation: "{}", "mine": "yes"},
	}})
	transform(app)
	got, err := app.Read()
	if err != nil {
		t.Fatal(err)
	}
	want := &v1beta2.SparkApplication{ObjectMeta: metav1.ObjectMeta{Annotations: map[string]string{"mine": "yes"}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("kept (-want +got):\n%s", diff)
	}
}
