// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package conformance

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/testing/manifest"
	"github.com/alauda/spark-operator/pkg/sparklabels"
	"github.com/alauda/spark-operator/test/conformance/cases"
)

// recorded are the applications whose objects are kept in files for reviewers to read.
const recorded = "../../internal/submission/conformance/testdata/*.app.yaml"

// refusals are the cases that a real API server does not take, and the versions of Spark of which it does not; all
// where there are none.
var refusals = map[string]struct {
	why      string
	versions []string
}{
	"labels":                           {why: "Spark fills in {{APP_ID}} in the labels of pods, and leaves it as it stands in those of the driver's Service"},
	"driver.labels 2":                  {why: noIDs, versions: []string{"3.5"}},
	"spark.kubernetes.driver.label. 1": {why: noIDs, versions: []string{"3.5"}},
}

const noIDs = "Spark fills in {{APP_ID}} in annotations only"

// refuses returns whether a real API server refuses what the release makes of a case.
func (s *spark) refuses(name string) bool {
	refusal, found := refusals[name]
	return found && (len(refusal.versions) == 0 || slices.ContainsFunc(refusal.versions, func(minor string) bool {
		return strings.HasPrefix(s.version, minor+".")
	}))
}

func TestRecordedApplications(t *testing.T) {
	inputs, err := filepath.Glob(recorded)
	if err != nil || len(inputs) == 0 {
		t.Fatalf("no applications: %v", err)
	}
	forEachSpark(t, func(t *testing.T, s *spark) {
		t.Helper()
		for _, input := range inputs {
			name := strings.TrimSuffix(filepath.Base(input), ".app.yaml")
			t.Run(name, func(t *testing.T) {
				app := manifest.Application(t, input)
				if s.refuses(name) {
					s.expectRefused(t, app)
					return
				}
				s.expectSame(t, app)
			})
		}
	})
}

// Spark's client leaves it to the driver to find out that no executor can be made; ours refuses the application.
func TestExecutorsThatCannotBeMade(t *testing.T) {
	forEachSpark(t, func(t *testing.T, s *spark) {
		t.Helper()
		app, err := cases.Case{}.Application()
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"a", "b"} {
			app.Spec.Volumes = append(app.Spec.Volumes, corev1.Volume{
				Name: sparklabels.LocalDirVolumePrefix + name, VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}},
			})
			app.Spec.Executor.VolumeMounts = append(app.Spec.Executor.VolumeMounts, corev1.VolumeMount{
				Name: sparklabels.LocalDirVolumePrefix + name, MountPath: "/scratch",
			})
		}
		s.expectRefused(t, app)
	})
}

// expectSame fails where the two ways differ, or both refuse.
func (s *spark) expectSame(t *testing.T, app *v1beta2.SparkApplication) outcome {
	t.Helper()
	app.Spec.SparkVersion = s.version
	got, err := s.submitBoth(t.Context(), app)
	switch {
	case err != nil:
		t.Fatal(err)
	case got.native != nil && got.spark != nil:
		t.Fatalf("both refuse: %v\n%s", got.native, firstLines(got.spark))
	case got.failure() != "":
		t.Errorf("-spark-submit +ours:\n%s", got.failure())
	}
	return got
}

// expectRefused fails where either way takes the application.
func (s *spark) expectRefused(t *testing.T, app *v1beta2.SparkApplication) {
	t.Helper()
	app.Spec.SparkVersion = s.version
	got, err := s.submitBoth(t.Context(), app)
	if err != nil {
		t.Fatal(err)
	}
	if got.native == nil || got.spark == nil {
		t.Errorf("not both refuse: native submitter: %v, spark-submit: %v", got.native, got.spark)
	}
}
