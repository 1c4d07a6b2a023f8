// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/alauda/spark-operator/internal/identity"
	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/internal/submission/mode"
	"github.com/alauda/spark-operator/internal/validation"
	"github.com/alauda/spark-operator/pkg/podrequests"
	"github.com/alauda/spark-operator/pkg/sparkconf"
)

// role is what an object is for.
type role string

const (
	roleMonitoring role = "monitoring"
	roleUI         role = "ui"
	roleBudget     role = "budget"
	roleGang       role = "gang"
	roleConfig     role = "config"
	roleTemplate   role = "template"
	roleClaims     role = "claims"
	roleService    role = "service"
	rolePolicy     role = "policy"
	roleDriver     role = "driver"
	roleExecutor   role = "executor"
)

// roles are all roles in the order in which their objects are created.
var roles = []role{roleMonitoring, roleUI, roleBudget, roleGang, roleConfig, roleTemplate, roleClaims, roleService, rolePolicy, roleDriver, roleExecutor}

// document is one thing to print.
type document struct {
	// comment stands above it where the format has comments.
	comment string
	body    any
}

// runRender prints what applications become. It prints nothing where any of them is invalid.
func runRender(args []string, s streams) error {
	o, err := parseRenderFlags(args, s.out)
	if err != nil {
		return err
	}
	read, err := readManifests(o, s.in)
	for _, note := range read.leftOut {
		fmt.Fprintln(s.err, "note:", note)
	}
	if err != nil {
		return err
	}
	var documents []document
	var notes []string
	var errs []error
	for _, app := range read.apps {
		found, warnings, err := renderApplication(app, o)
		errs = append(errs, at(app.place, err)...)
		documents = append(documents, found...)
		for _, note := range warnings {
			notes = append(notes, "warning: "+app.String()+": "+note)
		}
	}
	for _, note := range notes {
		fmt.Fprintln(s.err, note)
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	return write(s.out, o.format, documents)
}

// renderApplication returns the documents of an application and what people should know about them.
func renderApplication(app *application, o *renderOptions) ([]document, []string, error) {
	plan, err := planning.NewPlan(app.SparkApplication, identity.Of(app.SparkApplication, o.attempt), planning.Configured(o.operator))
	if err != nil {
		return nil, nil, hideSecrets(app, problems(err))
	}
	choice, err := choose(plan, o)
	if err != nil {
		return nil, nil, hideSecrets(app, problems(err))
	}
	notes := slices.Concat(app.notes, validation.Warnings(&app.Spec, field.NewPath("spec")), plan.Warnings())
	hidden := &masker{of: sparkconf.NewMasker(plan.Conf().Get(sparkconf.RedactionRegex))}
	var documents []document
	switch {
	case o.view == viewConf:
		documents = confOf(app, plan, hidden)
	case o.view == viewRequests:
		documents, err = requestsOf(app, plan)
	case choice.Mode == mode.SparkSubmit:
		documents, err = sparkSubmitOf(app, plan, o, hidden)
	default:
		documents, err = objectsOf(app, plan, o, hidden)
	}
	switch {
	case choice.Notice == "":
	case err == nil:
		notes = append(notes, choice.Notice)
	default:
		// It may not be clear to the application's author what spark-submit has to do with it.
		err = errors.Join(errors.New(choice.Notice), problems(err))
	}
	if hidden.count > 0 {
		notes = append(notes, "values that look like secrets are masked: the output is to be read, not applied")
	}
	return documents, notes, hideSecrets(app, problems(err))
}

// hideSecrets hides the secrets of an application in each of the errors about it.
func hideSecrets(app *application, err error) error {
	var errs []error
	if err != nil {
		for _, one := range flatten(err) {
			errs = append(errs, planning.HideSecrets(app.SparkApplication, one))
		}
	}
	return errors.Join(errs...)
}

// problems takes an error about an application apart.
func problems(err error) error {
	invalid, isInvalid := errors.AsType[*planning.InvalidError](err)
	if !isInvalid {
		return err
	}
	errs := make([]error, 0, len(invalid.Errors))
	for _, sentence := range invalid.Sentences() {
		errs = append(errs, errors.New(sentence))
	}
	return errors.Join(errs...)
}

// objectsOf returns the objects of the roles that are asked for.
func objectsOf(app *application, plan *planning.Plan, o *renderOptions, hidden *masker) ([]document, error) {
	objects, err := plan.Render()
	if err != nil {
		return nil, err
	}
	executor, err := plan.Executor(objects)
	if err != nil {
		return nil, err
	}
	count, err := podrequests.InitialExecutors(objects.Properties)
	if err != nil {
		return nil, err
	}
	if err := hidden.maskObjects(objects, executor); err != nil {
		return nil, err
	}
	documents, err := dependentsOf(app, plan, o, hidden)
	if err != nil {
		return nil, err
	}
	add := func(r role, comment string, body any) {
		if o.wants(r) {
			documents = append(documents, document{comment: app.String() + ": " + comment, body: body})
		}
	}
	add(roleConfig, "the configuration for the driver", objects.ConfigMap)
	if objects.TemplateConfigMap != nil {
		add(roleTemplate, "the template that the driver makes executors from", objects.TemplateConfigMap)
	}
	for _, claim := range objects.Claims {
		add(roleClaims, "a volume claim of the driver", claim)
	}
	if objects.Service != nil {
		add(roleService, "the address of the driver for its executors", objects.Service)
	}
	if objects.NetworkPolicy != nil {
		add(rolePolicy, "only pods of the application reach its executors", objects.NetworkPolicy)
	}
	add(roleDriver, "the driver", objects.Driver)
	add(roleExecutor, fmt.Sprintf("an executor as the driver makes it, at the start %d of them", count), executor)
	return documents, nil
}

// dependentsOf returns what an application has beside the objects of Spark's client, in every mode.
func dependentsOf(app *application, plan *planning.Plan, o *renderOptions, hidden *masker) ([]document, error) {
	dependents, err := plan.DependentObjects()
	if err != nil {
		return nil, err
	}
	var documents []document
	for _, dependent := range dependents {
		r, comment := roleUI, "how a port of the driver is reached"
		switch dependent.(type) {
		case *corev1.ConfigMap:
			r, comment = roleMonitoring, "how its metrics are exposed"
		case *policyv1.PodDisruptionBudget:
			r, comment = roleBudget, "what keeps a node with the driver from being drained"
		case *corev1.Service, *networkingv1.Ingress:
		default:
			r, comment = roleGang, "what the batch scheduler is told of the gang"
		}
		if o.wants(r) {
			hidden.dependent(dependent)
			documents = append(documents, document{comment: app.String() + ": " + comment, body: dependent})
		}
	}
	return documents, nil
}

// requests is what an application asks of a cluster when it starts.
type requests struct {
	Application string              `json:"application"`
	Driver      corev1.ResourceList `json:"driver"`
	Executor    corev1.ResourceList `json:"executor"`
	Executors   int64               `json:"executors"`
	Sum         corev1.ResourceList `json:"sum"`
}

func requestsOf(app *application, plan *planning.Plan) ([]document, error) {
	totals, err := plan.Requests()
	if err != nil {
		return nil, err
	}
	return []document{{body: requests{
		Application: app.String(),
		Driver:      totals.Driver, Executor: totals.Executor, Executors: totals.Executors, Sum: totals.Sum,
	}}}, nil
}

// configuration is the effective Spark configuration of an application, by key.
type configuration struct {
	Application string            `json:"application"`
	Conf        map[string]string `json:"conf"`
}

func confOf(app *application, plan *planning.Plan, hidden *masker) []document {
	return []document{{body: configuration{Application: app.String(), Conf: hidden.conf(plan.Conf())}}}
}
