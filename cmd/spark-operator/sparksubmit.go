// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"

	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/internal/submission/mode"
	"github.com/alauda/spark-operator/internal/submission/sparksubmit"
	"github.com/alauda/spark-operator/pkg/sparkconf"
)

// Values of --mode.
const (
	modeAuto        = "auto"
	modeNative      = "native"
	modeSparkSubmit = "spark-submit"
)

// modes are what --mode chooses from: as the application says, or else the operator's mode.
var modes = map[string]mode.Mode{modeAuto: mode.Auto, modeNative: mode.Native, modeSparkSubmit: mode.SparkSubmit}

// choose returns how the plan is shown. A mode that is named on the command line wins over the application's own.
func choose(plan *planning.Plan, o *renderOptions) (mode.Choice, error) {
	if o.mode == modeAuto {
		return mode.Of(plan, mode.Configured(o.operator.Submission))
	}
	return mode.Choice{Mode: modes[o.mode]}, nil
}

// submissionByJVM is what spark-submit is given. File names stand for files of a directory of the attempt's own.
type submissionByJVM struct {
	Application      string            `json:"application"`
	Command          []string          `json:"command"`
	Properties       map[string]string `json:"properties"`
	DriverTemplate   json.RawMessage   `json:"driverTemplate"`
	ExecutorTemplate json.RawMessage   `json:"executorTemplate"`
}

func sparkSubmitOf(app *application, plan *planning.Plan, o *renderOptions, hidden *masker) ([]document, error) {
	configured := o.operator.Submission.SparkSubmit.Uploads
	uploads := sparksubmit.Uploads{Dir: configured.Dir, Path: configured.Path, Elsewhere: true}
	if err := sparksubmit.Check(plan, uploads); err != nil {
		return nil, err
	}
	driver, err := plan.DriverTemplate()
	if err != nil {
		return nil, err
	}
	hidden.pod(driver, sparkconf.DriverAnnotationPrefix, sparkconf.DriverEnvPrefix)
	driverFile, err := planning.TemplateFile(driver)
	if err != nil {
		return nil, err
	}
	executor, err := plan.ExecutorTemplate()
	if err != nil {
		return nil, err
	}
	hidden.pod(executor, sparkconf.ExecutorAnnotationPrefix, sparkconf.ExecutorEnvPrefix)
	executorFile, err := planning.TemplateFile(executor)
	if err != nil {
		return nil, err
	}
	files := sparksubmit.Files{Properties: propertiesFile, DriverTemplate: "driver.json", ExecutorTemplate: "executor.json"}
	command := append([]string{"spark-submit"}, sparksubmit.Argv(plan, files)...)
	hidden.words(command)
	documents, err := dependentsOf(app, plan, o, hidden)
	if err != nil {
		return nil, err
	}
	return append(documents, document{comment: app.String() + ": what spark-submit is given", body: submissionByJVM{
		Application:    app.String(),
		Command:        command,
		Properties:     hidden.conf(sparksubmit.Properties(plan, files, uploads)),
		DriverTemplate: json.RawMessage(driverFile), ExecutorTemplate: json.RawMessage(executorFile),
	}}), nil
}
