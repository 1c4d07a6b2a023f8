// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package planning

import (
	"errors"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/demand"
	"github.com/alauda/spark-operator/internal/identity"
	"github.com/alauda/spark-operator/internal/validation"
	"github.com/alauda/spark-operator/pkg/podmutation"
	"github.com/alauda/spark-operator/pkg/podrequests"
	"github.com/alauda/spark-operator/pkg/render"
	"github.com/alauda/spark-operator/pkg/sparkconf"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// Demand returns the pods that the application starts with. Unlike Render it does not mind what the native submitter
// cannot express: the pods of spark-submit ask for the same.
func (p *Plan) Demand() (*demand.Demand, error) {
	objects, executor, err := p.render()
	if err != nil {
		return nil, err
	}
	return p.demandOf(objects, executor)
}

// demandOf returns the demand of a run that starts from those pods. It leaves them as they are.
func (p *Plan) demandOf(objects *render.Objects, executor *corev1.Pod) (*demand.Demand, error) {
	executor = executor.DeepCopy()
	in := podmutation.Input{App: p.app, Role: podmutation.Executor}
	if err := podmutation.Apply(executor, in, podmutation.Default()...); err != nil {
		return nil, invalid(p.at(executorKeys), err)
	}
	count, err := podrequests.InitialExecutors(objects.Properties)
	if err != nil {
		return nil, invalid(p.at(executorKeys), err)
	}
	return &demand.Demand{Driver: objects.Driver, Executor: executor, Executors: count}, nil
}

// AnyExecutor returns an executor pod as the driver will make it, or nil where it will make none: also under dynamic
// allocation, which may begin without.
func (p *Plan) AnyExecutor() (*corev1.Pod, error) {
	objects, executor, err := p.render()
	if err != nil {
		return nil, err
	}
	count, err := podrequests.InitialExecutors(objects.Properties)
	if err != nil {
		return nil, invalid(p.at(executorKeys), err)
	}
	dynamic, err := objects.Properties.Bool(sparkconf.DynamicAllocationEnabled, false)
	if err != nil || count <= 0 && !dynamic {
		return nil, err
	}
	return executor, nil
}

// Examination is what is known of an application before it is submitted.
type Examination struct {
	// Demand is the pods that it starts with; nil where it is refused, or where that cannot be known.
	Demand *demand.Demand
	// Warnings are what its author should know; they keep it from nothing.
	Warnings []string
	// Errors are what is wrong with it.
	Errors field.ErrorList
	// Unsupported is what native submission cannot express of it; nil where it can express all.
	Unsupported *UnsupportedError
}

// Examine says everything that is wrong with an application, or else what pods it starts with. Its spec stands at root
// in the object that its author wrote, which may be a schedule: there the paths of errors and warnings begin. It
// refuses what a submission would refuse, by making the same plan: what the fields say, and, if that is all right,
// whether pods can be made of it. Where Spark's own client is to make them, only that client knows.
func Examine(app *v1beta2.SparkApplication, root *field.Path, o Options) Examination {
	// Nobody comes to see the hash of the spec, and it takes longer than many a plan.
	plan, errs := resolve(app, identity.OfSpec(app, 1, ""), o, root)
	examined := Examination{Warnings: slices.Concat(validation.Warnings(&app.Spec, root), plan.advice(), plan.filesElsewhere()), Errors: errs, Unsupported: plan.Unsupported()}
	if len(errs) == 0 {
		examined.Demand, examined.Errors = plan.examineDemand()
	}
	return examined
}

// examineDemand returns the pods that a plan starts with, or what keeps them from being made.
func (p *Plan) examineDemand() (*demand.Demand, field.ErrorList) {
	found, err := p.Demand()
	invalid, isInvalid := errors.AsType[*InvalidError](err)
	switch {
	case err == nil:
		return found, nil
	case !isInvalid || p.Unsupported() != nil || p.Annotation(sparklabels.SubmissionMode) == sparklabels.SubmissionModeSparkSubmit:
		return nil, nil
	}
	return nil, invalid.Errors
}
