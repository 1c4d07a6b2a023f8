// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package manifests

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	rbacv1 "k8s.io/api/rbac/v1"
	"sigs.k8s.io/yaml"
)

// The controller has no rights on Secrets unless the component for Kerberos gives it those of Spark's client.
func TestOnlyKerberosGivesTheControllerSecrets(t *testing.T) {
	for _, tc := range []struct {
		components []string
		want       [][]string
	}{
		{components: nil, want: nil},
		{components: []string{"kerberos"}, want: [][]string{{"create", "patch"}}},
		{components: []string{"kerberos", "namespaced", "no-webhook"}, want: [][]string{{"create", "patch"}}},
	} {
		var got [][]string
		for _, object := range buildWith(t, tc.components...) {
			if object.GetName() != "spark-operator-controller" || object.GetKind() != "ClusterRole" && object.GetKind() != "Role" {
				continue
			}
			content, err := object.AsYAML()
			if err != nil {
				t.Fatal(err)
			}
			role := &rbacv1.ClusterRole{}
			if err := yaml.Unmarshal(content, role); err != nil {
				t.Fatal(err)
			}
			for _, rule := range role.Rules {
				if slices.Contains(rule.Resources, "secrets") {
					got = append(got, rule.Verbs)
				}
			}
		}
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("%v: verbs on secrets (-want +got):\n%s", tc.components, diff)
		}
	}
}
