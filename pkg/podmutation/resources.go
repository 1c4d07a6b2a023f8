// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package podmutation

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/alauda/spark-operator/pkg/sparkconf"
)

func setMemoryLimit(t Target) error {
	if t.Spec.MemoryLimit == nil || *t.Spec.MemoryLimit == "" {
		return nil
	}
	limit, err := sparkconf.ParseMemoryLimit(*t.Spec.MemoryLimit)
	if err != nil {
		return err
	}
	setLimit(t.Container(), corev1.ResourceMemory, limit)
	return nil
}

func setGPU(t Target) error {
	gpu := t.Spec.GPU
	if gpu == nil || gpu.Name == "" || gpu.Quantity <= 0 {
		return nil
	}
	setLimit(t.Container(), corev1.ResourceName(gpu.Name), *resource.NewQuantity(gpu.Quantity, resource.DecimalSI))
	return nil
}

func setLimit(container *corev1.Container, name corev1.ResourceName, limit resource.Quantity) {
	if container.Resources.Limits == nil {
		container.Resources.Limits = corev1.ResourceList{}
	}
	container.Resources.Limits[name] = limit
}
