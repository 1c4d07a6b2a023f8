// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package audit

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	rbacv1 "k8s.io/api/rbac/v1"
	"sigs.k8s.io/kustomize/api/resource"
	"sigs.k8s.io/yaml"
)

// Permission is one thing that a role lets do.
type Permission struct{ Namespace, Verb, Group, Resource, Name string }

// Action is what it lets do, wherever and to whatever.
func (p Permission) Action() string { return p.Verb + " " + p.Group + "/" + p.Resource }

// String returns one line for people.
func (p Permission) String() string {
	line := p.Action()
	if p.Name != "" {
		line += " " + p.Name
	}
	if p.Namespace != "" {
		line += " in " + p.Namespace
	}
	return line
}

// Covers reports whether the request could be made by this permission. Who watches lists first, where the API server
// cannot stream what there is to a watch.
func (p Permission) Covers(r Request) bool {
	o := r.ObjectRef
	return (p.Verb == r.Verb || p.Verb == "list" && r.Verb == "watch") && p.Group == o.APIGroup && p.Resource == r.resource() &&
		(p.Namespace == "" || p.Namespace == o.Namespace) && (p.Name == "" || p.Name == o.Name)
}

// Permissions are those that an installation gives to a service account, sorted.
func Permissions(resources []*resource.Resource, account string) ([]Permission, error) {
	rules := map[string][]rbacv1.PolicyRule{}
	var bindings []rbacv1.RoleBinding
	for _, r := range resources {
		switch kind := r.GetKind(); kind {
		case "Role", "ClusterRole":
			role, err := decode[rbacv1.ClusterRole](r)
			if err != nil {
				return nil, err
			}
			rules[kind+" "+r.GetNamespace()+" "+r.GetName()] = role.Rules
		case "RoleBinding", "ClusterRoleBinding":
			binding, err := decode[rbacv1.RoleBinding](r)
			if err != nil {
				return nil, err
			}
			bindings = append(bindings, binding)
		}
	}
	found := map[Permission]bool{}
	for _, b := range bindings {
		if !slices.ContainsFunc(b.Subjects, func(s rbacv1.Subject) bool { return s.Name == account }) {
			continue
		}
		for _, rule := range rules[b.RoleRef.Kind+" "+b.Namespace+" "+b.RoleRef.Name] {
			for _, p := range flatten(b.Namespace, rule) {
				found[p] = true
			}
		}
	}
	return slices.SortedFunc(maps.Keys(found), func(a, b Permission) int { return cmp.Compare(a.String(), b.String()) }), nil
}

func flatten(namespace string, rule rbacv1.PolicyRule) []Permission {
	names := rule.ResourceNames
	if len(names) == 0 {
		names = []string{""}
	}
	var found []Permission
	for _, group := range rule.APIGroups {
		for _, res := range rule.Resources {
			for _, verb := range rule.Verbs {
				for _, name := range names {
					found = append(found, Permission{namespace, verb, group, res, name})
				}
			}
		}
	}
	return found
}

func decode[T any](r *resource.Resource) (object T, err error) {
	content, err := r.AsYAML()
	if err == nil {
		err = yaml.Unmarshal(content, &object)
	}
	if err != nil {
		return object, fmt.Errorf("%s %s: %w", r.GetKind(), r.GetName(), err)
	}
	return object, nil
}
