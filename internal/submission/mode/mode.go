// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package mode

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/validation/field"

	configv1alpha1 "github.com/alauda/spark-operator/apis/config/v1alpha1"
	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/identity"
	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/internal/submission"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// Annotation is the annotation of an application that chooses its mode in place of the operator's configuration.
const Annotation = sparklabels.SubmissionMode

// Mode is a way to submit applications.
type Mode string

// The modes.
const (
	// Auto is Native for all applications that it can express, and SparkSubmit for the others.
	Auto Mode = "Auto"
	// Native writes the driver's objects without a JVM.
	Native Mode = "Native"
	// SparkSubmit runs spark-submit.
	SparkSubmit Mode = sparklabels.SubmissionModeSparkSubmit
)

// Policy is what the operator's configuration says. The zero value is Auto, for applications that do not choose.
type Policy struct {
	// Mode is that of applications that do not choose one; nothing is Auto.
	Mode Mode
	// Locked is whether no application may choose another.
	Locked bool
}

// Configured returns the policy of a configuration.
func Configured(s configv1alpha1.Submission) Policy {
	return Policy{Mode: Mode(s.Mode), Locked: s.LockMode}
}

// Choice is how an application is submitted.
type Choice struct {
	// Mode is Native or SparkSubmit.
	Mode Mode
	// Because says why.
	Because string
	// Unsupported says what native submission cannot express of the application; nil where it can express all of it. It
	// is asked for once, here.
	Unsupported *planning.UnsupportedError
	// Notice says in one sentence why native submission gave way to spark-submit; empty where it did not.
	Notice string
}

// Way returns the choice as the result of a submission has it.
func (c Choice) Way() submission.Way {
	return submission.Way{Mode: string(c.Mode), Because: c.Because, Notice: c.Notice}
}

const (
	byConfiguration = "submission.mode of the operator says so"
	byAnnotation    = "the annotation " + Annotation + " of the application says so"
	byAuto          = "native submission can express all of it"
)

// Of returns the choice for a plan. It returns an InvalidError where the application's annotation is no mode, or one
// that the policy does not leave to it.
func Of(plan *planning.Plan, p Policy) (Choice, error) {
	wanted, because := cmp.Or(p.Mode, Auto), byConfiguration
	if own := Mode(plan.Annotation(Annotation)); own != "" && own != wanted {
		if p.Locked {
			return Choice{}, refuse(own, fmt.Sprintf("the operator submits all applications in mode %s (submission.lockMode); remove it", wanted))
		}
		wanted, because = own, byAnnotation
	}
	choice := Choice{Mode: wanted, Because: because, Unsupported: plan.Unsupported()}
	switch {
	case wanted == Native, wanted == SparkSubmit:
	case wanted == Auto && choice.Unsupported != nil:
		choice.Mode, choice.Because = SparkSubmit, choice.Unsupported.Error()
		choice.Notice = fmt.Sprintf("Submitting by spark-submit: %v", choice.Unsupported)
	case wanted == Auto:
		choice.Mode, choice.Because = Native, byAuto
	default:
		return Choice{}, refuse(wanted, fmt.Sprintf("it is no submission mode; use %s, %s or %s, or remove it", Auto, Native, SparkSubmit))
	}
	return choice, nil
}

// refuse says what is wrong with the mode that an application asks for.
func refuse(wanted Mode, fix string) error {
	return planning.Invalid(field.NewPath("metadata", "annotations").Key(Annotation), string(wanted), fix)
}

// Releaser is a submitter that can undo what it did for an attempt.
type Releaser interface {
	submission.Submitter
	Release(ctx context.Context, app *v1beta2.SparkApplication, attempt identity.Attempt, confirm submission.Confirm) error
}

// Process is a submitter that runs processes.
type Process interface {
	Releaser
	// Forget ends and forgets what is under way for an application that is gone or going.
	Forget(app types.NamespacedName)
}

// Submitter submits each application in its mode.
type Submitter struct {
	// Policy says which mode.
	Policy Policy
	// Native and SparkSubmit are the submitters of those modes.
	Native      Releaser
	SparkSubmit Process
}

var _ Releaser = (*Submitter)(nil)

// Submit implements submission.Submitter.
func (s *Submitter) Submit(ctx context.Context, plan *planning.Plan, confirm submission.Confirm) (submission.Result, error) {
	choice, err := Of(plan, s.Policy)
	if err != nil {
		return submission.Result{}, err
	}
	result, err := s.submit(ctx, plan, choice, confirm)
	result.Way = choice.Way()
	if invalid, ok := errors.AsType[*planning.InvalidError](err); ok && choice.Notice != "" {
		// It may not be clear to the application's author what spark-submit has to do with it.
		return result, fmt.Errorf("%w (%s)", invalid, choice.Notice)
	}
	return result, err
}

// submit goes the way of the choice.
func (s *Submitter) submit(ctx context.Context, plan *planning.Plan, choice Choice, confirm submission.Confirm) (submission.Result, error) {
	if choice.Mode == SparkSubmit {
		return s.SparkSubmit.Submit(ctx, plan, confirm)
	}
	// The annotation may have been changed while spark-submit was queued.
	s.SparkSubmit.Forget(types.NamespacedName{Namespace: plan.Namespace(), Name: plan.Name()})
	if choice.Unsupported != nil {
		return submission.Result{}, choice.Unsupported
	}
	return s.Native.Submit(ctx, plan, confirm)
}

// Forget ends what is under way for an application that is gone or going.
func (s *Submitter) Forget(app types.NamespacedName) { s.SparkSubmit.Forget(app) }

// Release undoes what any of the submitters did for the attempt.
func (s *Submitter) Release(ctx context.Context, app *v1beta2.SparkApplication, attempt identity.Attempt, confirm submission.Confirm) error {
	return errors.Join(s.SparkSubmit.Release(ctx, app, attempt, confirm), s.Native.Release(ctx, app, attempt, confirm))
}
