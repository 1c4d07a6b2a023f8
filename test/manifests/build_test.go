// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package manifests

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/api/resource"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/yaml"
)

const (
	root      = "../.."
	namespace = "spark-operator"
)

// kustomizations are the folders under config/ that can be built; components are no such folders.
func kustomizations(t *testing.T) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(filepath.Join(root, "config"), func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && d.Name() == "components" {
			return filepath.SkipDir
		}
		if err == nil && d.Name() == "kustomization.yaml" {
			folder, relErr := filepath.Rel(root, filepath.Dir(path))
			found = append(found, folder)
			return relErr
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func build(t *testing.T, folder string) []*resource.Resource {
	t.Helper()
	built, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(filesys.MakeFsOnDisk(), filepath.Join(root, folder))
	if err != nil {
		t.Fatalf("build %s: %v", folder, err)
	}
	return built.Resources()
}

// all returns the objects of a kind, decoded strictly: a misspelt field is an error here and not a surprise in a
// cluster.
func all[T any](t *testing.T, resources []*resource.Resource, kind string) []T {
	t.Helper()
	var found []T
	for _, r := range resources {
		if r.GetKind() == kind {
			found = append(found, decode[T](t, r, strict))
		}
	}
	return found
}

// lenient passes over the fields that a type does not have.
func lenient(content []byte, into any) error { return yaml.Unmarshal(content, into) }

func strict(content []byte, into any) error { return yaml.UnmarshalStrict(content, into) }

func decode[T any](t *testing.T, r *resource.Resource, unmarshal func([]byte, any) error) T {
	t.Helper()
	content, err := r.AsYAML()
	if err != nil {
		t.Fatal(err)
	}
	var object T
	if err := unmarshal(content, &object); err != nil {
		t.Fatalf("%s %s: %v", r.GetKind(), r.GetName(), err)
	}
	return object
}

// operator is what config/default or an overlay builds.
type operator struct {
	resources   []*resource.Resource
	deployments map[string]appsv1.Deployment
	services    map[string]corev1.Service
	configMaps  map[string]corev1.ConfigMap
	accounts    map[string]corev1.ServiceAccount
	mutating    []admissionv1.MutatingWebhookConfiguration
	validating  []admissionv1.ValidatingWebhookConfiguration
}

func buildOperator(t *testing.T) operator {
	t.Helper()
	return operatorOf(t, build(t, "config/default"))
}

func operatorOf(t *testing.T, resources []*resource.Resource) operator {
	t.Helper()
	o := operator{
		resources:   resources,
		deployments: map[string]appsv1.Deployment{},
		services:    map[string]corev1.Service{},
		configMaps:  map[string]corev1.ConfigMap{},
		accounts:    map[string]corev1.ServiceAccount{},
		mutating:    all[admissionv1.MutatingWebhookConfiguration](t, resources, "MutatingWebhookConfiguration"),
		validating:  all[admissionv1.ValidatingWebhookConfiguration](t, resources, "ValidatingWebhookConfiguration"),
	}
	for _, d := range all[appsv1.Deployment](t, resources, "Deployment") {
		o.deployments[d.Name] = d
	}
	for _, s := range all[corev1.Service](t, resources, "Service") {
		o.services[s.Name] = s
	}
	for _, c := range all[corev1.ConfigMap](t, resources, "ConfigMap") {
		o.configMaps[c.Name] = c
	}
	for _, a := range all[corev1.ServiceAccount](t, resources, "ServiceAccount") {
		o.accounts[a.Name] = a
	}
	return o
}

// configuration returns the files that a Deployment is started with.
func (o operator) configuration(t *testing.T, deployment string) map[string]string {
	t.Helper()
	for _, v := range o.deployments[deployment].Spec.Template.Spec.Volumes {
		if v.Name != "config" {
			continue
		}
		c, found := o.configMaps[v.ConfigMap.Name]
		if !found {
			t.Fatalf("Deployment %s mounts ConfigMap %s, which is not built", deployment, v.ConfigMap.Name)
		}
		return c.Data
	}
	t.Fatalf("Deployment %s mounts no configuration", deployment)
	return nil
}

// mountConfiguration writes the files that a Deployment is started with into a folder.
func (o operator) mountConfiguration(t *testing.T, deployment string) string {
	t.Helper()
	folder := t.TempDir()
	for name, content := range o.configuration(t, deployment) {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// rule is one permission, as one line.
type rule string

// permissions flattens the rules of every role that is bound to a service account.
func (o operator) permissions(t *testing.T, account string) []rule {
	t.Helper()
	var found []rule
	clusterRoles, roles := map[string]rbacv1.ClusterRole{}, map[string]rbacv1.Role{}
	for _, r := range all[rbacv1.ClusterRole](t, o.resources, "ClusterRole") {
		clusterRoles[r.Name] = r
	}
	for _, r := range all[rbacv1.Role](t, o.resources, "Role") {
		roles[r.Name] = r
	}
	for _, b := range all[rbacv1.ClusterRoleBinding](t, o.resources, "ClusterRoleBinding") {
		role, exists := clusterRoles[b.RoleRef.Name]
		if !exists {
			t.Errorf("ClusterRoleBinding %s refers to ClusterRole %s, which is not built", b.Name, b.RoleRef.Name)
		}
		found = append(found, flatten("cluster", b.Subjects, account, role.Rules)...)
	}
	for _, b := range all[rbacv1.RoleBinding](t, o.resources, "RoleBinding") {
		role, exists := roles[b.RoleRef.Name]
		if !exists {
			t.Errorf("RoleBinding %s refers to Role %s, which is not built", b.Name, b.RoleRef.Name)
		}
		found = append(found, flatten(b.Namespace, b.Subjects, account, role.Rules)...)
	}
	return found
}

func flatten(scope string, subjects []rbacv1.Subject, account string, rules []rbacv1.PolicyRule) []rule {
	var found []rule
	for _, s := range subjects {
		if s.Name != account || s.Namespace != namespace {
			continue
		}
		for _, r := range rules {
			for _, group := range r.APIGroups {
				for _, res := range r.Resources {
					for _, verb := range r.Verbs {
						found = append(found, rule(strings.Join([]string{
							scope, verb, group + "/" + res, strings.Join(r.ResourceNames, ","),
						}, " ")))
					}
				}
			}
		}
	}
	return found
}
