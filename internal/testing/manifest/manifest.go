// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package manifest

import (
	"os"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
)

// Application returns the application of a file.
func Application(tb testing.TB, path string) *v1beta2.SparkApplication {
	tb.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		tb.Fatal(err)
	}
	app := &v1beta2.SparkApplication{}
	if err := yaml.UnmarshalStrict(content, app); err != nil {
		tb.Fatalf("%s: %v", path, err)
	}
	return app
}
