// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"slices"

	"github.com/operator-framework/api/pkg/operators/v1alpha1"
	rbacv1 "k8s.io/api/rbac/v1"
)

// permissions returns the rights of each service account, all of them as rights of a namespace. OLM gives those in the
// namespaces that an OperatorGroup names, and in the whole cluster where it names none; rights of a cluster it would
// give in any case. Roles that nobody is bound to are objects of the bundle.
func (in *inputs) permissions() ([]v1alpha1.StrategyDeploymentPermissions, error) {
	var all []v1alpha1.StrategyDeploymentPermissions
	used := map[string]bool{}
	for _, account := range in.accounts {
		rules, err := in.rulesOf(account.Name, used)
		if err != nil {
			return nil, err
		}
		all = append(all, v1alpha1.StrategyDeploymentPermissions{ServiceAccountName: account.Name, Rules: rules})
	}
	for _, r := range in.roles {
		if used[r.kind+r.name] {
			continue
		}
		if r.kind != "ClusterRole" {
			return nil, fmt.Errorf("%s %s is bound to no service account", r.kind, r.name)
		}
		in.objects = append(in.objects, r.resource)
	}
	return all, nil
}

// rulesOf returns the rules of all roles that a service account is bound to, and notes the roles.
func (in *inputs) rulesOf(account string, used map[string]bool) ([]rbacv1.PolicyRule, error) {
	var rules []rbacv1.PolicyRule
	for _, b := range in.bindings {
		bound := slices.ContainsFunc(b.subjects, func(s rbacv1.Subject) bool { return s.Kind == "ServiceAccount" && s.Name == account })
		if !bound {
			continue
		}
		at := slices.IndexFunc(in.roles, func(r role) bool { return r.kind == b.role.Kind && r.name == b.role.Name })
		if at < 0 {
			return nil, fmt.Errorf("binding %s is to %s %s, which is not built", b.name, b.role.Kind, b.role.Name)
		}
		used[b.role.Kind+b.role.Name] = true
		rules = append(rules, in.roles[at].rules...)
	}
	return rules, nil
}
