// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package planning_test

import (
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/pkg/podmutation"
	"github.com/alauda/spark-operator/pkg/sparkconf"
)

// Memory is the same by field and by property and has a unit that JVMs read, and a number alone is MiB and warned of.
func TestMemoryIsReadAlikeByAll(t *testing.T) {
	for title, tc := range map[string]struct {
		version, driver, executor   string
		wantDriver, wantExecutor    string
		driverTotal, executorsTotal string
		warned                      bool
	}{
		"units of Spark":      {"4.0.1", "1g", "512m", "1g", "512m", "1408Mi", "896Mi", false},
		"no units":            {"4.0.1", "1024", "512", "1024m", "512m", "1408Mi", "896Mi", true},
		"longer units":        {"3.5.9", "1024mb", "512mb", "1024m", "512m", "1408Mi", "896Mi", false},
		"units of Kubernetes": {"4.2.1", "1Gi", "1536Mi", "1g", "1536m", "1408Mi", "1920Mi", false},
	} {
		for way, set := range map[string]func(*application){
			"field": func(app *application) { app.Spec.Driver.Memory, app.Spec.Executor.Memory = &tc.driver, &tc.executor },
			"property": func(app *application) {
				app.Spec.SparkConf = map[string]string{sparkconf.DriverMemory: tc.driver, sparkconf.ExecutorMemory: tc.executor}
			},
		} {
			t.Run(title+" by "+way, func(t *testing.T) {
				app := sparkPi(set)
				app.Spec.SparkVersion = tc.version
				examined := planning.Examine(app, field.NewPath("spec"), planning.Options{})
				if len(examined.Errors) > 0 {
					t.Fatal(examined.Errors)
				}
				if got := strings.Count(strings.Join(examined.Warnings, " "), "is read as MiB"); got != map[bool]int{true: 2}[tc.warned] {
					t.Errorf("warnings: %q", examined.Warnings)
				}
				conf := mustPlan(t, app, planning.Options{}).Conf()
				if got := conf.Get(sparkconf.DriverMemory); got != tc.wantDriver {
					t.Errorf("the driver is given %q, want %q", got, tc.wantDriver)
				}
				if got := conf.Get(sparkconf.ExecutorMemory); got != tc.wantExecutor {
					t.Errorf("executors are given %q, want %q", got, tc.wantExecutor)
				}
				pods := podsOf(t, app)
				for role, want := range map[podmutation.Role]string{podmutation.Driver: tc.driverTotal, podmutation.Executor: tc.executorsTotal} {
					if got := spark(pods[role], role).Resources.Requests[corev1.ResourceMemory]; got.Cmp(resource.MustParse(want)) != 0 {
						t.Errorf("%s requests %s, want %s", role, &got, want)
					}
				}
			})
		}
	}
}

// A limit of a template that is below what Spark requests is refused, as the API server would refuse the pod.
func TestTemplateLimitsBelowRequests(t *testing.T) {
	app := sparkPi(func(app *application) {
		app.Spec.Executor.Template = &corev1.PodTemplateSpec{}
		app.Spec.Executor.Template.Spec.Containers = []corev1.Container{{Name: "main", Resources: corev1.ResourceRequirements{
			Limits: corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("500m")},
		}}}
	})
	errs := planning.Examine(app, field.NewPath("spec"), planning.Options{}).Errors
	if len(errs) != 1 || errs[0].Field != "spec.executor" || !strings.Contains(errs[0].Detail, "the limit of CPU, 500m, must not be less than what is requested, 1") {
		t.Errorf("errors: %v", errs)
	}
	app.Spec.Executor.CoreRequest = new("500m")
	if errs := planning.Examine(app, field.NewPath("spec"), planning.Options{}).Errors; len(errs) > 0 {
		t.Errorf("with a lower request: %v", errs)
	}
}
