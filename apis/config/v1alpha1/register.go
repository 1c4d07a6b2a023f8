// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import (
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// The kinds of configuration file.
const (
	// ControllerConfigurationKind is the kind of the controller's file.
	ControllerConfigurationKind = "ControllerConfiguration"
	// WebhookConfigurationKind is the kind of the webhook's file.
	WebhookConfigurationKind = "WebhookConfiguration"
)

var (
	// GroupVersion names the group and version of the types in this package.
	GroupVersion = schema.GroupVersion{Group: "config.sparkoperator.k8s.io", Version: "v1alpha1"}

	// SchemeBuilder collects the functions that add this package's types to a scheme.
	SchemeBuilder = runtime.NewSchemeBuilder(addKnownTypes)

	// AddToScheme adds this package's types to a scheme.
	AddToScheme = SchemeBuilder.AddToScheme
)

func addKnownTypes(scheme *runtime.Scheme) error {
	scheme.AddKnownTypes(GroupVersion, &ControllerConfiguration{}, &WebhookConfiguration{})
	return nil
}
