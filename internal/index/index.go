// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package index keeps the cache indexes by which the controllers find what belongs to an application, so that no reconcile lists all
// pods of a namespace.
package index

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// PodApplication indexes pods by the name of their application, as their label has it.
const PodApplication = "spark-application"

// Setup registers the indexes; it must run before the cache starts.
func Setup(ctx context.Context, indexer client.FieldIndexer) error {
	if err := indexer.IndexField(ctx, &corev1.Pod{}, PodApplication, ApplicationOfPod); err != nil {
		return fmt.Errorf("index pods by application: %w", err)
	}
	return nil
}

// ApplicationOfPod returns the index values of a pod: the name of its application, or none.
func ApplicationOfPod(obj client.Object) []string {
	if name := obj.GetLabels()[sparklabels.AppName]; name != "" {
		return []string{name}
	}
	return nil
}
