// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package manifests

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	admissionv1 "k8s.io/api/admissionregistration/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	configv1alpha1 "github.com/alauda/spark-operator/apis/config/v1alpha1"
)

func portOf(port int32) string {
	return ":" + strconv.Itoa(int(port))
}

// endpoint is what mutating and validating webhooks have in common.
type endpoint struct {
	configuration, name string
	client              admissionv1.WebhookClientConfig
	timeout             *int32
	policy              *admissionv1.FailurePolicyType
	sideEffects         *admissionv1.SideEffectClass
	rules               []admissionv1.RuleWithOperations
	selectsObjects      bool
}

func (o operator) endpoints() []endpoint {
	var found []endpoint
	for _, c := range o.mutating {
		for _, w := range c.Webhooks {
			found = append(found, endpoint{
				c.Name, w.Name, w.ClientConfig, w.TimeoutSeconds, w.FailurePolicy, w.SideEffects, w.Rules, w.ObjectSelector != nil,
			})
		}
	}
	for _, c := range o.validating {
		for _, w := range c.Webhooks {
			found = append(found, endpoint{
				c.Name, w.Name, w.ClientConfig, w.TimeoutSeconds, w.FailurePolicy, w.SideEffects, w.Rules, w.ObjectSelector != nil,
			})
		}
	}
	return found
}

func TestWebhooks(t *testing.T) {
	o := buildOperator(t)
	certificate := configv1alpha1.DefaultWebhookConfiguration().Certificate
	endpoints := o.endpoints()
	if len(endpoints) == 0 {
		t.Fatal("no webhooks")
	}
	for _, e := range endpoints {
		t.Run(e.name, func(t *testing.T) {
			if e.timeout == nil || *e.timeout > 10 {
				t.Error("the API server may wait for more than 10 seconds")
			}
			if e.policy == nil || e.sideEffects == nil || *e.sideEffects != admissionv1.SideEffectClassNone {
				t.Error("failure policy or side effects are not declared")
			}
			// These are what the binary puts the trust bundle into; without it the API server could not call it.
			if e.configuration != certificate.MutatingConfiguration && e.configuration != certificate.ValidatingConfiguration {
				t.Errorf("nobody puts a trust bundle into configuration %s", e.configuration)
			}
			if e.client.Service == nil || e.client.Service.Name != certificate.ServiceName || e.client.Service.Namespace != namespace {
				t.Fatalf("calls %+v, which is not the Service that the certificate is for", e.client)
			}
			checkPods(t, e)
			checkReachable(t, o, e.client.Service)
		})
	}
}

// checkPods asks that a webhook for pods, which could keep every pod of a cluster from starting, looks only at ours.
func checkPods(t *testing.T, e endpoint) {
	t.Helper()
	for _, r := range e.rules {
		pods := slices.ContainsFunc(r.Resources, func(name string) bool { return name == "*" || strings.HasPrefix(name, "pods") })
		if pods && !e.selectsObjects {
			t.Error("is called for all pods")
		}
	}
}

func checkReachable(t *testing.T, o operator, ref *admissionv1.ServiceReference) {
	t.Helper()
	service, exists := o.services[ref.Name]
	if !exists {
		t.Fatalf("Service %s is not built", ref.Name)
	}
	port := int32(443)
	if ref.Port != nil {
		port = *ref.Port
	}
	for _, deployment := range o.selected(service.Spec.Selector) {
		for _, p := range service.Spec.Ports {
			for _, c := range o.deployments[deployment].Spec.Template.Spec.Containers[0].Ports {
				if p.Port == port && p.TargetPort == intstr.FromString(c.Name) &&
					c.ContainerPort == configv1alpha1.DefaultWebhookConfiguration().Port {
					return
				}
			}
		}
	}
	t.Errorf("port %d of Service %s does not lead to the webhook's port", port, ref.Name)
}

func TestWebhookPermissions(t *testing.T) {
	const configurations = "admissionregistration.k8s.io/"
	want := []rule{
		"cluster create authentication.k8s.io/tokenreviews ",
		"cluster create authorization.k8s.io/subjectaccessreviews ",
		"spark-operator create /secrets ",
		"spark-operator update /secrets spark-operator-webhook-certs",
		"cluster update " + configurations + "mutatingwebhookconfigurations spark-operator-webhook",
		"cluster update " + configurations + "validatingwebhookconfigurations spark-operator-webhook",
	}
	var writes []rule
	for _, r := range buildOperator(t).permissions(t, "spark-operator-webhook") {
		verb := strings.Fields(string(r))[1]
		if !slices.Contains([]string{"get", "list", "watch"}, verb) {
			writes = append(writes, r)
		}
		if strings.Contains(string(r), "*") {
			t.Errorf("wildcard: %s", r)
		}
		if strings.Contains(string(r), "/secrets") && verb != "create" && !strings.HasSuffix(string(r), "spark-operator-webhook-certs") {
			t.Errorf("may read secrets of others: %s", r)
		}
	}
	slices.Sort(want)
	slices.Sort(writes)
	if diff := cmp.Diff(want, writes); diff != "" {
		t.Errorf("what the webhook may write (-want +got):\n%s", diff)
	}
}

func TestControllerPermissions(t *testing.T) {
	permissions := buildOperator(t).permissions(t, "spark-operator-controller")
	lease := configv1alpha1.DefaultControllerConfiguration().LeaderElection.LeaseName
	for _, needed := range []rule{
		rule("spark-operator update coordination.k8s.io/leases " + lease),
		"cluster watch sparkoperator.k8s.io/sparkapplications ",
		"cluster create /pods ",
	} {
		if !slices.Contains(permissions, needed) {
			t.Errorf("missing: %s", needed)
		}
	}
	for _, r := range permissions {
		if strings.Contains(string(r), "*") || strings.Contains(string(r), "/secrets") || strings.Contains(string(r), "rbac.") ||
			strings.Contains(string(r), "impersonate") {
			t.Errorf("may too much: %s", r)
		}
	}
}

func TestPeopleHaveRolesForEveryKind(t *testing.T) {
	kinds := []string{"sparkapplications", "scheduledsparkapplications", "sparkconnects"}
	verbs := map[string][]string{
		"admin": {"get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"},
		"edit":  {"get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"},
		"view":  {"get", "list", "watch"},
	}
	roles := map[string]rbacv1.ClusterRole{}
	for _, r := range all[rbacv1.ClusterRole](t, build(t, "config/rbac/users"), "ClusterRole") {
		roles[strings.TrimPrefix(r.Name, "spark-operator-")] = r
	}
	for name, want := range verbs {
		r, exists := roles[name]
		if !exists {
			t.Errorf("no role for %s", name)
			continue
		}
		if r.Labels["rbac.authorization.k8s.io/aggregate-to-"+name] != "true" {
			t.Errorf("%s is not part of the cluster's own %s", r.Name, name)
		}
		if diff := cmp.Diff(kinds, r.Rules[0].Resources); diff != "" {
			t.Errorf("%s: kinds (-want +got):\n%s", r.Name, diff)
		}
		if diff := cmp.Diff(want, r.Rules[0].Verbs); diff != "" {
			t.Errorf("%s: verbs (-want +got):\n%s", r.Name, diff)
		}
	}
}
