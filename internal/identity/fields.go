// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package identity

import (
	"reflect"
	"strings"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
)

// Effect says what a change of a field does to an application that has been submitted.
type Effect string

// The effects of a change.
const (
	// InPlace changes go into effect immediately, and the run goes on.
	InPlace Effect = "in place"
	// NoEffect changes are of fields that nothing reads.
	NoEffect Effect = "none"
	// NewRun changes need another run, immediately or later as spec.updatePolicy says.
	NewRun Effect = "new run"
)

// Field is a field of a SparkApplication's spec.
type Field struct {
	// Name of the field in JSON.
	Name string
	// Effect of a change.
	Effect Effect
	// Note says more, for the documentation.
	Note string
}

// Fields is the table of all fields of the spec and of what a change of each does. SpecHash covers those of NewRun in
// this order: new ones go to the end, and any other change of the order needs a new specHashVersion.
func Fields() []Field {
	return []Field{
		{"suspend", InPlace, "stops or resumes the application"},
		{"timeToLiveSeconds", InPlace, "counted from the end of the run"},
		{"restartPolicy", InPlace, "the next decision on a retry follows it; failures so far stay counted"},
		{"activeDeadlineSeconds", InPlace, "counted from the submission of the current run"},
		{"timeouts", InPlace, "counted from the beginning of the wait"},
		{"updatePolicy", InPlace, "a change that waits for the next attempt goes into effect when the policy becomes Restart"},
		{"failureRetries", NoEffect, "restartPolicy says it"},
		{"retryInterval", NoEffect, "restartPolicy says it"},
		{"type", NewRun, ""},
		{"sparkVersion", NewRun, ""},
		{"mode", NewRun, ""},
		{"proxyUser", NewRun, ""},
		{"image", NewRun, ""},
		{"imagePullPolicy", NewRun, ""},
		{"imagePullSecrets", NewRun, ""},
		{"mainClass", NewRun, ""},
		{"mainApplicationFile", NewRun, ""},
		{"arguments", NewRun, ""},
		{"sparkConf", NewRun, ""},
		{"hadoopConf", NewRun, ""},
		{"sparkConfigMap", NewRun, "the name; what is in the ConfigMap is not looked at"},
		{"hadoopConfigMap", NewRun, "the name; what is in the ConfigMap is not looked at"},
		{"volumes", NewRun, ""},
		{"driver", NewRun, ""},
		{"executor", NewRun, "running drivers have their executor template already"},
		{"deps", NewRun, ""},
		{"nodeSelector", NewRun, ""},
		{"pythonVersion", NewRun, ""},
		{"memoryOverheadFactor", NewRun, ""},
		{"monitoring", NewRun, ""},
		{"batchScheduler", NewRun, ""},
		{"batchSchedulerOptions", NewRun, ""},
		{"sparkUIOptions", NewRun, ""},
		{"driverIngressOptions", NewRun, ""},
		{"dynamicAllocation", NewRun, ""},
		{"driverPodDisruptionBudget", NewRun, ""},
	}
}

type hashedField struct {
	name  string
	index int
}

// hashed are the fields of the spec that SpecHash covers, with their place in the Go type.
var hashed = hashedFields()

func hashedFields() []hashedField {
	var fields []hashedField
	spec := reflect.TypeFor[v1beta2.SparkApplicationSpec]()
	for _, f := range Fields() {
		if f.Effect != NewRun {
			continue
		}
		for i := range spec.NumField() {
			if jsonName(spec.Field(i)) == f.Name {
				fields = append(fields, hashedField{f.Name, i})
			}
		}
	}
	return fields
}

func jsonName(field reflect.StructField) string {
	name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
	return name
}
