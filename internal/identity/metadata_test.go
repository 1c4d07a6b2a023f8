// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package identity

import (
	"testing"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
)

func TestMetadataHashSeesWhatAnAttemptIsMadeFrom(t *testing.T) {
	base := MetadataHash(application())
	for name, tc := range map[string]struct {
		change   func(*v1beta2.SparkApplication)
		wantSame bool
	}{
		"a label": {func(a *v1beta2.SparkApplication) { a.Labels = map[string]string{"team": "a"} }, false},
		"the operator's annotation": {
			func(a *v1beta2.SparkApplication) {
				a.Annotations = map[string]string{"sparkoperator.k8s.io/submission-mode": "Native"}
			}, false},
		"an annotation of somebody else's": {func(a *v1beta2.SparkApplication) { a.Annotations = map[string]string{"example.com/seen": "now"} }, true},
		"empty maps": {
			func(a *v1beta2.SparkApplication) { a.Labels, a.Annotations = map[string]string{}, map[string]string{} }, true},
		"the spec":   {func(a *v1beta2.SparkApplication) { a.Spec.SparkVersion = "3.5.6" }, true},
		"the status": {func(a *v1beta2.SparkApplication) { a.Status.Attempt = 3 }, true},
	} {
		t.Run(name, func(t *testing.T) {
			if got := MetadataHash(application(tc.change)) == base; got != tc.wantSame {
				t.Errorf("same: %t, want %t", got, tc.wantSame)
			}
		})
	}
	asLabel := application(func(a *v1beta2.SparkApplication) { a.Labels = map[string]string{"sparkoperator.k8s.io/x": "y"} })
	asAnnotation := application(func(a *v1beta2.SparkApplication) { a.Annotations = map[string]string{"sparkoperator.k8s.io/x": "y"} })
	if MetadataHash(asLabel) == MetadataHash(asAnnotation) {
		t.Error("a label is taken for an annotation")
	}
}
