// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package planning_test

import (
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"

	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/pkg/sparkconf"
)

// templated makes both roles of an application start from a template with the containers, and look in it for the one of
// the name.
func templated(name string, containers ...string) func(*application) {
	return func(app *application) {
		template := &corev1.PodTemplateSpec{}
		for _, container := range containers {
			template.Spec.Containers = append(template.Spec.Containers, corev1.Container{Name: container, Image: "busybox"})
		}
		app.Spec.Driver.Template, app.Spec.Executor.Template = template, template.DeepCopy()
		if name != "" {
			app.Spec.SparkConf = map[string]string{
				sparkconf.DriverPodTemplateContainer: name, sparkconf.ExecutorPodTemplateContainer: name,
			}
		}
	}
}

// Spark runs in the container of a template that the property names, else in the one of its usual name, else in the
// first; the fields of the application are about that one.
func TestSparksContainerOfATemplate(t *testing.T) {
	for title, tc := range map[string]struct {
		name       string
		containers []string
		driver     string
		executor   string
	}{
		"named by the property":                    {"main", []string{"logger", "main"}, "main", "main"},
		"named by the property beside a usual one": {"main", []string{"spark-kubernetes-driver", "spark-kubernetes-executor", "main"}, "main", "main"},
		"the property names none":                  {"other", []string{"logger", "main"}, "logger", "logger"},
		"the usual name":                           {"", []string{"logger", "spark-kubernetes-driver", "spark-kubernetes-executor"}, "spark-kubernetes-driver", "spark-kubernetes-executor"},
		"no usual name":                            {"", []string{"main", "logger"}, "main", "main"},
		"a usual name of old":                      {"", []string{"logger", "executor"}, "logger", "logger"},
	} {
		t.Run(title, func(t *testing.T) {
			app := sparkPi(templated(tc.name, tc.containers...))
			app.Spec.Driver.Env = []corev1.EnvVar{{Name: "MINE", Value: "yes"}}
			app.Spec.Executor.Env = app.Spec.Driver.Env
			plan := mustPlan(t, app, planning.Options{})
			objects, err := plan.Render()
			if err != nil {
				t.Fatal(err)
			}
			executor, err := plan.Executor(objects)
			if err != nil {
				t.Fatal(err)
			}
			for _, of := range []struct {
				pod  *corev1.Pod
				name string
			}{{objects.Driver, tc.driver}, {executor, tc.executor}} {
				pod := of.pod
				for _, container := range pod.Spec.Containers {
					sparks := container.Name == of.name
					if got := container.Image == "spark:4.0.1"; got != sparks {
						t.Errorf("%s: Spark runs in %s: %t, want %t", pod.Name, container.Name, got, sparks)
					}
					if got := has(container.Env, "MINE"); got != sparks {
						t.Errorf("%s: the field env is of %s: %t, want %t", pod.Name, container.Name, got, sparks)
					}
				}
			}
			ofName := func(warning string) bool { return strings.Contains(warning, "podTemplateContainerName]: ") }
			if got := slices.ContainsFunc(plan.Warnings(), ofName); got != (tc.name == "other") {
				t.Errorf("warnings: %v", plan.Warnings())
			}
		})
	}
}

func has(variables []corev1.EnvVar, name string) bool {
	for i := range variables {
		if variables[i].Name == name {
			return true
		}
	}
	return false
}
