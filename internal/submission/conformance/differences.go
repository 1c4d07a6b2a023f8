// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package conformance

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/pkg/podmutation"
	"github.com/alauda/spark-operator/pkg/sparkconf"
)

// Difference is one that we mean: where ours is deliberately better than what spark-submit makes.
type Difference struct {
	// Name of the difference.
	Name string
	// Reason says why ours is better.
	Reason string

	// refusal is in the message by which ours alone refuses; empty where it does not.
	refusal string
	// amend makes an object of spark-submit like ours; nil where Normalise does.
	amend func(*Object, *v1beta2.SparkApplication) error
}

// MeantRefusal returns whether we mean to refuse alone by the error.
func MeantRefusal(err error) bool {
	return slices.ContainsFunc(Differences(), func(d Difference) bool { return d.refusal != "" && strings.Contains(err.Error(), d.refusal) })
}

// RefusesExecutor returns whether we refuse because there could be no executor. Only the driver, and the API server
// that it asks for executors, knows whether that is so.
func RefusesExecutor(err error) bool {
	return err != nil && (strings.Contains(err.Error(), "render executor: ") || strings.Contains(err.Error(), "spec.executor: "))
}

// Differences are all that we mean. docs/differences.md has the same list.
func Differences() []Difference {
	return append(normalised(), []Difference{{
		Name: "SPARK_CONF_DIR of spec.sparkConfigMap",
		Reason: "Spark's client names its own directory after the application's, and the last one counts, so that the files of the " +
			"ConfigMap are not found. Ours points to the ConfigMap.",
		amend: pods(dropRepeated("SPARK_CONF_DIR")),
	}, {
		Name:   "variables of both env and a property",
		Reason: "spark-submit names them in the template and by the property, twice with the same value; ours once.",
		amend:  pods(dropIdentical),
	}, {
		Name: "spec.driver.memoryLimit",
		Reason: "Spark's client limits the driver's memory to what it requests, whatever the template says, so that only the webhook can " +
			"change the limit. Ours sets it, and refuses one that is less than what is requested.",
		amend:   pods(limitMemory),
		refusal: "memoryLimit: the limit ",
	}, {
		Name: "a coreLimit below what is requested",
		Reason: "spark-submit takes it, and the API server refuses the driver, or one executor after the other. Ours refuses the " +
			"application, and says which field.",
		refusal: "must not be less than what is requested",
	}, {
		Name: "mounts that cover others",
		Reason: "spark-submit takes two mounts at one path, of the author's or Spark's own, and the API server refuses the driver, or one executor after the " +
			"other, or only the last mount is seen. Ours refuses the application, and says which field.",
		refusal: "is mounted there already",
	}, {
		Name:    "volumes that nobody declares",
		Reason:  "spark-submit takes them, and the API server refuses the driver, or one executor after the other. Ours refuses the application, and says which.",
		refusal: "which is not declared: add it to spec.volumes",
	}, {
		Name:   "executors that Spark cannot make",
		Reason: "spark-submit takes the application, and its driver waits for executors in vain. Ours refuses the application, and says why.",
	}, {
		Name: "spark.app.submitTime",
		Reason: "Spark's client passes on when it was called, and the driver replaces that by when it started, unless " +
			"spark.kubernetes.setSubmitTimeInDriver is false. Ours leaves it to the driver, so that an attempt that is made twice makes the same ConfigMap.",
		amend: dropSubmitTime,
	}}...)
}

// normalised are the differences that Normalise leaves out.
func normalised() []Difference {
	return []Difference{{
		Name: "Owners of ConfigMaps, Service, claims and network policy",
		Reason: "Spark's client makes the driver pod their owner after it is there, so that all are left behind where it never comes to be. " +
			"Ours belong to the SparkApplication from the start.",
	}, {
		Name:   "Labels and annotation of ConfigMaps, Service, claims and network policy",
		Reason: "Ours carry the application's name, the submission's id and the hash of the specification, so that what an attempt left is found and deleted, and nothing of another specification is used.",
	}, {
		Name: "Names that Spark draws at random",
		Reason: "Ours derive from the application's UID and the number of the attempt, so that an attempt that is made twice makes one driver. " +
			"They have the same form and length.",
	}, {
		Name: "Order of lists",
		Reason: "Spark leaves environment, volumes and mounts in the order of a hash table, by which it also numbers the claims that it makes on " +
			"demand, and shuffles its scratch directories. Ours are in the order of their keys; variables of the env field come after Spark's own, so that they can refer to them.",
	}, {
		Name:   "Properties of template files",
		Reason: "Only spark-submit needs the property that names the driver's template; ours leaves it out, because the driver does not have that file.",
	}}
}

// FromSparkSubmit returns the normalised objects that spark-submit made of an application, with the differences that we
// mean.
func FromSparkSubmit(bodies [][]byte, app *v1beta2.SparkApplication) ([]Object, error) {
	objects, err := Normalise(bodies)
	if err != nil {
		return nil, err
	}
	for i := range objects {
		for _, difference := range Differences() {
			if difference.amend == nil {
				continue
			}
			if err := difference.amend(&objects[i], app); err != nil {
				return nil, err
			}
		}
	}
	return objects, nil
}

// pods amends the pods among objects.
func pods(amend func(*corev1.PodSpec, *v1beta2.SparkApplication) error) func(*Object, *v1beta2.SparkApplication) error {
	return func(object *Object, app *v1beta2.SparkApplication) error {
		spec, isPod := object.Spec.(corev1.PodSpec)
		if !isPod {
			return nil
		}
		err := amend(&spec, app)
		object.Spec = spec
		return err
	}
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

// dropSubmitTime leaves the time to the driver unless the application names one.
func dropSubmitTime(object *Object, app *v1beta2.SparkApplication) error {
	if _, named := app.Spec.SparkConf[sparkconf.AppSubmitTime]; !named {
		delete(object.Properties, sparkconf.AppSubmitTime)
	}
	return nil
}
