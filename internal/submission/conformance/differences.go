// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package conformance

import (
	"slices"

	corev1 "k8s.io/api/core/v1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/pkg/podmutation"
)

// Difference is one that we mean: where ours is deliberately better than what spark-submit makes.
type Difference struct {
	// Name of the difference.
	Name string
	// Reason says why ours is better.
	Reason string

	// amend makes spark-submit's driver pod like ours; nil where Normalise does.
	amend func(*corev1.PodSpec, *v1beta2.SparkApplication) error
}

// Differences are all that we mean, beside what Normalise says of owners, namespaces and labels.
func Differences() []Difference {
	return []Difference{{
		Name: "SPARK_CONF_DIR of spec.sparkConfigMap",
		Reason: "Spark's client names its own directory after the application's, and the last one counts, so that the files of the " +
			"ConfigMap are not found. Ours points to the ConfigMap.",
		amend: dropRepeated("SPARK_CONF_DIR"),
	}, {
		Name:   "variables of both env and a property",
		Reason: "spark-submit names them in the template and by the property, twice with the same value; ours once.",
		amend:  dropIdentical,
	}}
}

// FromSparkSubmit returns the normalised objects that spark-submit made of an application, with the differences that we mean.
func FromSparkSubmit(bodies [][]byte, app *v1beta2.SparkApplication) ([]Object, error) {
	objects, err := Normalise(bodies)
	if err != nil {
		return nil, err
	}
	for i := range objects {
		spec, isPod := objects[i].Spec.(corev1.PodSpec)
		if !isPod {
			continue
		}
		for _, difference := range Differences() {
			if difference.amend == nil {
				continue
			}
			if err := difference.amend(&spec, app); err != nil {
				return nil, err
			}
		}
		objects[i].Spec = spec
	}
	return objects, nil
}

// dropRepeated keeps only the first of several variables of a name.
func dropRepeated(name string) func(*corev1.PodSpec, *v1beta2.SparkApplication) error {
	return func(spec *corev1.PodSpec, _ *v1beta2.SparkApplication) error {
		for i := range spec.Containers {
			seen := false
			spec.Containers[i].Env = slices.DeleteFunc(spec.Containers[i].Env, func(variable corev1.EnvVar) bool {
				repeated := variable.Name == name && seen
				seen = seen || variable.Name == name
				return repeated
			})
		}
		return nil
	}
}

// dropIdentical keeps one of several variables that are the same in name and value.
func dropIdentical(spec *corev1.PodSpec, _ *v1beta2.SparkApplication) error {
	for i := range spec.Containers {
		spec.Containers[i].Env = slices.CompactFunc(spec.Containers[i].Env, func(a, b corev1.EnvVar) bool {
			return a.Name == b.Name && a.ValueFrom == nil && b.ValueFrom == nil && a.Value == b.Value
		})
	}
	return nil
}

// limitMemory does what the webhook does about the limit.
func limitMemory(spec *corev1.PodSpec, app *v1beta2.SparkApplication) error {
	pod := &corev1.Pod{Spec: *spec}
	in := podmutation.Input{App: app, Role: podmutation.Driver}
	for _, mutator := range podmutation.Default() {
		if mutator.Name != "memoryLimit" {
			continue
		}
		if err := podmutation.Apply(pod, in, mutator); err != nil {
			return err
		}
	}
	*spec = pod.Spec
	return nil
}
