// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package podmutation

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
)

func addEnv(t Target) error {
	for _, variable := range t.Spec.Env {
		setEnv(t.Container(), variable)
	}
	return nil
}

func addEnvFrom(t Target) error {
	container := t.Container()
	for _, source := range t.Spec.EnvFrom {
		container.EnvFrom = appendNew(container.EnvFrom, *source.DeepCopy())
	}
	return nil
}

// setEnv sets a variable. Where a container names one twice the last counts, so that is the one replaced.
func setEnv(container *corev1.Container, variable corev1.EnvVar) {
	for i := len(container.Env) - 1; i >= 0; i-- {
		if container.Env[i].Name == variable.Name {
			container.Env[i] = *variable.DeepCopy()
			return
		}
	}
	container.Env = append(container.Env, *variable.DeepCopy())
}

// appendNew appends a value that the list does not have yet.
func appendNew[T any](list []T, value T) []T {
	for i := range list {
		if equality.Semantic.DeepEqual(list[i], value) {
			return list
		}
	}
	return append(list, value)
}
