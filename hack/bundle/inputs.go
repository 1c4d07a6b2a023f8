// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/operator-framework/api/pkg/operators/v1alpha1"
	admissionv1 "k8s.io/api/admissionregistration/v1"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/api/resource"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/yaml"
)

// inputs is what config/manifests builds, by what becomes of it.
type inputs struct {
	base        *v1alpha1.ClusterServiceVersion
	deployments []appsv1.Deployment
	accounts    []corev1.ServiceAccount
	roles       []role
	bindings    []binding
	mutating    []admissionv1.MutatingWebhookConfiguration
	validating  []admissionv1.ValidatingWebhookConfiguration
	crds        []apiextensionsv1.CustomResourceDefinition
	// samples are the examples of the kinds, of each kind the first.
	samples []map[string]any
	// objects go into the bundle as they are.
	objects []*resource.Resource
}

// role is a Role or ClusterRole.
type role struct {
	kind, name string
	rules      []rbacv1.PolicyRule
	resource   *resource.Resource
}

// binding is a RoleBinding or ClusterRoleBinding.
type binding struct {
	name     string
	role     rbacv1.RoleRef
	subjects []rbacv1.Subject
}

// asTheyAre are the kinds that OLM takes as manifests beside the CSV and the CRDs, as far as they are used here.
var asTheyAre = []string{"ConfigMap", "PodDisruptionBudget"}

const group = "sparkoperator.k8s.io"

// read builds a folder and sorts what it holds.
func read(folder string) (*inputs, error) {
	built, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(filesys.MakeFsOnDisk(), folder)
	if err != nil {
		return nil, fmt.Errorf("build %s: %w", folder, err)
	}
	in := &inputs{}
	for _, r := range built.Resources() {
		if err := in.add(r); err != nil {
			return nil, fmt.Errorf("%s %s: %w", r.GetKind(), r.GetName(), err)
		}
	}
	if in.base == nil {
		return nil, fmt.Errorf("%s has no ClusterServiceVersion", filepath.Clean(folder))
	}
	return in, nil
}

func (in *inputs) add(r *resource.Resource) error {
	content, err := r.AsYAML()
	if err != nil {
		return err
	}
	strict := func(into any) error { return yaml.UnmarshalStrict(content, into) }
	switch kind := r.GetKind(); kind {
	case "ClusterServiceVersion":
		in.base = &v1alpha1.ClusterServiceVersion{}
		return strict(in.base)
	case "Deployment":
		return appended(&in.deployments, strict)
	case "ServiceAccount":
		return appended(&in.accounts, strict)
	case "MutatingWebhookConfiguration":
		return appended(&in.mutating, strict)
	case "ValidatingWebhookConfiguration":
		return appended(&in.validating, strict)
	case "CustomResourceDefinition":
		in.objects = append(in.objects, r)
		return appended(&in.crds, strict)
	case "Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding":
		return in.addRight(r, strict)
	default:
		return in.addOther(r, strict)
	}
}

func (in *inputs) addRight(r *resource.Resource, strict func(any) error) error {
	if strings.HasSuffix(r.GetKind(), "Binding") {
		var b rbacv1.ClusterRoleBinding
		if err := strict(&b); err != nil {
			return err
		}
		in.bindings = append(in.bindings, binding{name: b.Name, role: b.RoleRef, subjects: b.Subjects})
		return nil
	}
	var c rbacv1.ClusterRole
	if err := strict(&c); err != nil {
		return err
	}
	in.roles = append(in.roles, role{kind: r.GetKind(), name: c.Name, rules: c.Rules, resource: r})
	return nil
}

func (in *inputs) addOther(r *resource.Resource, strict func(any) error) error {
	if slices.Contains(asTheyAre, r.GetKind()) {
		in.objects = append(in.objects, r)
		return nil
	}
	if r.GetGvk().Group != group {
		return fmt.Errorf("a bundle cannot have it; leave it out in config/manifests")
	}
	for _, sample := range in.samples {
		if sample["kind"] == r.GetKind() {
			return nil
		}
	}
	return appended(&in.samples, strict)
}

func appended[T any](list *[]T, decode func(any) error) error {
	var object T
	if err := decode(&object); err != nil {
		return err
	}
	*list = append(*list, object)
	return nil
}
