// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package scheduledsparkapplication

import (
	"os"
	"regexp"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
)

// manifests are the blocks of YAML in a document.
var manifests = regexp.MustCompile("(?s)```yaml\n(.*?)```")

// Every manifest of the document on schedules is a schedule that the API server takes as it is, and that is scheduled.
func TestDocumentedManifestsAreScheduled(t *testing.T) {
	document, err := os.ReadFile("../../../docs/schedules.md")
	if err != nil {
		t.Fatal(err)
	}
	namespace := newNamespace(t)
	start(t, namespace, nil, nil)
	found := manifests.FindAllSubmatch(document, -1)
	if len(found) < 8 {
		t.Fatalf("docs/schedules.md has %d manifests; one each is wanted for time zones, concurrency, missed runs, deadlines, run now, backfill, history and suspend", len(found))
	}
	for _, manifest := range found {
		s := &v1beta2.ScheduledSparkApplication{}
		if err := yaml.UnmarshalStrict(manifest[1], s); err != nil {
			t.Fatalf("%v in\n%s", err, manifest[1])
		}
		t.Run(s.Name, func(t *testing.T) {
			s.Namespace = namespace
			create(t, s)
			untilScheduled(t, s)
			if suspended := s.Spec.Suspend != nil && *s.Spec.Suspend; s.Status.NextRun.IsZero() != suspended {
				t.Errorf("status %+v", s.Status)
			}
		})
	}
}
