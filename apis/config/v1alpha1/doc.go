// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package v1alpha1 declares the configuration files of the controller and the webhook: ControllerConfiguration and
// WebhookConfiguration of the group config.sparkoperator.k8s.io.
//
// A file is read on top of the defaults, so it needs to hold only what differs from them, and a value that is given
// counts even if it is zero or false. Every field is read by the binary it belongs to.
//
// +kubebuilder:object:generate=true
// +groupName=config.sparkoperator.k8s.io
package v1alpha1
