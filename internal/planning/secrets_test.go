// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package planning_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/pkg/sparkconf"
)

// What is a secret to one application is the name of another thing, and its own name is no secret.
func TestHidingSecretsKeepsNames(t *testing.T) {
	const mask = sparkconf.Redacted
	app := sparkPi(properties("spark.hadoop.fs.s3a.access.key", "minio", "spark.hadoop.fs.s3a.secret.key", "ingest", "spark.my.token", "minio-ingest-2026"))
	app.Name, app.Namespace = "minio-ingest", "minio"
	for text, want := range map[string]string{
		"driver pod minio-ingest-driver of minio/minio-ingest ended":          "driver pod minio-ingest-driver of minio/minio-ingest ended",
		`pods "minio-ingest-driver" already exists; spark:4.0.1 is not there`: `pods "minio-ingest-driver" already exists; spark:4.0.1 is not there`,
		"refused: fs.s3a.secret.key=ingest":                                   "refused: fs.s3a.secret.key=" + mask,
		"sent minio-ingest-2026 to minio":                                     "sent " + mask + " to minio",
	} {
		if diff := cmp.Diff(want, planning.HideSecrets(app, errors.New(text)).Error()); diff != "" {
			t.Errorf("text (-want +got):\n%s", diff)
		}
	}
	path := field.NewPath("spec", "sparkConf").Key("spark.my.key")
	got := planning.HideSecretsIn(planning.Secrets(app), field.ErrorList{field.Invalid(path, "ingest", "minio is no key"), field.Invalid(path, "minio-ingest", "is a name")})
	want := field.ErrorList{field.Invalid(path, mask, "minio is no key"), field.Invalid(path, "minio-ingest", "is a name")}
	if diff := cmp.Diff(want.ToAggregate().Error(), got.ToAggregate().Error()); diff != "" {
		t.Errorf("errors (-want +got):\n%s", diff)
	}
}
