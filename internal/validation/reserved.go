// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package validation

import (
	"fmt"
	"maps"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/pkg/sparkconf"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// Reserved returns why the application of a name may not give a label or annotation the value; nothing where it may.
// What the operator would set itself does no harm. sparks returns whether Spark sets a label itself; nil for what it
// leaves to others.
func Reserved(app, key, value string, sparks func(string) bool) string {
	if sparks != nil && sparks(key) {
		return "the label is reserved for Spark; remove it"
	}
	if !sparklabels.ReservedOperator(key) || value == sparklabels.OperatorValue(key, app) {
		return ""
	}
	return "only the operator sets it: by it objects are given to an application; remove it"
}

// entries are those of a field by its name below another one. Its path is made only for what is wrong.
type entries struct {
	of   *field.Path
	name string
	all  map[string]string
}

func (e entries) refuse(key, why string) *field.Error {
	return RefuseEntry(e.of.Child(e.name), key, e.all[key], why)
}

// reserved refuses labels and annotations that only Spark or the operator may set: by them pods are found, cached and
// given to applications.
func (e entries) reserved(app string, sparks func(string) bool) field.ErrorList {
	var errs field.ErrorList
	for _, key := range slices.Sorted(maps.Keys(e.all)) {
		if why := Reserved(app, key, e.all[key], sparks); why != "" {
			errs = append(errs, e.refuse(key, why))
		}
	}
	return errs
}

// properties refuses names that would be read as another property, or as none.
func (e entries) properties() field.ErrorList {
	var errs field.ErrorList
	for _, key := range slices.Sorted(maps.Keys(e.all)) {
		if !sparkconf.ValidKey(key) {
			errs = append(errs, e.refuse(key, "it becomes the name of a Spark property, which must not hold blanks, control characters or '='; rename it"))
		}
	}
	return errs
}

// author looks at what the author of an application must not reach, whose spec stands at root: the operator acts with
// rights that he may not have.
func author(app *v1beta2.SparkApplication, root *field.Path) field.ErrorList {
	spec, driver := &app.Spec, root.Child("driver")
	errs := entries{metadata, "labels", app.Labels}.reserved(app.Name, nil)
	errs = append(errs, excludedLabels(app)...)
	errs = append(errs, authorOfRole(app, &spec.Driver.SparkPodSpec, sparklabels.ReservedDriver, driver)...)
	for _, of := range []entries{{driver, "serviceLabels", spec.Driver.ServiceLabels}, {driver, "serviceAnnotations", spec.Driver.ServiceAnnotations}} {
		errs = append(errs, of.reserved(app.Name, nil)...)
		errs = append(errs, of.properties()...)
	}
	errs = append(errs, authorOfRole(app, &spec.Executor.SparkPodSpec, sparklabels.ReservedExecutor, root.Child("executor"))...)
	return append(errs, authorOfServices(app, root)...)
}

var metadata = field.NewPath("metadata")

// authorOfRole looks at what driver and executors have in common.
func authorOfRole(app *v1beta2.SparkApplication, pod *v1beta2.SparkPodSpec, reserved func(string) bool, path *field.Path) field.ErrorList {
	labels, annotations := entries{path, "labels", pod.Labels}, entries{path, "annotations", pod.Annotations}
	errs := labels.reserved(app.Name, reserved)
	errs = append(errs, annotations.reserved(app.Name, nil)...)
	for _, of := range []entries{labels, annotations, {path, "envVars", pod.EnvVars}, {path, "nodeSelector", pod.NodeSelector}} {
		errs = append(errs, of.properties()...)
	}
	for _, key := range slices.Sorted(maps.Keys(pod.EnvSecretKeyRefs)) {
		if !sparkconf.ValidKey(key) {
			errs = append(errs, Refuse(path.Child("envSecretKeyRefs").Key(key), "", "it is no name of a variable; rename it"))
		}
	}
	if pod.Template != nil {
		errs = append(errs, authorOfTemplate(app, pod.Template, path.Child("template", "metadata"))...)
	}
	return errs
}

// authorOfTemplate refuses metadata that would take the pod away from the application. Its name is ignored:
// Spark gives the pod another.
func authorOfTemplate(app *v1beta2.SparkApplication, template *corev1.PodTemplateSpec, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	if namespace := template.Namespace; namespace != "" && namespace != app.Namespace {
		errs = append(errs, Refuse(path.Child("namespace"), namespace, fmt.Sprintf("pods run in the application's namespace %q; remove it", app.Namespace)))
	}
	if owners := template.OwnerReferences; len(owners) > 0 {
		errs = append(errs, Refuse(path.Child("ownerReferences"), owners[0].Kind+" "+owners[0].Name,
			"the application owns its driver, and the driver its executors; remove it"))
	}
	errs = append(errs, entries{path, "labels", template.Labels}.reserved(app.Name, nil)...)
	return append(errs, entries{path, "annotations", template.Annotations}.reserved(app.Name, nil)...)
}

// authorOfServices looks at the Services and Ingresses of the driver's ports.
func authorOfServices(app *v1beta2.SparkApplication, root *field.Path) field.ErrorList {
	var errs field.ErrorList
	check := func(path *field.Path, serviceLabels, serviceAnnotations, ingressAnnotations map[string]string) {
		errs = append(errs, entries{path, "serviceLabels", serviceLabels}.reserved(app.Name, nil)...)
		errs = append(errs, entries{path, "serviceAnnotations", serviceAnnotations}.reserved(app.Name, nil)...)
		errs = append(errs, entries{path, "ingressAnnotations", ingressAnnotations}.reserved(app.Name, nil)...)
	}
	if ui := app.Spec.SparkUIOptions; ui != nil {
		check(root.Child("sparkUIOptions"), ui.ServiceLabels, ui.ServiceAnnotations, ui.IngressAnnotations)
	}
	for i := range app.Spec.DriverIngressOptions {
		port := &app.Spec.DriverIngressOptions[i]
		check(root.Child("driverIngressOptions").Index(i), port.ServiceLabels, port.ServiceAnnotations, port.IngressAnnotations)
	}
	return errs
}

// maxExcluded is how many patterns an application may name: each is compared with each of its labels.
const maxExcluded = 32

func excludedLabels(app *v1beta2.SparkApplication) field.ErrorList {
	own, set := app.Annotations[sparklabels.ExcludePodLabels]
	if !set {
		return nil
	}
	path, patterns := metadata.Child("annotations").Key(sparklabels.ExcludePodLabels), sparkconf.SplitList(own)
	if len(patterns) > maxExcluded {
		return field.ErrorList{Refuse(path, "", fmt.Sprintf("it names %d labels; name at most %d, or beginnings before a *", len(patterns), maxExcluded))}
	}
	var errs field.ErrorList
	for _, pattern := range patterns {
		if err := sparklabels.CheckPattern(pattern); err != nil {
			errs = append(errs, Refuse(path, pattern, err.Error()))
		}
	}
	return errs
}
