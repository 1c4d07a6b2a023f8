// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package manifests

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	networkingv1 "k8s.io/api/networking/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/labels"
	"sigs.k8s.io/kustomize/api/resource"

	configv1alpha1 "github.com/alauda/spark-operator/apis/config/v1alpha1"
	"github.com/alauda/spark-operator/internal/config"
	"github.com/alauda/spark-operator/test/installation"
)

func TestEveryInstallation(t *testing.T) {
	t.Setenv("POD_NAMESPACE", namespace)
	everything, err := installation.All()
	if err != nil {
		t.Fatal(err)
	}
	for name, resources := range everything {
		t.Run(name, func(t *testing.T) {
			o := operatorOf(t, resources)
			checkNothingDangles(t, o)
			checkSelectors(t, o)
			checkConfigurations(t, o)
			if strings.Contains(name, "no-webhook") || name == "config/overlays/namespaced" {
				checkNoTraceOf(t, resources, "webhook")
			}
			if strings.Contains(name, "namespaced") {
				checkNoClusterRights(t, resources)
			}
		})
	}
}

// checkNothingDangles asks that what is referred to is there: roles, service accounts, and what pods mount.
func checkNothingDangles(t *testing.T, o operator) {
	t.Helper()
	for account := range o.accounts {
		o.permissions(t, account) // complains of bindings without a role
	}
	var subjects []rbacv1.Subject
	for _, b := range all[rbacv1.ClusterRoleBinding](t, o.resources, "ClusterRoleBinding") {
		subjects = append(subjects, b.Subjects...)
	}
	for _, b := range all[rbacv1.RoleBinding](t, o.resources, "RoleBinding") {
		subjects = append(subjects, b.Subjects...)
	}
	for _, s := range subjects {
		if _, exists := o.accounts[s.Name]; !exists && s.Namespace != "monitoring" {
			t.Errorf("something is bound to service account %s/%s, which is not built", s.Namespace, s.Name)
		}
	}
	for name, d := range o.deployments {
		if _, exists := o.accounts[d.Spec.Template.Spec.ServiceAccountName]; !exists {
			t.Errorf("%s runs as service account %s, which is not built", name, d.Spec.Template.Spec.ServiceAccountName)
		}
	}
}

// checkSelectors asks that what selects pods selects those of exactly one Deployment.
func checkSelectors(t *testing.T, o operator) {
	t.Helper()
	selectors := map[string]labels.Set{}
	for name, s := range o.services {
		selectors["Service "+name] = s.Spec.Selector
	}
	for _, p := range all[networkingv1.NetworkPolicy](t, o.resources, "NetworkPolicy") {
		selectors["NetworkPolicy "+p.Name] = p.Spec.PodSelector.MatchLabels
	}
	for of, selector := range selectors {
		if got := o.selected(selector); len(got) != 1 {
			t.Errorf("%s selects the pods of %v", of, got)
		}
	}
	for _, r := range o.resources {
		if r.GetKind() != "ServiceMonitor" {
			continue
		}
		monitor := decode[struct {
			Spec struct {
				Selector  struct{ MatchLabels map[string]string }
				Endpoints []struct{ Port, Scheme, BearerTokenFile string }
			}
		}](t, r, lenient)
		var matched []string
		for name, s := range o.services {
			if labels.SelectorFromSet(monitor.Spec.Selector.MatchLabels).Matches(labels.Set(s.Labels)) {
				matched = append(matched, name)
			}
		}
		if want := []string{r.GetName() + "-metrics"}; !slices.Equal(matched, want) {
			t.Errorf("ServiceMonitor %s selects %v, want %v", r.GetName(), matched, want)
		}
		if e := monitor.Spec.Endpoints[0]; e.Port != "metrics" || e.Scheme != "https" || e.BearerTokenFile == "" {
			t.Errorf("ServiceMonitor %s reads %+v", r.GetName(), e)
		}
	}
}

// checkConfigurations asks that each binary can read its configuration, and that both serve the same namespaces.
func checkConfigurations(t *testing.T, o operator) {
	t.Helper()
	var served []configv1alpha1.SharedConfiguration
	for name := range maps.Keys(o.deployments) {
		folder := o.mountConfiguration(t, name)
		if strings.HasSuffix(name, "-controller") {
			c, err := config.LoadController(folder)
			if err != nil {
				t.Fatal(err)
			}
			served = append(served, c.SharedConfiguration)
			continue
		}
		c, err := config.LoadWebhook(folder)
		if err != nil {
			t.Fatal(err)
		}
		served = append(served, c.SharedConfiguration)
	}
	for _, other := range served[1:] {
		if diff := cmp.Diff(served[0].Namespaces, other.Namespaces); diff != "" {
			t.Errorf("controller and webhook serve other namespaces:\n%s", diff)
		}
		if diff := cmp.Diff(served[0].NamespaceSelector, other.NamespaceSelector); diff != "" {
			t.Errorf("controller and webhook serve other namespaces:\n%s", diff)
		}
	}
}

// checkNoTraceOf asks that a binary is gone with all that belongs to it.
func checkNoTraceOf(t *testing.T, resources []*resource.Resource, binary string) {
	t.Helper()
	for _, r := range resources {
		content, err := r.AsYAML()
		if err != nil {
			t.Fatal(err)
		}
		if r.GetKind() != "CustomResourceDefinition" && strings.Contains(string(content), "spark-operator-"+binary) {
			t.Errorf("%s %s still speaks of the %s", r.GetKind(), r.GetName(), binary)
		}
	}
}

// checkNoClusterRights asks that nobody is given rights beyond a namespace.
func checkNoClusterRights(t *testing.T, resources []*resource.Resource) {
	t.Helper()
	for _, r := range resources {
		if kind := r.GetKind(); kind == "ClusterRole" || kind == "ClusterRoleBinding" {
			t.Errorf("%s %s", kind, r.GetName())
		}
	}
	for _, b := range all[rbacv1.RoleBinding](t, resources, "RoleBinding") {
		if b.RoleRef.Kind != "Role" {
			t.Errorf("RoleBinding %s refers to %s %s", b.Name, b.RoleRef.Kind, b.RoleRef.Name)
		}
	}
}

func TestJobNamespace(t *testing.T) {
	resources := build(t, "config/rbac/job-namespace")
	checkNoClusterRights(t, resources)
	want := map[string][]rbacv1.PolicyRule{}
	for _, r := range all[rbacv1.ClusterRole](t, build(t, "config/default"), "ClusterRole") {
		want[r.Name] = r.Rules
	}
	bound := map[string]rbacv1.RoleBinding{}
	for _, b := range all[rbacv1.RoleBinding](t, resources, "RoleBinding") {
		bound[b.RoleRef.Name] = b
	}
	for _, r := range all[rbacv1.Role](t, resources, "Role") {
		if diff := cmp.Diff(want[r.Name], r.Rules); diff != "" {
			t.Errorf("role %s has other rules than for a whole cluster (-cluster +namespace):\n%s", r.Name, diff)
		}
		subject := rbacv1.Subject{Kind: "ServiceAccount", Name: r.Name, Namespace: namespace}
		if diff := cmp.Diff([]rbacv1.Subject{subject}, bound[r.Name].Subjects); diff != "" {
			t.Errorf("role %s is bound to (-want +got):\n%s", r.Name, diff)
		}
	}
}

// buildWith builds config/default with components.
func buildWith(t *testing.T, components ...string) []*resource.Resource {
	t.Helper()
	resources, err := installation.With(components...)
	if err != nil {
		t.Fatal(err)
	}
	return resources
}
