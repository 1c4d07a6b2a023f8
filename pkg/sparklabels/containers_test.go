// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparklabels_test

import (
	"testing"

	corev1 "k8s.io/api/core/v1"

	"github.com/alauda/spark-operator/pkg/sparklabels"
)

func TestTemplateContainer(t *testing.T) {
	for title, tc := range map[string]struct {
		names []string
		want  int
	}{
		"none":            {nil, -1},
		"the only one":    {[]string{"a"}, 0},
		"by name":         {[]string{"a", "main"}, 1},
		"the first":       {[]string{"a", "b"}, 0},
		"two of the name": {[]string{"a", "main", "main"}, 0},
	} {
		t.Run(title, func(t *testing.T) {
			var containers []corev1.Container
			for _, name := range tc.names {
				containers = append(containers, corev1.Container{Name: name})
			}
			if got := sparklabels.TemplateContainer(containers, "main"); got != tc.want {
				t.Errorf("container %d, want %d", got, tc.want)
			}
		})
	}
}
