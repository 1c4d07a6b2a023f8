// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package manifests

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	admissionv1 "k8s.io/api/admissionregistration/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// admission is what matters of a webhook entry to those who configure or replace it.
type admission struct {
	Path, Resource string
	Operations     []admissionv1.OperationType
	Objects        *metav1.LabelSelector
}

var (
	created          = []admissionv1.OperationType{admissionv1.Create}
	createdOrUpdated = []admissionv1.OperationType{admissionv1.Create, admissionv1.Update}
)

// The paths, entry names and operations are those of the established operator.
func TestAdmissionEndpoints(t *testing.T) {
	want := map[string]admission{
		"mutate-pod": {"/mutate--v1-pod", "/v1/pods", created, &metav1.LabelSelector{MatchLabels: map[string]string{sparklabels.LaunchedByOperator: "true"}}},
	}
	for resource, version := range map[string]string{"sparkapplication": "v1beta2", "scheduledsparkapplication": "v1beta2", "sparkconnect": "v1alpha1"} {
		for _, verb := range []string{"mutate", "validate"} {
			want[verb+"-"+resource] = admission{
				"/" + verb + "-sparkoperator-k8s-io-" + version + "-" + resource, "sparkoperator.k8s.io/" + version + "/" + resource + "s", createdOrUpdated, nil,
			}
		}
	}
	o := buildOperator(t)
	got := map[string]admission{}
	for _, w := range o.mutating[0].Webhooks {
		got[nameOf(t, w.Name)] = admissionOf(w.ClientConfig, w.Rules, w.ObjectSelector)
		checkTerms(t, w.Name, w.NamespaceSelector, w.MatchPolicy, w.TimeoutSeconds)
		if w.FailurePolicy == nil || *w.FailurePolicy != admissionv1.Ignore || w.ReinvocationPolicy == nil || *w.ReinvocationPolicy != admissionv1.NeverReinvocationPolicy {
			t.Errorf("%s: failure policy or reinvocation policy is another", w.Name)
		}
	}
	for _, w := range o.validating[0].Webhooks {
		got[nameOf(t, w.Name)] = admissionOf(w.ClientConfig, w.Rules, w.ObjectSelector)
		checkTerms(t, w.Name, w.NamespaceSelector, w.MatchPolicy, w.TimeoutSeconds)
		if w.FailurePolicy == nil || *w.FailurePolicy != admissionv1.Ignore {
			t.Errorf("%s: failure policy is another", w.Name)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("endpoints (-want +got):\n%s", diff)
	}
}

func nameOf(t *testing.T, entry string) string {
	t.Helper()
	const domain = ".sparkoperator.k8s.io"
	if len(entry) <= len(domain) || entry[len(entry)-len(domain):] != domain {
		t.Fatalf("entry %s is not of our domain", entry)
	}
	return entry[:len(entry)-len(domain)]
}

func admissionOf(c admissionv1.WebhookClientConfig, rules []admissionv1.RuleWithOperations, objects *metav1.LabelSelector) admission {
	a := admission{Path: *c.Service.Path, Objects: objects}
	for _, r := range rules {
		a.Resource += r.APIGroups[0] + "/" + r.APIVersions[0] + "/" + r.Resources[0]
		a.Operations = append(a.Operations, r.Operations...)
	}
	return a
}

// checkTerms asks that a webhook keeps out of the operator's own namespace, sees every version of an object, and holds
// nobody up for long.
func checkTerms(t *testing.T, name string, namespaces *metav1.LabelSelector, match *admissionv1.MatchPolicyType, seconds *int32) {
	t.Helper()
	want := &metav1.LabelSelector{MatchExpressions: []metav1.LabelSelectorRequirement{
		{Key: "kubernetes.io/metadata.name", Operator: metav1.LabelSelectorOpNotIn, Values: []string{namespace}},
	}}
	if diff := cmp.Diff(want, namespaces); diff != "" {
		t.Errorf("%s: namespaces (-want +got):\n%s", name, diff)
	}
	if match == nil || *match != admissionv1.Equivalent || seconds == nil || *seconds != 5 {
		t.Errorf("%s: match policy or timeout is another", name)
	}
}

// Where the operator serves its own namespace, and whatever others are listed, the webhook is asked about all: its
// configuration knows which are served.
func TestAdmissionInListedNamespaces(t *testing.T) {
	o := operatorOf(t, buildWith(t, "cert-manager", "namespaced"))
	got, want := map[string]*metav1.LabelSelector{}, map[string]*metav1.LabelSelector{}
	for _, w := range o.mutating[0].Webhooks {
		got[w.Name], want[w.Name] = w.NamespaceSelector, nil
		if w.Name == "mutate-pod.sparkoperator.k8s.io" && w.ObjectSelector == nil {
			t.Error("the webhook is asked about pods that are not Spark's")
		}
	}
	for _, w := range o.validating[0].Webhooks {
		got[w.Name], want[w.Name] = w.NamespaceSelector, nil
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("namespaces (-want +got):\n%s", diff)
	}
}
