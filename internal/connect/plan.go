// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package connect

import (
	"errors"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1alpha1"
	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/internal/validation"
)

var specPath = field.NewPath("spec")

// NewPlan resolves a start of the server. An error names the fields of the SparkConnect.
func NewPlan(c *v1alpha1.SparkConnect, number int64, specHash string, o planning.Options) (*planning.Plan, error) {
	if errs := validation.SparkConnect(c); len(errs) > 0 {
		return nil, &planning.InvalidError{Errors: errs}
	}
	plan, err := planning.NewPlan(Application(c), Attempt(c, number, specHash), o)
	return plan, AsServer(err)
}

// Examine says everything that is wrong with a server, or else what pods it starts with.
func Examine(c *v1alpha1.SparkConnect) planning.Examination {
	examined := planning.Examine(Application(c), specPath, planning.Options{})
	examined.Warnings = merged(validation.ConnectWarnings(&c.Spec), examined.Warnings)
	errs, said := validation.SparkConnect(c), map[string]bool{}
	for _, err := range errs {
		said[err.Field] = true
	}
	for _, err := range fieldsOfServer(examined.Errors) {
		if !said[err.Field] {
			errs = append(errs, err)
		}
	}
	examined.Errors = errs
	return examined
}

// merged returns the warnings about the server, and those about its application that are of other fields.
func merged(ofServer, ofApplication []string) []string {
	said := map[string]bool{}
	for _, warning := range ofServer {
		path, _, _ := strings.Cut(warning, ": ")
		said[path] = true
	}
	for _, warning := range ofApplication {
		warning = asServersField.Replace(warning)
		if path, _, _ := strings.Cut(warning, ": "); !said[path] {
			ofServer = append(ofServer, warning)
		}
	}
	return ofServer
}

// Problem says why no server can be made of the spec; nothing where one can.
func Problem(c *v1alpha1.SparkConnect, o planning.Options) string {
	if errs := Examine(c).Errors; len(errs) > 0 {
		return strings.Join((&planning.InvalidError{Errors: errs}).Sentences(), "; ")
	}
	plan, err := NewPlan(c, 1, "", o)
	if err == nil {
		_, err = plan.Render()
	}
	if err != nil {
		return AsServer(err).Error()
	}
	return ""
}

// AsServer returns an error of the application with the fields of the server.
func AsServer(err error) error {
	invalid, isInvalid := errors.AsType[*planning.InvalidError](err)
	if !isInvalid {
		return err
	}
	return &planning.InvalidError{Errors: fieldsOfServer(invalid.Errors)}
}

func fieldsOfServer(errs field.ErrorList) field.ErrorList {
	named := make(field.ErrorList, 0, len(errs))
	for _, err := range errs {
		copied := *err
		copied.Field, copied.Detail = asServersField.Replace(err.Field), asServersField.Replace(err.Detail)
		named = append(named, &copied)
	}
	return named
}

// asServersField replaces fields of the application, also in sentences about it, by those that the author of a server
// has.
var asServersField = strings.NewReplacer(
	"spec.driver.image", "spec.server.template.spec.containers", "spec.executor.image", "spec.executor.template.spec.containers",
	"spec.driver", "spec.server",
)
