// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package planning_test

import (
	"fmt"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// What a ConfigMap has no room for is refused at apply, with the field that is too large; what fits is not.
func TestConfigurationFitsIntoAConfigMap(t *testing.T) {
	large := func(n int) string { return strings.Repeat("x", n) }
	sparkSubmit := func(app *application) {
		app.Annotations = map[string]string{sparklabels.SubmissionMode: sparklabels.SubmissionModeSparkSubmit}
	}
	template := func(n int) func(*application) {
		return func(app *application) {
			app.Spec.Executor.Template = &corev1.PodTemplateSpec{Spec: corev1.PodSpec{
				Containers: []corev1.Container{{Name: sparklabels.ExecutorContainer, Env: []corev1.EnvVar{{Name: "LARGE", Value: large(n)}}}},
			}}
		}
	}
	labels := func(n int) map[string]string {
		entries := map[string]string{}
		for i := range n {
			entries[fmt.Sprintf("example.com/label-%05d", i)] = strings.Repeat("x", 60)
		}
		return entries
	}
	for name, tc := range map[string]struct {
		given func(*application)
		want  string
	}{
		"a large one": {func(app *application) { app.Spec.SparkConf = map[string]string{"spark.large": large(1_000_000)} }, ""},
		"sparkConf":   {func(app *application) { app.Spec.SparkConf = map[string]string{"spark.large": large(1 << 20)} }, "spec.sparkConf: Forbidden: it has 1048587 bytes"},
		"escaped sparkConf": {func(app *application) {
			app.Spec.SparkConf = map[string]string{"spark.large": strings.Repeat(":", 1<<19)}
		}, "spec.sparkConf: Forbidden: it has 524299 bytes"},
		"hadoopConf": {func(app *application) { app.Spec.HadoopConf = map[string]string{"large": large(1 << 20)} }, "spec.hadoopConf: Forbidden: it has 1048581 bytes"},
		"by spark-submit": {func(app *application) {
			sparkSubmit(app)
			app.Spec.SparkConf = map[string]string{"spark.large": large(1 << 20)}
		}, "spec.sparkConf: Forbidden: it has 1048587 bytes"},
		"labels of the application": {func(app *application) { app.Labels = labels(15_000) }, "metadata.labels: Forbidden: it has 1245000 bytes"},
		"labels of the driver":      {func(app *application) { app.Spec.Driver.Labels = labels(15_000) }, "spec.driver.labels: Forbidden: it has 1245000 bytes"},
		"labels of executors":       {func(app *application) { app.Spec.Executor.Labels = labels(15_000) }, "spec.executor.labels: Forbidden: it has 1245000 bytes"},
		"a template":                {template(1 << 20), "spec.executor: Forbidden: the pod template that the driver makes executors from has 1"},
		"a large template":          {template(900_000), ""},
	} {
		t.Run(name, func(t *testing.T) {
			errs := planning.Examine(sparkPi(tc.given), field.NewPath("spec"), planning.Options{}).Errors
			switch {
			case tc.want == "" && len(errs) > 0:
				t.Errorf("errors %v", errs)
			case tc.want != "" && (len(errs) != 1 || !strings.HasPrefix(errs[0].Error(), tc.want) || !strings.Contains(errs[0].Error(), "1048576 (1 MiB)")):
				t.Errorf("errors %v, want %s", errs, tc.want)
			}
		})
	}
}
