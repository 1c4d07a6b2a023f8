// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package planning_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/pkg/podmutation"
	"github.com/alauda/spark-operator/pkg/sparkconf"
)

// places are where an author can set a variable, the weakest first.
var places = []struct {
	name string
	set  func(app *application, pod *v1beta2.SparkPodSpec, conf [2]string)
}{
	{"template", func(_ *application, pod *v1beta2.SparkPodSpec, _ [2]string) {
		pod.Template = &corev1.PodTemplateSpec{}
		pod.Template.Spec.Containers = []corev1.Container{{Name: "main", Env: []corev1.EnvVar{{Name: "MINE", Value: "template"}}}}
	}},
	{"property", func(app *application, _ *v1beta2.SparkPodSpec, conf [2]string) {
		app.Spec.SparkConf[conf[0]+"MINE"] = "property"
	}},
	{"envVars", func(_ *application, pod *v1beta2.SparkPodSpec, _ [2]string) {
		pod.EnvVars = map[string]string{"MINE": "envVars"}
	}},
	{"secret property", func(app *application, _ *v1beta2.SparkPodSpec, conf [2]string) {
		app.Spec.SparkConf[conf[1]+"MINE"] = "property:key"
	}},
	{"envSecretKeyRefs", func(_ *application, pod *v1beta2.SparkPodSpec, _ [2]string) {
		pod.EnvSecretKeyRefs = map[string]v1beta2.NameKey{"MINE": {Name: "envSecretKeyRefs", Key: "key"}}
	}},
	{"env", func(_ *application, pod *v1beta2.SparkPodSpec, _ [2]string) {
		pod.Env = append(pod.Env, corev1.EnvVar{Name: "MINE", Value: "env"})
	}},
}

// A variable is always once in a pod, with the value of the strongest of the places where its author set it.
func TestAVariableIsAlwaysOnceInAPod(t *testing.T) {
	for set := 1; set < 1<<len(places); set++ {
		t.Run(fmt.Sprintf("%06b", set), func(t *testing.T) {
			app := sparkPi()
			app.Spec.SparkConf = map[string]string{}
			strongest := ""
			for i, place := range places {
				if set&(1<<i) != 0 {
					place.set(app, &app.Spec.Driver.SparkPodSpec, [2]string{sparkconf.DriverEnvPrefix, sparkconf.DriverSecretKeyRefPrefix})
					place.set(app, &app.Spec.Executor.SparkPodSpec, [2]string{sparkconf.ExecutorEnvPrefix, sparkconf.ExecutorSecretKeyRefPrefix})
					strongest = place.name
				}
			}
			for role, pod := range podsOf(t, app) {
				expectVariable(t, string(role), spark(pod, role).Env, strongest)
			}
			plan := mustPlan(t, app, planning.Options{})
			for role, template := range map[podmutation.Role]func() (*corev1.Pod, error){
				podmutation.Driver: plan.DriverTemplate, podmutation.Executor: plan.ExecutorTemplate,
			} {
				pod, err := template()
				if err != nil {
					t.Fatal(err)
				}
				places := 0
				for _, variable := range spark(pod, role).Env {
					if variable.Name == "MINE" {
						places++
					}
				}
				prefixes := []string{sparkconf.DriverEnvPrefix, sparkconf.DriverSecretKeyRefPrefix}
				if role == podmutation.Executor {
					prefixes = []string{sparkconf.ExecutorEnvPrefix, sparkconf.ExecutorSecretKeyRefPrefix}
				}
				for _, prefix := range prefixes {
					if plan.Conf().Contains(prefix + "MINE") {
						places++
					}
				}
				if places != 1 {
					t.Errorf("spark-submit makes the %s name the variable %d times", role, places)
				}
			}
		})
	}
}

func expectVariable(t *testing.T, role string, variables []corev1.EnvVar, strongest string) {
	t.Helper()
	var got []string
	for _, variable := range variables {
		switch {
		case variable.Name != "MINE":
		case variable.ValueFrom != nil:
			got = append(got, "secret "+variable.ValueFrom.SecretKeyRef.Name)
		default:
			got = append(got, variable.Value)
		}
	}
	want := strongest
	switch strongest {
	case "secret property":
		want = "secret property"
	case "envSecretKeyRefs":
		want = "secret envSecretKeyRefs"
	}
	if diff := cmp.Diff([]string{want}, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", role, diff)
	}
}

// A variable of a template that another one refers to comes before that one, whatever properties say.
func TestVariablesThatOthersReferToStay(t *testing.T) {
	app := sparkPi(bothRoles(func(pod *v1beta2.SparkPodSpec) {
		pod.Template = &corev1.PodTemplateSpec{}
		pod.Template.Spec.Containers = []corev1.Container{{Name: "main", Env: []corev1.EnvVar{{Name: "A", Value: "a"}, {Name: "B", Value: "$(A)/b"}}}}
	}))
	app.Spec.SparkConf = map[string]string{sparkconf.DriverEnvPrefix + "A": "property", sparkconf.ExecutorEnvPrefix + "A": "property"}
	for role, pod := range podsOf(t, app) {
		if env := spark(pod, role).Env; env[0].Name != "A" || env[0].Value != "a" || env[1].Name != "B" {
			t.Errorf("%s: %v", role, env)
		}
	}
}
