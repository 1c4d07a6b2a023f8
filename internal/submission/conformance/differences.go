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

// Differences are all that we mean. docs/differences.md has the same list.
func Differences() []Difference {
	return append(normalised(), []Difference{{
		Name: "SPARK_CONF_DIR of spec.sparkConfigMap",
		Reason: "Spark's client names its own directory after the application's, and the last one counts, so that the files of the " +
			"ConfigMap are not found. Ours points to the ConfigMap.",
		amend: dropRepeated("SPARK_CONF_DIR"),
	}, {
		Name:   "variables of both env and a property",
		Reason: "spark-submit names them in the template and by the property, twice with the same value; ours once.",
		amend:  dropIdentical,
	}, {
		Name: "spec.driver.memoryLimit",
		Reason: "Spark's client limits the driver's memory to what it requests, whatever the template says, so that only the webhook can " +
			"change the limit. Ours sets it.",
		amend: limitMemory,
	}}...)
}

// normalised are the differences that Normalise leaves out.
func normalised() []Difference {
	return []Difference{{
		Name: "Owners of ConfigMaps, Service, claims and network policy",
		Reason: "Spark's client makes the driver pod their owner after it is there, so that all are left behind where it never comes to be. " +
			"Ours belong to the SparkApplication from the start.",
	}, {
		Name:   "Labels of ConfigMaps, Service, claims and network policy",
		Reason: "Ours carry the application's name and the submission's id, so that what an attempt left is found and deleted.",
	}, {
		Name: "Names that Spark draws at random",
		Reason: "Ours derive from the application's UID and the number of the attempt, so that an attempt that is made twice makes one driver. " +
			"They have the same form and length.",
	}, {
		Name: "Order of lists",
		Reason: "Spark leaves environment, volumes and mounts in the order of a hash table and shuffles its scratch directories. Ours are in the " +
			"order of their keys; variables of the env field come after Spark's own, so that they can refer to them.",
	}, {
		Name:   "Properties of template files",
		Reason: "Only spark-submit must be told where the driver's template is; ours does not tell the driver about a file that it does not have.",
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
