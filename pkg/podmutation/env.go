// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package podmutation

import corev1 "k8s.io/api/core/v1"

func addEnv(t Target) error {
	variables := keyedBy(&t.Container().Env, nameOfEnv)
	for i := range t.Spec.Env {
		variables.set(*t.Spec.Env[i].DeepCopy())
	}
	return nil
}

func addEnvFrom(t Target) error {
	sources := keyedBy(&t.Container().EnvFrom, whole)
	for i := range t.Spec.EnvFrom {
		sources.add(*t.Spec.EnvFrom[i].DeepCopy())
	}
	return nil
}

func setEnv(t Target, name, value string) {
	keyedBy(&t.Container().Env, nameOfEnv).set(corev1.EnvVar{Name: name, Value: value})
}
