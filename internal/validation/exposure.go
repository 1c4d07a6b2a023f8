// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package validation

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/webui"
)

// serviceTypes are those by which a Service leads to a pod.
var serviceTypes = []corev1.ServiceType{corev1.ServiceTypeClusterIP, corev1.ServiceTypeNodePort, corev1.ServiceTypeLoadBalancer}

func webUI(options *v1beta2.SparkUIConfiguration, path *field.Path) field.ErrorList {
	if options == nil {
		return nil
	}
	errs := service(options.ServiceType, options.ServicePortName, path)
	if port := options.ServicePort; port != nil {
		errs = append(errs, portNumber(*port, path.Child("servicePort"))...)
	}
	return errs
}

func driverIngresses(options []v1beta2.DriverIngressConfiguration, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	ports, formats := sets.New[int32](), sets.New[string]()
	for i := range options {
		at, option := path.Index(i), &options[i]
		switch port := option.ServicePort; {
		case port == nil:
			errs = append(errs, field.Required(at.Child("servicePort"), "set it to the port of the driver to expose"))
		case ports.Has(*port):
			errs = append(errs, field.Duplicate(at.Child("servicePort"), *port))
		default:
			errs = append(errs, portNumber(*port, at.Child("servicePort"))...)
			ports.Insert(*port)
		}
		errs = append(errs, service(option.ServiceType, option.ServicePortName, at)...)
		errs = append(errs, urlFormat(option.IngressURLFormat, formats, at.Child("ingressURLFormat"))...)
	}
	return errs
}

// service looks at what two kinds of options have in common.
func service(kind *corev1.ServiceType, portName *string, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	if kind != nil && *kind != "" && !sets.New(serviceTypes...).Has(*kind) {
		errs = append(errs, field.NotSupported(path.Child("serviceType"), *kind, serviceTypes))
	}
	if portName != nil && *portName != "" {
		errs = append(errs, serviceNameOfPort(*portName, path.Child("servicePortName"))...)
	}
	return errs
}

func urlFormat(format string, seen sets.Set[string], path *field.Path) field.ErrorList {
	switch {
	case format == "":
		return field.ErrorList{field.Required(path, "set it to the URL to expose the port at, such as {{$appName}}.example.com")}
	case seen.Has(format):
		return field.ErrorList{field.Duplicate(path, format)}
	}
	seen.Insert(format)
	if err := webui.CheckFormat(format); err != nil {
		return field.ErrorList{field.Invalid(path, format, err.Error())}
	}
	return nil
}
