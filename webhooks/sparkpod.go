// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package webhooks

import (
	"context"
	"fmt"
	"slices"

	admissionv1 "k8s.io/api/admission/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	"github.com/alauda/spark-operator/pkg/podmutation"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// +kubebuilder:webhook:path=/mutate--v1-pod,mutating=true,failurePolicy=ignore,sideEffects=None,groups="",resources=pods,verbs=create,versions=v1,name=mutate-pod.sparkoperator.k8s.io,admissionReviewVersions=v1,serviceName=spark-operator-webhook-svc,serviceNamespace=spark-operator,timeoutSeconds=5,matchPolicy=Equivalent,reinvocationPolicy=Never

const podPath = "/mutate--v1-pod"

// podMutation shapes driver and executor pods by the fields of their application. Pods that this operator rendered have
// that shape already and pass unchanged, but for an executor's memory limit, which Spark sets itself. The others are of
// drivers that somebody else's Spark client made.
//
// It never refuses a pod: a driver that loses its executors is worse than executors without a toleration. What keeps it
// from its work becomes a warning.
func podMutation(apps applications) mutation[corev1.Pod, *corev1.Pod] {
	// A driver's owner is left as it is: this operator's have theirs from the renderer, and a driver of somebody else's
	// does not become this operator's by a label.
	mutators := slices.DeleteFunc(podmutation.Default(), func(m podmutation.Mutator) bool { return m.Name == podmutation.OwnerReference })
	return mutation[corev1.Pod, *corev1.Pod]{
		operations: []admissionv1.Operation{admissionv1.Create}, name: "pod",
		consequence: "the pod is made without the fields of its SparkApplication",
		change: func(ctx context.Context, req admission.Request, pod *corev1.Pod) error {
			return shapePod(ctx, apps, req.Namespace, pod, mutators)
		},
	}
}

// shapePod shapes a pod of an application in the namespace; others stay as they are.
func shapePod(ctx context.Context, apps applications, namespace string, pod *corev1.Pod, mutators []podmutation.Mutator) error {
	name, role := pod.Labels[sparklabels.AppName], podmutation.Role(pod.Labels[sparklabels.SparkRole])
	if name == "" || pod.Labels[sparklabels.LaunchedByOperator] != sparklabels.True || role != podmutation.Driver && role != podmutation.Executor {
		return nil
	}
	app, err := apps.of(ctx, types.NamespacedName{Namespace: namespace, Name: name}, pod)
	if err != nil {
		return fmt.Errorf("SparkApplication %q cannot be read: %w", name, err)
	}
	if app == nil {
		return fmt.Errorf("there is no SparkApplication %q", name)
	}
	if why := foreign(pod, role, app); why != "" {
		return fmt.Errorf("it is no pod of SparkApplication %q: %s", name, why)
	}
	if err := podmutation.Apply(pod, podmutation.Input{App: app, Role: role}, mutators...); err != nil {
		return fmt.Errorf("SparkApplication %q: %w", name, err)
	}
	return nil
}
