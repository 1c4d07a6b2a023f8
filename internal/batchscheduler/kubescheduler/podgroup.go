// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package kubescheduler

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// groupName is the API group of scheduler-plugins. Its Go types are in one module with its schedulers, which depend on
// all of Kubernetes; what is needed of them is here.
const groupName = "scheduling.x-k8s.io"

var (
	version = schema.GroupVersion{Group: groupName, Version: "v1alpha1"}
	kind    = version.WithKind("PodGroup")
)

// PodGroup is a gang of pods.
type PodGroup struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitzero"`

	// Spec is what the gang needs.
	Spec PodGroupSpec `json:"spec,omitzero"`
}

// PodGroupSpec is what a gang needs.
type PodGroupSpec struct {
	// MinMember is how many pods must be there before any is placed.
	MinMember int32 `json:"minMember,omitempty"`
	// MinResources are what the cluster must have left before any is placed.
	MinResources corev1.ResourceList `json:"minResources,omitempty"`
}

// DeepCopyObject implements runtime.Object.
func (g *PodGroup) DeepCopyObject() runtime.Object {
	copied := &PodGroup{TypeMeta: g.TypeMeta, Spec: PodGroupSpec{MinMember: g.Spec.MinMember, MinResources: g.Spec.MinResources.DeepCopy()}}
	g.DeepCopyInto(&copied.ObjectMeta)
	return copied
}

// AddToScheme teaches a scheme the kind.
func AddToScheme(scheme *runtime.Scheme) error {
	scheme.AddKnownTypes(version, &PodGroup{})
	metav1.AddToGroupVersion(scheme, version)
	return nil
}
