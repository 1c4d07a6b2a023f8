// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package v1beta2 declares the v1beta2 API of the group sparkoperator.k8s.io: SparkApplication and
// ScheduledSparkApplication.
//
// Every JSON name, enum value and Go identifier of the established operator's API is kept, so that manifests,
// dashboards and other Go programs move here by changing an import path. What is added is added in status only.
//
// +kubebuilder:object:generate=true
// +groupName=sparkoperator.k8s.io
package v1beta2
