// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package webhooks

import (
	"context"
	"fmt"
	"slices"

	admissionv1 "k8s.io/api/admission/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	"github.com/alauda/spark-operator/internal/decoding"
	"github.com/alauda/spark-operator/pkg/podmutation"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// +kubebuilder:webhook:path=/mutate--v1-pod,mutating=true,failurePolicy=ignore,sideEffects=None,groups="",resources=pods,verbs=create,versions=v1,name=mutate-pod.sparkoperator.k8s.io,admissionReviewVersions=v1,serviceName=spark-operator-webhook-svc,serviceNamespace=spark-operator,timeoutSeconds=5,matchPolicy=Equivalent,reinvocationPolicy=Never

const podPath = "/mutate--v1-pod"

// podMutator shapes driver and executor pods by the fields of their application. Pods that this operator rendered have that
// shape already and pass unchanged, but for an executor's memory limit, which Spark sets itself. The others are of drivers
// that somebody else's Spark client made.
//
// It never refuses a pod: a driver that loses its executors is worse than executors without a toleration. What keeps it
// from its work becomes a warning.
type podMutator struct {
	apps     applications
	mutators []podmutation.Mutator
}

func newPodMutator(apps applications) *podMutator {
	// A driver's owner is left as it is: this operator's have theirs from the renderer, and a driver of somebody else's does
	// not become this operator's by a label.
	mutators := slices.DeleteFunc(podmutation.Default(), func(m podmutation.Mutator) bool { return m.Name == podmutation.OwnerReference })
	return &podMutator{apps: apps, mutators: mutators}
}

// Handle answers an admission request.
func (m *podMutator) Handle(ctx context.Context, req admission.Request) admission.Response {
	if req.Operation != admissionv1.Create || req.SubResource != "" {
		return admission.Allowed("")
	}
	pod := &corev1.Pod{}
	if p := decoding.Into(req.Object.Raw, pod, ""); p != nil {
		return unchanged("the pod cannot be read: %v", p)
	}
	name, role := pod.Labels[sparklabels.AppName], podmutation.Role(pod.Labels[sparklabels.SparkRole])
	if name == "" || pod.Labels[sparklabels.LaunchedByOperator] != sparklabels.True || role != podmutation.Driver && role != podmutation.Executor {
		return admission.Allowed("")
	}
	app, err := m.apps.of(ctx, types.NamespacedName{Namespace: req.Namespace, Name: name}, pod)
	if err != nil {
		return unchanged("SparkApplication %q cannot be read: %v", name, err)
	}
	if app == nil {
		return unchanged("there is no SparkApplication %q", name)
	}
	if why := foreign(pod, role, app); why != "" {
		return unchanged("it is no pod of SparkApplication %q: %s", name, why)
	}
	shaped := pod.DeepCopy()
	if err := podmutation.Apply(shaped, podmutation.Input{App: app, Role: role}, m.mutators...); err != nil {
		return unchanged("SparkApplication %q: %v", name, err)
	}
	if equality.Semantic.DeepEqual(pod, shaped) {
		return admission.Allowed("")
	}
	patches, err := patch(req.Object.Raw, pod, shaped)
	if err != nil {
		return unchanged("SparkApplication %q: %v", name, err)
	}
	return admission.Patched("", patches...)
}

// unchanged lets a pod pass as it is, and says why.
func unchanged(format string, args ...any) admission.Response {
	return admission.Allowed("").WithWarnings("the pod is made without the fields of its SparkApplication: " + fmt.Sprintf(format, args...))
}
