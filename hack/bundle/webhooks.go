// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"cmp"
	"fmt"

	"github.com/operator-framework/api/pkg/operators/v1alpha1"
	admissionv1 "k8s.io/api/admissionregistration/v1"
	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// webhookPort is the name of the port that a webhook's container serves.
const webhookPort = "webhook"

// webhooks returns the definitions of which OLM makes configurations, Service and certificate. It makes the selector of
// namespaces itself, from the OperatorGroup; what protects other pods is the selector of objects.
func (in *inputs) webhooks() ([]v1alpha1.WebhookDescription, error) {
	deployment, port, err := in.serving()
	if err != nil {
		return nil, err
	}
	var all []v1alpha1.WebhookDescription
	add := func(kind v1alpha1.WebhookAdmissionType, w admissionv1.ValidatingWebhook, reinvocation *admissionv1.ReinvocationPolicyType) {
		all = append(all, v1alpha1.WebhookDescription{
			Type: kind, GenerateName: w.Name, DeploymentName: deployment, ContainerPort: 443, TargetPort: &port,
			WebhookPath: w.ClientConfig.Service.Path, Rules: w.Rules, ObjectSelector: w.ObjectSelector,
			FailurePolicy: w.FailurePolicy, MatchPolicy: w.MatchPolicy, SideEffects: w.SideEffects, TimeoutSeconds: w.TimeoutSeconds,
			AdmissionReviewVersions: w.AdmissionReviewVersions, ReinvocationPolicy: reinvocation,
		})
	}
	for _, c := range in.mutating {
		for _, w := range c.Webhooks {
			add(v1alpha1.MutatingAdmissionWebhook, admissionv1.ValidatingWebhook{
				Name: w.Name, ClientConfig: w.ClientConfig, Rules: w.Rules, ObjectSelector: w.ObjectSelector, FailurePolicy: w.FailurePolicy,
				MatchPolicy: w.MatchPolicy, SideEffects: w.SideEffects, TimeoutSeconds: w.TimeoutSeconds, AdmissionReviewVersions: w.AdmissionReviewVersions,
				MatchConditions: w.MatchConditions,
			}, w.ReinvocationPolicy)
		}
	}
	for _, c := range in.validating {
		for _, w := range c.Webhooks {
			add(v1alpha1.ValidatingAdmissionWebhook, w, nil)
		}
	}
	return all, in.checkWebhooks()
}

// serving returns the Deployment that serves webhooks, and its port.
func (in *inputs) serving() (string, intstr.IntOrString, error) {
	var found []appsv1.Deployment
	var port intstr.IntOrString
	for _, d := range in.deployments {
		for _, p := range d.Spec.Template.Spec.Containers[0].Ports {
			if p.Name == webhookPort {
				found, port = append(found, d), intstr.FromInt32(p.ContainerPort)
			}
		}
	}
	if len(found) != 1 {
		return "", port, fmt.Errorf("%d Deployments have a port named %s, want one", len(found), webhookPort)
	}
	return found[0].Name, port, nil
}

// checkWebhooks refuses what OLM has no field for.
func (in *inputs) checkWebhooks() error {
	var lost error
	check := func(name string, conditions []admissionv1.MatchCondition, selector *metav1.LabelSelector) {
		if len(conditions) > 0 {
			lost = cmp.Or(lost, fmt.Errorf("webhook %s has matchConditions, which OLM does not know", name))
		}
		// Our own namespace may be left out, for nothing depends on it; any other selector would be lost.
		if selector != nil && (len(selector.MatchLabels) > 0 || len(selector.MatchExpressions) != 1 ||
			selector.MatchExpressions[0].Key != namespaceName || selector.MatchExpressions[0].Operator != metav1.LabelSelectorOpNotIn) {
			lost = cmp.Or(lost, fmt.Errorf("webhook %s selects namespaces, which OLM does itself", name))
		}
	}
	for _, c := range in.mutating {
		for _, w := range c.Webhooks {
			check(w.Name, w.MatchConditions, w.NamespaceSelector)
		}
	}
	for _, c := range in.validating {
		for _, w := range c.Webhooks {
			check(w.Name, w.MatchConditions, w.NamespaceSelector)
		}
	}
	return lost
}

const namespaceName = "kubernetes.io/metadata.name"
