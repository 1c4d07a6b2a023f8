// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparklabels

import corev1 "k8s.io/api/core/v1"

// DefaultContainer returns the name of the container in which Spark runs in pods of a role, unless a template names it
// otherwise.
func DefaultContainer(role string) string {
	if role == RoleExecutor {
		return ExecutorContainer
	}
	return DriverContainer
}

// TemplateContainer returns which container of a template Spark runs in, by Spark's rule: the only one of the name,
// else the first; -1 where there is none.
func TemplateContainer(containers []corev1.Container, name string) int {
	found, count := 0, 0
	for i := range containers {
		if containers[i].Name == name {
			found = i
			count++
		}
	}
	switch {
	case len(containers) == 0:
		return -1
	case count != 1:
		return 0
	}
	return found
}
