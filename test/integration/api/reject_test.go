// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package api

import (
	"cmp"
	"fmt"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// TestRejected gives one wrong value each to an application that is otherwise right.
func TestRejected(t *testing.T) {
	tests := map[string]struct {
		kind  string // SparkApplication unless set
		path  string
		value any // nil removes the field
		want  string
	}{
		"no type":                 {path: "spec.type", want: "spec.type: Required value"},
		"no Spark version":        {path: "spec.sparkVersion", want: "spec.sparkVersion: Required value"},
		"no main file":            {path: "spec.mainApplicationFile", want: "spec.mainApplicationFile: Required value"},
		"no driver":               {path: "spec.driver", want: "spec.driver: Required value"},
		"no executor":             {path: "spec.executor", want: "spec.executor: Required value"},
		"no spec":                 {path: "spec", want: "spec: Required value"},
		"a type Spark lacks":      {path: "spec.type", value: "Go", want: `spec.type: Unsupported value: "Go": supported values: "Java", "Python", "Scala", "R"`},
		"a mode Spark lacks":      {path: "spec.mode", value: "in-cluster-client", want: `spec.mode: Unsupported value: "in-cluster-client": supported values: "cluster", "client"`},
		"client mode":             {path: "spec.mode", value: "client", want: "spec.mode: Invalid value: \"client\": mode client would run the driver inside the operator and is refused; remove the field or set it to cluster"},
		"a restart policy":        {path: "spec.restartPolicy.type", value: "Sometimes", want: `spec.restartPolicy.type: Unsupported value: "Sometimes": supported values: "Never", "Always", "OnFailure"`},
		"negative retries":        {path: "spec.restartPolicy.onFailureRetries", value: int64(-1), want: "spec.restartPolicy.onFailureRetries: Invalid value: -1: spec.restartPolicy.onFailureRetries in body should be greater than or equal to 0"},
		"negative submit retries": {path: "spec.restartPolicy.onSubmissionFailureRetries", value: int64(-1), want: "should be greater than or equal to 0"},
		"no retry interval":       {path: "spec.restartPolicy.onFailureRetryInterval", value: int64(0), want: "should be greater than or equal to 1"},
		"no submit interval":      {path: "spec.restartPolicy.onSubmissionFailureRetryInterval", value: int64(0), want: "should be greater than or equal to 1"},
		"a version of Python":     {path: "spec.pythonVersion", value: "4", want: `spec.pythonVersion: Unsupported value: "4": supported values: "2", "3"`},
		"no cores":                {path: "spec.driver.cores", value: int64(0), want: "spec.driver.cores: Invalid value: 0: spec.driver.cores in body should be greater than or equal to 1"},
		"cores as a string":       {path: "spec.driver.cores", value: "1", want: `spec.driver.cores: Invalid value: "string": spec.driver.cores in body must be of type integer: "string"`},
		"no executors":            {path: "spec.executor.instances", value: int64(0), want: "spec.executor.instances in body should be greater than or equal to 1"},
		"a driver pod's name":     {path: "spec.driver.podName", value: "My_Driver", want: "spec.driver.podName: Invalid value: \"My_Driver\": spec.driver.podName in body should match"},
		"a long pod name":         {path: "spec.driver.podName", value: strings.Repeat("a", 254), want: "spec.driver.podName: Too long: may not be more than 253 bytes"},
		"a privileged port":       {path: "spec.monitoring.prometheus.port", value: int64(80), want: "spec.monitoring.prometheus.port in body should be greater than or equal to 1024"},
		"an ephemeral port":       {path: "spec.monitoring.prometheus.port", value: int64(50000), want: "spec.monitoring.prometheus.port in body should be less than or equal to 49151"},
		"half a secret":           {path: "spec.driver.secrets", value: []any{map[string]any{"name": "a"}}, want: "spec.driver.secrets[0].path: Required value"},
		"a node selector twice": {path: "spec.nodeSelector", value: map[string]any{"disktype": "ssd"},
			want: "spec.nodeSelector: Invalid value: nodeSelector cannot be combined with driver.nodeSelector or executor.nodeSelector; set it in one place"},
		"bounds the wrong way": {path: "spec.dynamicAllocation.minExecutors", value: int64(9),
			want: "spec.dynamicAllocation.minExecutors: Invalid value: minExecutors must not be greater than maxExecutors"},
		"an unknown field":           {path: "spec.driver.memroy", value: "1g", want: `unknown field "spec.driver.memroy"`},
		"an unknown container field": {path: "spec.driver.sidecars", value: []any{map[string]any{"name": "a", "imge": "b"}}, want: `unknown field "spec.driver.sidecars[0].imge"`},
		"a name with capitals":       {path: "metadata.name", value: "Pi", want: "metadata.name"},
		"a name with a digit first":  {path: "metadata.name", value: "1pi", want: "metadata.name must be at most 63 lower-case letters, digits and '-', start with a letter and end with a letter or digit"},
		"a name with a dot":          {path: "metadata.name", value: "a.b", want: "metadata.name must be at most 63 lower-case letters"},
		"a name of 64 letters":       {path: "metadata.name", value: strings.Repeat("a", 64), want: "metadata.name must be at most 63 lower-case letters"},

		"tolerations without end": {path: "spec.executor.tolerations", value: many(1001, func(int) any { return map[string]any{} }), want: "spec.executor.tolerations: Too many: 1001: must have at most 1000 items"},
		"sidecars without end":    {path: "spec.driver.sidecars", value: many(101, func(i int) any { return map[string]any{"name": fmt.Sprint("a", i)} }), want: "spec.driver.sidecars: Too many: 101: must have at most 100 items"},
		"properties without end":  {path: "spec.sparkConf", value: entries(10_001), want: "spec.sparkConf: Too many: 10001: must have at most 10000 items"},
		"labels without end":      {path: "spec.driver.labels", value: entries(10_001), want: "spec.driver.labels: Too many: 10001: must have at most 10000 items"},
		"arguments without end":   {path: "spec.arguments", value: many(20_001, func(int) any { return "a" }), want: "spec.arguments: Too many: 20001: must have at most 20000 items"},
		"arguments of a sidecar without end": {
			path: "spec.driver.sidecars", value: []any{map[string]any{"name": "a", "args": many(10_001, func(int) any { return "a" })}},
			want: "spec.driver.sidecars[0].args: Too many: 10001: must have at most 10000 items",
		},

		"a schedule without a time":     {kind: "ScheduledSparkApplication", path: "spec.schedule", want: "spec.schedule: Required value"},
		"a schedule without a template": {kind: "ScheduledSparkApplication", path: "spec.template", want: "spec.template: Required value"},
		"a schedule in client mode":     {kind: "ScheduledSparkApplication", path: "spec.template.mode", value: "client", want: "spec.template.mode: Invalid value: \"client\": mode client would run the driver inside the operator"},
		"a schedule with a long name":   {kind: "ScheduledSparkApplication", path: "metadata.name", value: strings.Repeat("a", 64), want: "metadata.name must be at most 63 lower-case letters"},

		"connect without a version":     {kind: "SparkConnect", path: "spec.sparkVersion", value: "", want: "spec.sparkVersion: Invalid value"},
		"connect without a server":      {kind: "SparkConnect", path: "spec.server", want: "spec.server: Required value"},
		"connect with less than none":   {kind: "SparkConnect", path: "spec.executor.instances", value: int64(-1), want: "should be greater than or equal to 0"},
		"connect with a long name":      {kind: "SparkConnect", path: "metadata.name", value: strings.Repeat("a", 57), want: "metadata.name must be at most 56 lower-case letters, digits and '-', start with a letter and end with a letter or digit"},
		"connect, bounds the wrong way": {kind: "SparkConnect", path: "spec.dynamicAllocation.minExecutors", value: int64(9), want: "minExecutors must not be greater than maxExecutors"},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			object := full(t, cmp.Or(tc.kind, "SparkApplication"))
			if tc.value == nil {
				unset(object, tc.path)
			} else {
				set(object, tc.path, tc.value)
			}
			err := api.Create(t.Context(), object)
			if err == nil {
				create(t, object)
				t.Fatal("accepted")
			}
			if !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error is\n%v\nwant it to contain\n%s", err, tc.want)
			}
		})
	}
}

// TestAccepted gives one unusual value each that the established operator's CRDs accept.
func TestAccepted(t *testing.T) {
	tests := map[string]struct {
		kind  string
		path  string
		value any
	}{
		"a name of 63 letters":          {kind: "SparkApplication", path: "metadata.name", value: strings.Repeat("a", 63)},
		"tolerations as many as may be": {kind: "SparkApplication", path: "spec.executor.tolerations", value: many(1000, func(int) any { return map[string]any{} })},
		"arguments as many as may be":   {kind: "SparkApplication", path: "spec.arguments", value: many(20_000, func(int) any { return "a" })},
		"a name of one letter":          {kind: "SparkApplication", path: "metadata.name", value: "a"},
		"a time to live below zero":     {kind: "SparkApplication", path: "spec.timeToLiveSeconds", value: int64(-1)},
		"an unknown type of secret":     {kind: "SparkApplication", path: "spec.driver.secrets", value: []any{map[string]any{"name": "a", "path": "/a", "secretType": "Vault"}}},
		"a pull policy as it comes":     {kind: "SparkApplication", path: "spec.imagePullPolicy", value: "ifnotpresent"},
		"a pod name with dots":          {kind: "SparkApplication", path: "spec.driver.podName", value: "a.b-c.1"},
		"an empty pod template":         {kind: "SparkApplication", path: "spec.driver.template", value: map[string]any{}},
		"a policy nobody knows":         {kind: "ScheduledSparkApplication", path: "spec.concurrencyPolicy", value: "Sometimes"},
		"a schedule of another grammar": {kind: "ScheduledSparkApplication", path: "spec.schedule", value: "TZ=UTC @every 90m"},
		"no executors":                  {kind: "SparkConnect", path: "spec.executor.instances", value: int64(0)},
		"connect, a name of 56 letters": {kind: "SparkConnect", path: "metadata.name", value: strings.Repeat("a", 56)},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			object := full(t, tc.kind)
			set(object, tc.path, tc.value)
			create(t, object)
		})
	}
}

// set puts a value at a path of JSON names.
func set(object *unstructured.Unstructured, path string, value any) {
	if err := unstructured.SetNestedField(object.Object, value, strings.Split(path, ".")...); err != nil {
		panic(err)
	}
}

// unset removes the value at a path of JSON names.
func unset(object *unstructured.Unstructured, path string) {
	unstructured.RemoveNestedField(object.Object, strings.Split(path, ".")...)
}
