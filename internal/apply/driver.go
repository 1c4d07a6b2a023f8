// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package apply

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// Patcher is what RemoveFinalizer needs of a client.
type Patcher interface {
	Patch(ctx context.Context, obj client.Object, patch client.Patch, opts ...client.PatchOption) error
}

// Held reports whether the pod is kept until its end has been recorded.
func Held(pod *corev1.Pod) bool { return slices.Contains(pod.Finalizers, sparklabels.DriverEnd) }

// RemoveFinalizer removes the operator's finalizer from this very pod. The finalizers of others stay. A pod that is
// gone is no error, and one that has its name by now a conflict.
func RemoveFinalizer(ctx context.Context, p Patcher, pod *corev1.Pod) error {
	if !Held(pod) {
		return nil
	}
	patch, err := json.Marshal(map[string]any{"metadata": map[string]any{
		"uid":                                 pod.UID,
		"$deleteFromPrimitiveList/finalizers": []string{sparklabels.DriverEnd},
	}})
	if err != nil {
		return fmt.Errorf("encode patch: %w", err)
	}
	// The answer is written into what is given.
	err = p.Patch(ctx, pod.DeepCopy(), client.RawPatch(types.StrategicMergePatchType, patch))
	if client.IgnoreNotFound(err) == nil {
		return nil
	}
	return fmt.Errorf("remove the finalizer of driver pod %s: %w", client.ObjectKeyFromObject(pod), err)
}
