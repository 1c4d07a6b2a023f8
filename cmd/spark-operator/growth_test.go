// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/testing/large"
	"github.com/alauda/spark-operator/pkg/sparkconf"
)

// What rendering costs, with what it masks, grows with the application and not with the product of its parts, whatever
// the view and the author's pattern of what is secret.
func TestRenderingGrowsWithItsApplication(t *testing.T) {
	const size = 64 << 10
	large.Quiet(t)
	fields := map[string]large.Field{}
	for _, field := range large.FieldsOf(&v1beta2.SparkApplication{}) {
		fields[field.Path] = field
	}
	for path, field := range map[string]large.Field{
		"properties":                  fields["spec.sparkConf"],
		"secret properties":           fields["spec.sparkConf"].Of("spark.%d.password"),
		"Hadoop's properties":         fields["spec.hadoopConf"],
		"variables":                   fields["spec.driver.env"],
		"variables of executors":      fields["spec.executor.envVars"],
		"variables in a template":     fields["spec.executor.template.spec.containers[].env"],
		"annotations":                 fields["spec.executor.annotations"],
		"annotations of the Service":  fields["spec.driver.serviceAnnotations"],
		"arguments":                   fields["spec.arguments"],
		"arguments with names":        fields["spec.arguments"].Of("a=%d"),
		"arguments of a sidecar":      fields["spec.driver.sidecars[].args"],
		"options of the driver's JVM": fields["spec.driver.javaOptions"].Of("-Da=b "),
		"metrics":                     fields["spec.monitoring.metricsProperties"].Of("a.b=c\n"),
	} {
		for name, masked := range map[string]bool{"": false, " and a pattern": true} {
			for view, flags := range map[string][]string{"objects": nil, "conf": {"--conf"}, "spark-submit": {"--mode", "spark-submit"}} {
				t.Run(path+name+", "+view, func(t *testing.T) {
					large.Grows(t, size, func(size int) large.Work { return rendered(t, field, size, masked, flags) })
				})
			}
		}
	}
}

// rendered renders an application with a large field and, where it is masked, a pattern that is as large as it may be
// with the largest.
func rendered(t *testing.T, field large.Field, size int, masked bool, flags []string) large.Work {
	t.Helper()
	app := &v1beta2.SparkApplication{
		TypeMeta:   metav1.TypeMeta{APIVersion: v1beta2.GroupVersion.String(), Kind: "SparkApplication"},
		ObjectMeta: metav1.ObjectMeta{Name: "pi"},
		Spec: v1beta2.SparkApplicationSpec{
			Type: v1beta2.SparkApplicationTypeScala, SparkVersion: "4.0.1", Image: new("spark:4.0.1"), MainClass: new("Pi"), MainApplicationFile: new("local:///pi.jar"),
		},
	}
	app.Spec.SparkConf = map[string]string{}
	field.Fill(app, size)
	if masked {
		app.Spec.SparkConf[sparkconf.RedactionRegex] = strings.Repeat("(a?)", size/64)
	}
	document, err := json.Marshal(app)
	if err != nil {
		t.Fatal(err)
	}
	return func() {
		if r := execute(string(document), append([]string{"render", "-f", "-"}, flags...)...); r.Code != 0 {
			t.Errorf("exit code %d: %.300s", r.Code, r.Stderr)
		}
	}
}
