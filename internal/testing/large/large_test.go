// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package large_test

import (
	"encoding/json"
	"fmt"
	"testing"

	corev1 "k8s.io/api/core/v1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1alpha1"
	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/testing/large"
)

// Every field that is found can be filled, and makes the object as large as asked and no larger than its elements need.
func TestFill(t *testing.T) {
	const size = 4000
	for _, make := range []func() any{
		func() any { return &v1beta2.SparkApplication{} }, func() any { return &v1beta2.ScheduledSparkApplication{} },
		func() any { return &v1alpha1.SparkConnect{} }, func() any { return &corev1.Pod{} },
	} {
		found := map[string]bool{}
		empty, err := json.Marshal(make())
		if err != nil {
			t.Fatal(err)
		}
		for _, field := range large.FieldsOf(make()) {
			if found[field.Path] {
				t.Errorf("%T: %s is found twice", make(), field.Path)
			}
			found[field.Path] = true
			object := make()
			field.Fill(object, size)
			encoded, err := json.Marshal(object)
			if grown := len(encoded) - len(empty); err != nil || grown < size-8 || grown > 2*size {
				t.Errorf("%T: %s has %d bytes (%v), want %d", make(), field.Path, grown, err, size)
			}
		}
		for _, path := range map[string][]string{
			"*v1beta2.SparkApplication": {"spec.driver.tolerations", "spec.sparkConf", "spec.executor.env", "spec.driver.sidecars[].env", "spec.arguments", "spec.driver.javaOptions"},
			"*v1.Pod":                   {"spec.containers[].env", "metadata.labels"},
		}[fmt.Sprintf("%T", make())] {
			if !found[path] {
				t.Errorf("%T: %s is not found", make(), path)
			}
		}
	}
}
