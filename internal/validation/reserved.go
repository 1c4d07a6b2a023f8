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

// Reserved returns why the application of a name may not give a label or annotation the value; nothing where it may. What the operator would set
// itself does no harm. sparks returns whether Spark sets a label itself; nil for what it leaves to others.
func Reserved(app, key, value string, sparks func(string) bool) string {
	if sparks != nil && sparks(key) {
		return "the label is reserved for Spark; remove it"
	}
	if !sparklabels.ReservedOperator(key) || value == sparklabels.OperatorValue(key, app) {
		return ""
	}
	return "only the operator sets it: by it objects are given to an application; remove it"
}

// metadata refuses labels and annotations that only Spark or the operator may set: by them pods are found, cached and given to applications.
func metadata(app string, entries map[string]string, sparks func(string) bool, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	for _, key := range slices.Sorted(maps.Keys(entries)) {
		if why := Reserved(app, key, entries[key], sparks); why != "" {
			errs = append(errs, RefuseEntry(path, key, entries[key], why))
		}
	}
	return errs
}

// propertyNames refuses names that would be read as another property, or as none.
func propertyNames(entries map[string]string, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	for _, key := range slices.Sorted(maps.Keys(entries)) {
		if !sparkconf.ValidKey(key) {
			errs = append(errs, RefuseEntry(path, key, entries[key],
				"it becomes the name of a Spark property, which must not hold blanks, control characters or '='; rename it"))
		}
	}
	return errs
}

// author looks at what the author of an application must not reach, whose spec stands at root: the operator acts with rights that he may not have.
func author(app *v1beta2.SparkApplication, root *field.Path) field.ErrorList {
	spec, driver := &app.Spec, root.Child("driver")
	errs := metadata(app.Name, app.Labels, nil, field.NewPath("metadata", "labels"))
	errs = append(errs, excludedLabels(app)...)
	errs = append(errs, authorOfRole(app, &spec.Driver.SparkPodSpec, sparklabels.ReservedDriver, driver)...)
	for _, entries := range []struct {
		name    string
		entries map[string]string
	}{
		{"serviceLabels", spec.Driver.ServiceLabels}, {"serviceAnnotations", spec.Driver.ServiceAnnotations},
	} {
		errs = append(errs, metadata(app.Name, entries.entries, nil, driver.Child(entries.name))...)
		errs = append(errs, propertyNames(entries.entries, driver.Child(entries.name))...)
	}
	errs = append(errs, authorOfRole(app, &spec.Executor.SparkPodSpec, sparklabels.ReservedExecutor, root.Child("executor"))...)
	return append(errs, authorOfServices(app, root)...)
}

// authorOfRole looks at what driver and executors have in common.
func authorOfRole(app *v1beta2.SparkApplication, pod *v1beta2.SparkPodSpec, reserved func(string) bool, path *field.Path) field.ErrorList {
	errs := metadata(app.Name, pod.Labels, reserved, path.Child("labels"))
	errs = append(errs, metadata(app.Name, pod.Annotations, nil, path.Child("annotations"))...)
	errs = append(errs, propertyNames(pod.Labels, path.Child("labels"))...)
	errs = append(errs, propertyNames(pod.Annotations, path.Child("annotations"))...)
	errs = append(errs, propertyNames(pod.EnvVars, path.Child("envVars"))...)
	errs = append(errs, propertyNames(pod.NodeSelector, path.Child("nodeSelector"))...)
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

// authorOfTemplate refuses metadata that would take the pod away from the application. Its name is Spark's to give and ignored.
func authorOfTemplate(app *v1beta2.SparkApplication, template *corev1.PodTemplateSpec, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	if namespace := template.Namespace; namespace != "" && namespace != app.Namespace {
		errs = append(errs, Refuse(path.Child("namespace"), namespace, fmt.Sprintf("pods run in the application's namespace %q; remove it", app.Namespace)))
	}
	if owners := template.OwnerReferences; len(owners) > 0 {
		errs = append(errs, Refuse(path.Child("ownerReferences"), owners[0].Kind+" "+owners[0].Name,
			"the application owns its driver, and the driver its executors; remove it"))
	}
	errs = append(errs, metadata(app.Name, template.Labels, nil, path.Child("labels"))...)
	return append(errs, metadata(app.Name, template.Annotations, nil, path.Child("annotations"))...)
}

// authorOfServices looks at the Services and Ingresses of the driver's ports.
func authorOfServices(app *v1beta2.SparkApplication, root *field.Path) field.ErrorList {
	var errs field.ErrorList
	check := func(path *field.Path, serviceLabels, serviceAnnotations, ingressAnnotations map[string]string) {
		errs = append(errs, metadata(app.Name, serviceLabels, nil, path.Child("serviceLabels"))...)
		errs = append(errs, metadata(app.Name, serviceAnnotations, nil, path.Child("serviceAnnotations"))...)
		errs = append(errs, metadata(app.Name, ingressAnnotations, nil, path.Child("ingressAnnotations"))...)
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
	path := field.NewPath("metadata", "annotations").Key(sparklabels.ExcludePodLabels)
	patterns := sparkconf.SplitList(app.Annotations[sparklabels.ExcludePodLabels])
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
