// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package caching

import (
	"context"
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/panics"
	"github.com/alauda/spark-operator/internal/stored"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

const (
	// PodApplication indexes pods by the name of their application, as their label has it.
	PodApplication = "spark-application"
	// RunSchedule indexes applications by the UID of the schedule that owns them.
	RunSchedule = "schedule"
	// UnknownSchedule is the value of RunSchedule of applications of which only the identity is kept: a schedule may
	// own them.
	UnknownSchedule = "unknown"
	// PodConnect indexes pods by the name of their Connect server, as their label has it.
	PodConnect = "spark-connect"
)

// indexes are all of them: a field of a kind, and its values for an object.
var indexes = []struct {
	object client.Object
	field  string
	values client.IndexerFunc
}{
	{&corev1.Pod{}, PodApplication, ApplicationOfPod},
	{&stored.SparkApplication{}, RunSchedule, ScheduleOfRun},
	{&corev1.Pod{}, PodConnect, ServerOfPod},
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

// ScheduleOfRun returns the index values of an application: the UID of the schedule that owns it, or none.
func ScheduleOfRun(obj client.Object) []string {
	if app, isApp := obj.(*stored.SparkApplication); isApp && app.Forgotten() {
		return []string{UnknownSchedule}
	}
	if owner := ScheduleOwning(obj); owner != nil {
		return []string{string(owner.UID)}
	}
	return nil
}

// ScheduleOwning returns the reference to the schedule that owns an application, or nil.
func ScheduleOwning(run metav1.Object) *metav1.OwnerReference {
	owners := run.GetOwnerReferences()
	at := slices.IndexFunc(owners, func(o metav1.OwnerReference) bool {
		group, _, _ := strings.Cut(o.APIVersion, "/")
		return o.Kind == "ScheduledSparkApplication" && group == v1beta2.GroupVersion.Group
	})
	if at < 0 {
		return nil
	}
	return &owners[at]
}

// ServerOfPod returns the index values of a pod: the name of its Connect server, or none.
func ServerOfPod(obj client.Object) []string {
	if name := obj.GetLabels()[sparklabels.ConnectName]; name != "" {
		return []string{name}
	}
	return nil
}
