// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package builder

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
)

// UID is that of a stored application, in place of the one that the API server would draw.
const UID types.UID = "0c7d0a36-53b8-4b0c-8a3e-5f5f2f6d9f11"

// SparkApplication returns the smallest good application as an author writes it, with the changes made in their order.
func SparkApplication(namespace, name string, changes ...func(*v1beta2.SparkApplication)) *v1beta2.SparkApplication {
	app := &v1beta2.SparkApplication{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name},
		Spec: v1beta2.SparkApplicationSpec{
			Type: v1beta2.SparkApplicationTypeScala, SparkVersion: "4.0.1", Image: new("spark:4.0.1"),
			MainClass: new("org.apache.spark.examples.SparkPi"), MainApplicationFile: new("local:///pi.jar"),
		},
	}
	for _, change := range changes {
		change(app)
	}
	return app
}

// Stored returns the same application as the API server hands it out: with a UID.
func Stored(namespace, name string, changes ...func(*v1beta2.SparkApplication)) *v1beta2.SparkApplication {
	app := SparkApplication(namespace, name)
	app.UID = UID
	for _, change := range changes {
		change(app)
	}
	return app
}
