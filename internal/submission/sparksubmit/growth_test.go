// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparksubmit

import (
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/identity"
	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/internal/testing/large"
)

// What it costs to check an application and to write what spark-submit reads never grows with the square of what an
// author writes.
func TestCheckGrowsWithItsApplication(t *testing.T) {
	const size = 128 << 10
	large.Quiet(t)
	for _, field := range large.FieldsOf(&v1beta2.SparkApplication{}) {
		if field.Text || field.Depth > 1 {
			continue
		}
		t.Run(field.Path, func(t *testing.T) {
			large.Grows(t, size, func(size int) large.Work { return checked(t, field, size) })
		})
	}
}

func checked(t *testing.T, field large.Field, size int) large.Work {
	t.Helper()
	app := &v1beta2.SparkApplication{
		ObjectMeta: metav1.ObjectMeta{UID: "0c7d0a36-53b8-4b0c-8a3e-5f5f2f6d9f11"},
		Spec: v1beta2.SparkApplicationSpec{
			Type: v1beta2.SparkApplicationTypeScala, SparkVersion: "4.0.1", Image: new("spark:4.0.1"), MainClass: new("Pi"),
			MainApplicationFile: new("local:///pi.jar"),
		},
	}
	field.Fill(app, size)
	app.Namespace, app.Name = "team", "pi"
	plan, err := planning.NewPlan(app, identity.Of(app, 1), planning.Options{})
	if err != nil {
		// Nothing of it comes to be submitted.
		return func() {}
	}
	uploads, files := Uploads{Path: "s3a://uploads"}, filesIn(t.TempDir())
	return func() {
		if Check(plan, uploads) == nil {
			Argv(plan, files)
			if err := writeFiles(plan, files, uploads); err != nil {
				t.Error(err)
			}
		}
	}
}
