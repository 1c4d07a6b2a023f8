// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package validation

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/apimachinery/pkg/util/version"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/pkg/sparkconf"
)

// oldestWithTemplates is the first version of Spark that makes pods from templates.
var oldestWithTemplates = version.MajorMinor(3, 0)

// SparkApplication returns everything that is wrong with an application whose spec stands at path, as far as its
// fields alone show it. What only the effective configuration shows is for package planning.
func SparkApplication(app *v1beta2.SparkApplication, path *field.Path) field.ErrorList {
	spec := &app.Spec
	var errs field.ErrorList
	errs = append(errs, overheadFactor(spec.MemoryOverheadFactor, path.Child("memoryOverheadFactor"))...)
	errs = append(errs, volumes(spec.Volumes, path.Child("volumes"))...)
	errs = append(errs, role(driverOf(spec), spec, path)...)
	errs = append(errs, role(executorOf(spec), spec, path)...)
	errs = append(errs, webUI(spec.SparkUIOptions, path.Child("sparkUIOptions"))...)
	errs = append(errs, driverIngresses(spec.DriverIngressOptions, path.Child("driverIngressOptions"))...)
	errs = append(errs, monitoring(spec, path.Child("monitoring"))...)
	if da := spec.DynamicAllocation; da != nil && da.Enabled {
		errs = append(errs, bounds(da.InitialExecutors, da.MinExecutors, da.MaxExecutors, path.Child("dynamicAllocation"))...)
	}
	errs = append(errs, portProperties(spec.SparkConf, spec.SparkVersion, path.Child("sparkConf"))...)
	errs = append(errs, subPathProperties(spec.SparkConf, path.Child("sparkConf"))...)
	errs = append(errs, start(app, path)...)
	errs = append(errs, entries{path, "hadoopConf", spec.HadoopConf}.properties()...)
	errs = append(errs, nodeSelectors(spec, path)...)
	return append(errs, author(app, path)...)
}

func overheadFactor(factor *string, path *field.Path) field.ErrorList {
	if factor == nil {
		return nil
	}
	value, err := sparkconf.ParseFloat(*factor)
	if err != nil || value < 0 {
		return field.ErrorList{field.Invalid(path, *factor, `must be a part of the heap such as "0.1", and not negative`)}
	}
	return nil
}

func volumes(declared []corev1.Volume, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	seen := sets.New[string]()
	for i := range declared {
		name := declared[i].Name
		for _, reason := range validation.IsDNS1123Label(name) {
			errs = append(errs, field.Invalid(path.Index(i).Child("name"), name, reason))
		}
		if seen.Has(name) {
			errs = append(errs, field.Duplicate(path.Index(i).Child("name"), name))
		}
		seen.Insert(name)
	}
	return errs
}

func monitoring(spec *v1beta2.SparkApplicationSpec, path *field.Path) field.ErrorList {
	m := spec.Monitoring
	if m == nil || m.Prometheus == nil || !m.ExposeDriverMetrics && !m.ExposeExecutorMetrics {
		return nil
	}
	path = path.Child("prometheus")
	var errs field.ErrorList
	if m.Prometheus.JmxExporterJar == "" {
		errs = append(errs, field.Required(path.Child("jmxExporterJar"), "set it to the path of the JMX exporter's jar in the image"))
	}
	if name := m.Prometheus.PortName; name != nil && *name != "" {
		errs = append(errs, portName(*name, path.Child("portName"))...)
		if m.ExposeDriverMetrics && slices.Contains(driverOf(spec).sparksPorts, *name) ||
			m.ExposeExecutorMetrics && slices.Contains(executorOf(spec).sparksPorts, *name) {
			errs = append(errs, field.Invalid(path.Child("portName"), *name, sparksPort))
		}
	}
	return errs
}

// bounds looks at the numbers of executors of dynamic allocation.
func bounds(initial, least, most *int32, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	for _, number := range []struct {
		name  string
		value *int32
	}{{"initialExecutors", initial}, {"minExecutors", least}, {"maxExecutors", most}} {
		if number.value != nil && *number.value < 0 {
			errs = append(errs, field.Invalid(path.Child(number.name), *number.value, "must not be negative"))
		}
	}
	if most != nil && least != nil && *least > *most {
		errs = append(errs, field.Invalid(path.Child("minExecutors"), *least, fmt.Sprintf("must not be greater than maxExecutors, which is %d", *most)))
	}
	if initial == nil {
		return errs
	}
	if least != nil && *initial < *least {
		errs = append(errs, field.Invalid(path.Child("initialExecutors"), *initial, fmt.Sprintf("must not be less than minExecutors, which is %d", *least)))
	}
	if most != nil && *initial > *most {
		errs = append(errs, field.Invalid(path.Child("initialExecutors"), *initial, fmt.Sprintf("must not be greater than maxExecutors, which is %d", *most)))
	}
	return errs
}

// templates says that a version of Spark is too old for a pod template. A version that is none, such as one of a build
// of the user's own, is given the benefit of the doubt.
func templates(sparkVersion string, template *corev1.PodTemplateSpec, path *field.Path) field.ErrorList {
	if template == nil {
		return nil
	}
	parsed, err := version.ParseGeneric(sparkVersion)
	if err != nil || parsed.AtLeast(oldestWithTemplates) {
		return nil
	}
	return field.ErrorList{field.Forbidden(path, fmt.Sprintf("Spark %s makes no pods from templates; use Spark 3.0.0 or later, or remove it", sparkVersion))}
}

func portNumber(number int32, path *field.Path) field.ErrorList {
	return invalid(path, number, validation.IsValidPortNum(int(number)))
}

func portName(name string, path *field.Path) field.ErrorList {
	return invalid(path, name, validation.IsValidPortName(name))
}

// serviceNameOfPort checks a port's name in a Service, which may be longer than in a container.
func serviceNameOfPort(name string, path *field.Path) field.ErrorList {
	return invalid(path, name, validation.IsDNS1123Label(name))
}

func invalid(path *field.Path, value any, reasons []string) field.ErrorList {
	if len(reasons) == 0 {
		return nil
	}
	return field.ErrorList{field.Invalid(path, value, strings.Join(reasons, ", "))}
}
