// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package planning

import (
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1alpha1"
	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/identity"
	"github.com/alauda/spark-operator/pkg/sparkconf"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// Secrets returns what hides the secrets that are written in an application: values of properties, variables, labels
// and annotations that look like one. What others say of an application, an API server or a driver, is passed through
// it before anybody reads it.
func Secrets(app *v1beta2.SparkApplication) *sparkconf.Masker {
	spec := &app.Spec
	m := sparkconf.NewMasker(spec.SparkConf[sparkconf.RedactionRegex])
	for _, entries := range []map[string]string{spec.SparkConf, spec.HadoopConf} {
		for key, value := range entries {
			m.Note(key, value)
		}
	}
	noteEntries(m, app.Labels, spec.Driver.ServiceLabels, spec.Driver.ServiceAnnotations)
	if ui := spec.SparkUIOptions; ui != nil {
		noteEntries(m, ui.ServiceLabels, ui.ServiceAnnotations, ui.IngressAnnotations)
	}
	for i := range spec.DriverIngressOptions {
		port := &spec.DriverIngressOptions[i]
		noteEntries(m, port.ServiceLabels, port.ServiceAnnotations, port.IngressAnnotations)
	}
	for _, pod := range []*v1beta2.SparkPodSpec{&spec.Driver.SparkPodSpec, &spec.Executor.SparkPodSpec} {
		noteEntries(m, pod.EnvVars, pod.Labels, pod.Annotations)
		noteVariables(m, pod.Env)
		for _, containers := range [][]corev1.Container{pod.InitContainers, pod.Sidecars} {
			noteContainers(m, containers)
		}
		noteTemplate(m, pod.Template)
	}
	m.Public(publicNames(app)...)
	return m
}

// SecretsOfSchedule returns what hides the secrets of a schedule: those of its runs.
func SecretsOfSchedule(scheduled *v1beta2.ScheduledSparkApplication) *sparkconf.Masker {
	return Secrets(exampleRun(scheduled))
}

// SecretsOfServer returns what hides the secrets that are written in a Spark Connect server.
func SecretsOfServer(server *v1alpha1.SparkConnect) *sparkconf.Masker {
	spec := &server.Spec
	m := sparkconf.NewMasker(spec.SparkConf[sparkconf.RedactionRegex])
	for _, entries := range []map[string]string{spec.SparkConf, spec.HadoopConf} {
		for key, value := range entries {
			m.Note(key, value)
		}
	}
	noteEntries(m, server.Labels)
	if service := spec.Server.Service; service != nil {
		noteEntries(m, service.Labels, service.Annotations)
	}
	noteTemplate(m, spec.Server.Template)
	noteTemplate(m, spec.Executor.Template)
	m.Public(server.Name, server.Namespace, valueOf(spec.Image))
	return m
}

func noteTemplate(m *sparkconf.Masker, template *corev1.PodTemplateSpec) {
	if template == nil {
		return
	}
	noteEntries(m, template.Labels, template.Annotations)
	noteContainers(m, template.Spec.InitContainers)
	noteContainers(m, template.Spec.Containers)
}

// publicNames are what everybody sees who sees an application or its pods: a secret that says the same is none.
func publicNames(app *v1beta2.SparkApplication) []string {
	spec, driver := &app.Spec, identity.DriverPodName(app)
	return []string{
		app.Name, app.Namespace, driver, sparklabels.UIService(app.Name), sparklabels.UIIngress(app.Name), valueOf(spec.MainClass),
		valueOf(spec.Image), valueOf(spec.Driver.Image), valueOf(spec.Executor.Image),
		valueOf(spec.Driver.ServiceAccount), valueOf(spec.Executor.ServiceAccount),
	}
}

// Masker returns what hides the secrets of the plan's configuration.
func (p *Plan) Masker() *sparkconf.Masker {
	m := p.conf.Masker()
	m.Public(publicNames(p.app)...)
	return m
}

func noteEntries(m *sparkconf.Masker, maps ...map[string]string) {
	for _, entries := range maps {
		for key, value := range entries {
			m.Note(dotted(key), value)
		}
	}
}

func noteContainers(m *sparkconf.Masker, containers []corev1.Container) {
	for i := range containers {
		noteVariables(m, containers[i].Env)
	}
}

func noteVariables(m *sparkconf.Masker, variables []corev1.EnvVar) {
	for i := range variables {
		m.Note(dotted(variables[i].Name), variables[i].Value)
	}
}

// separators stand in the names of variables where those of properties have dots: ACCESS_KEY is as secret as
// access.key.
var separators = strings.NewReplacer("-", ".", "_", ".")

func dotted(name string) string { return separators.Replace(name) }

// HideSecrets returns an error that says the same with the application's secrets hidden, and is the same to errors.Is
// and errors.As.
func HideSecrets(app *v1beta2.SparkApplication, err error) error {
	if err == nil {
		return nil
	}
	text := err.Error()
	masked := Secrets(app).Mask(text)
	if masked == text {
		return err
	}
	return &maskedError{err, masked}
}

// HideSecretsIn returns errors of fields that say the same with the secrets hidden, also where they show the field's
// value.
func HideSecretsIn(secrets *sparkconf.Masker, errs field.ErrorList) field.ErrorList {
	masked := make(field.ErrorList, 0, len(errs))
	for _, err := range errs {
		copied := *err
		copied.Detail = secrets.Mask(err.Detail)
		switch value := err.BadValue.(type) {
		case string:
			copied.BadValue = secrets.MaskValue(value)
		case *string:
			if value != nil {
				copied.BadValue = secrets.MaskValue(*value)
			}
		}
		masked = append(masked, &copied)
	}
	return masked
}

type maskedError struct {
	err  error
	text string
}

func (e *maskedError) Error() string { return e.text }
func (e *maskedError) Unwrap() error { return e.err }
