// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package caching

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/internal/panics"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// PodApplication indexes pods by the name of their application, as their label has it.
const PodApplication = "spark-application"

// indexes are all of them: a field of a kind, and its values for an object.
var indexes = []struct {
	object client.Object
	field  string
	values client.IndexerFunc
}{
	{&corev1.Pod{}, PodApplication, ApplicationOfPod},
}

// SetupIndexes registers the indexes by which the controllers find what belongs to an object, so that no reconcile
// lists all pods of a namespace. It is called once for a cache, before that starts.
func SetupIndexes(ctx context.Context, indexer client.FieldIndexer) error {
	for _, i := range indexes {
		if err := indexer.IndexField(ctx, i.object, i.field, panics.Index(i.values)); err != nil {
			return fmt.Errorf("index %T by %s: %w", i.object, i.field, err)
		}
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
