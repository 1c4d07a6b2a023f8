// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package validation

import (
	"maps"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1alpha1"
	"github.com/alauda/spark-operator/pkg/sparkconf"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// SparkConnect returns everything that is wrong with a Spark Connect server.
func SparkConnect(connect *v1alpha1.SparkConnect) field.ErrorList {
	spec, path := &connect.Spec, field.NewPath("spec")
	var errs field.ErrorList
	if spec.SparkVersion == "" {
		errs = append(errs, field.Required(path.Child("sparkVersion"), "set it to the version of Spark in the image, such as 4.0.1"))
	}
	errs = append(errs, connectConf(connect, path.Child("sparkConf"))...)
	errs = append(errs, connectRole(spec, &spec.Server.SparkPodSpec, sparklabels.DriverContainer, path.Child("server"))...)
	errs = append(errs, connectRole(spec, &spec.Executor.SparkPodSpec, sparklabels.ExecutorContainer, path.Child("executor"))...)
	if service := spec.Server.Service; service != nil && service.Namespace != "" && service.Namespace != connect.Namespace {
		errs = append(errs, field.Invalid(path.Child("server", "service", "metadata", "namespace"), service.Namespace,
			"the Service is made in the server's own namespace; remove it"))
	}
	if da := spec.DynamicAllocation; da != nil && da.Enabled {
		errs = append(errs, bounds(da.InitialExecutors, da.MinExecutors, da.MaxExecutors, path.Child("dynamicAllocation"))...)
	}
	return errs
}

func connectConf(connect *v1alpha1.SparkConnect, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	for _, key := range slices.Sorted(maps.Keys(connect.Spec.SparkConf)) {
		value := connect.Spec.SparkConf[key]
		if err := sparkconf.CheckUserProperty(connect.Namespace, key, value); err != nil && !unneeded(&connect.Spec, key, value) {
			errs = append(errs, field.Invalid(path.Key(key), sparkconf.Redact(key, value), err.Error()))
		}
	}
	return errs
}

// unneeded returns whether a property that is the operator's says what it sets anyway, or has no effect: a server
// uploads nothing.
func unneeded(spec *v1alpha1.SparkConnectSpec, key, value string) bool {
	return key == sparkconf.FileUploadPath || key == sparkconf.ContainerImage && spec.Image != nil && value == *spec.Image
}

func connectRole(spec *v1alpha1.SparkConnectSpec, role *v1alpha1.SparkPodSpec, container string, path *field.Path) field.ErrorList {
	errs := templates(spec.SparkVersion, role.Template, path.Child("template"))
	errs = append(errs, podContainers{template: role.Template, asked: container, usual: container}.check(path)...)
	if role.Memory != nil {
		errs = append(errs, heap(*role.Memory, spec.SparkVersion, path.Child("memory"))...)
	}
	if (spec.Image == nil || *spec.Image == "") && templateImage(role.Template, container) == "" {
		errs = append(errs, field.Required(path.Child("template", "spec", "containers"), "no image is given: set spec.image, or the image of the container "+container))
	}
	return errs
}

// templateImage returns the image of the container that Spark runs in: the one of its name, or the first.
func templateImage(template *corev1.PodTemplateSpec, container string) string {
	if template == nil || len(template.Spec.Containers) == 0 {
		return ""
	}
	for i := range template.Spec.Containers {
		if template.Spec.Containers[i].Name == container {
			return template.Spec.Containers[i].Image
		}
	}
	return template.Spec.Containers[0].Image
}
