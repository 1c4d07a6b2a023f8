// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package config

import (
	networkingv1 "k8s.io/api/networking/v1"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	configv1alpha1 "github.com/alauda/spark-operator/apis/config/v1alpha1"
	"github.com/alauda/spark-operator/internal/webui"
)

// validateExposure takes no Ingress that the API server would refuse: every application would fail by it.
func validateExposure(c *configv1alpha1.ControllerConfiguration, path *field.Path) field.ErrorList {
	ingress := &c.UIIngress
	errs := apivalidation.ValidateAnnotations(ingress.Annotations, path.Child("annotations"))
	errs = append(errs, validateURLFormat(ingress.URLFormat, c.UIService.Enabled, path.Child("urlFormat"))...)
	if name := ingress.ClassName; name != "" {
		errs = append(errs, problems(path.Child("className"), name, validation.IsDNS1123Subdomain(name))...)
	}
	for i := range ingress.TLS {
		errs = append(errs, validateTLS(&ingress.TLS[i], path.Child("tls").Index(i))...)
	}
	return errs
}

func validateURLFormat(format string, hasService bool, path *field.Path) field.ErrorList {
	if format == "" {
		return nil
	}
	if !hasService {
		return field.ErrorList{field.Invalid(path, format, "has no effect while uiService.enabled is false; change one of them")}
	}
	if err := webui.CheckFormat(format); err != nil {
		return field.ErrorList{field.Invalid(path, format, err.Error())}
	}
	if !webui.Distinguishes(format) {
		return field.ErrorList{field.Invalid(path, format, "all web UIs would have the same URL; use {{$appName}} or {{$appId}} in it")}
	}
	return nil
}

func validateTLS(tls *networkingv1.IngressTLS, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	for i, host := range tls.Hosts {
		errs = append(errs, problems(path.Child("hosts").Index(i), host, webui.CheckHost(host))...)
	}
	if tls.SecretName != "" {
		errs = append(errs, problems(path.Child("secretName"), tls.SecretName, validation.IsDNS1123Subdomain(tls.SecretName))...)
	}
	return errs
}
