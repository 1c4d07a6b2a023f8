// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package manifests

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	rbacv1 "k8s.io/api/rbac/v1"
	"sigs.k8s.io/kustomize/api/resource"
	"sigs.k8s.io/yaml"
)

// The controller may make the PodGroups of a scheduler where that is chosen, and of no other, and nowhere else.
func TestOnlyTheirOverlaysGiveTheControllerPodGroups(t *testing.T) {
	verbs := []string{"create", "delete", "get", "list"}
	for name, tc := range map[string]struct {
		built []*resource.Resource
		want  map[string][]string
	}{
		"config/default":                 {build(t, "config/default"), map[string][]string{}},
		"config/overlays/volcano":        {build(t, "config/overlays/volcano"), map[string][]string{"scheduling.volcano.sh": verbs}},
		"config/overlays/yunikorn":       {build(t, "config/overlays/yunikorn"), map[string][]string{}},
		"config/components/coscheduling": {buildWith(t, "coscheduling"), map[string][]string{"scheduling.x-k8s.io": verbs}},
		"coscheduling without a ClusterRole": {
			buildWith(t, "coscheduling", "namespaced", "no-webhook"), map[string][]string{"scheduling.x-k8s.io": verbs},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := map[string][]string{}
			for _, object := range tc.built {
				if object.GetKind() != "ClusterRole" && object.GetKind() != "Role" {
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
					if slices.Contains(rule.Resources, "podgroups") {
						got[rule.APIGroups[0]] = rule.Verbs
					}
				}
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("verbs on PodGroups (-want +got):\n%s", diff)
			}
		})
	}
}
