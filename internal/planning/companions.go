// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package planning

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/monitoring"
	"github.com/alauda/spark-operator/pkg/podmutation"
	"github.com/alauda/spark-operator/pkg/render"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// Companions returns the objects that the application has beside those of Spark's client, as they are to be created: before the driver, which
// waits for them. They are the same whatever submits the driver.
func (p *Plan) Companions() []render.Object {
	files := monitoring.Of(p.app).Files
	if len(files) == 0 {
		return nil
	}
	return []render.Object{&corev1.ConfigMap{
		TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "ConfigMap"},
		ObjectMeta: metav1.ObjectMeta{
			Namespace: p.app.Namespace, Name: sparklabels.PrometheusConfigMap(p.app.Name), Labels: p.objectLabels(),
			Annotations:     map[string]string{sparklabels.SpecHash: p.attempt.SpecHash},
			OwnerReferences: []metav1.OwnerReference{podmutation.Owner(p.app)},
		},
		Data: files,
	}}
}

// monitored returns what monitoring adds to the plan of an application.
func monitored(app *v1beta2.SparkApplication) []Decoration {
	exposure := monitoring.Of(app)
	return []Decoration{{
		Driver:   PodDecoration{Annotations: exposure.Driver.Annotations, JavaOptions: exposure.Driver.JavaOptions},
		Executor: PodDecoration{Annotations: exposure.Executor.Annotations, JavaOptions: exposure.Executor.JavaOptions},
		Conf:     exposure.Conf,
	}}
}
