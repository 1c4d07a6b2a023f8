// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package submission

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/pkg/sparkconf"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// check returns what must not reach a submitter. The operator acts with rights that the application's author may not have,
// so each of these is refused even where admission was bypassed.
func check(app *v1beta2.SparkApplication) []Problem {
	var problems []Problem
	problems = append(problems, checkMode(app)...)
	problems = append(problems, checkArguments(app)...)
	problems = append(problems, checkSparkConf(app)...)
	problems = append(problems, checkNodeSelectors(app)...)
	problems = append(problems, checkRole("spec.driver", app.Namespace, &app.Spec.Driver.SparkPodSpec, sparklabels.ReservedDriver)...)
	problems = append(problems, checkRole("spec.executor", app.Namespace, &app.Spec.Executor.SparkPodSpec, sparklabels.ReservedExecutor)...)
	return append(problems, checkPodName(app)...)
}

func checkMode(app *v1beta2.SparkApplication) []Problem {
	if mode := app.Spec.Mode; mode != v1beta2.DeployModeCluster {
		return []Problem{{"spec.mode", string(mode), "it would run the driver inside the operator; set it to cluster"}}
	}
	return nil
}

// checkArguments refuses what could be taken for an option of spark-submit. Arguments of the application come after its
// file, where options end.
func checkArguments(app *v1beta2.SparkApplication) []Problem {
	var problems []Problem
	for _, field := range []struct {
		path  string
		value *string
	}{
		{"spec.mainApplicationFile", app.Spec.MainApplicationFile},
		{"spec.mainClass", app.Spec.MainClass},
		{"spec.proxyUser", app.Spec.ProxyUser},
	} {
		if strings.HasPrefix(valueOf(field.value), "-") {
			problems = append(problems, Problem{field.path, *field.value, "it must not begin with '-', which would make it an option of spark-submit"})
		}
	}
	if valueOf(app.Spec.MainApplicationFile) == "" {
		problems = append(problems, Problem{Field: "spec.mainApplicationFile", Fix: "it is required; name the jar, Python or R file to run"})
	}
	return problems
}

func checkSparkConf(app *v1beta2.SparkApplication) []Problem {
	var problems []Problem
	for _, key := range slices.Sorted(maps.Keys(app.Spec.SparkConf)) {
		value := app.Spec.SparkConf[key]
		err := sparkconf.CheckUserProperty(app.Namespace, key, value)
		if err == nil {
			continue
		}
		problem := Problem{Field: "spec.sparkConf[" + key + "]", Value: sparkconf.Redact(key, value), Fix: err.Error()}
		if denied, ok := errors.AsType[*sparkconf.DeniedError](err); ok {
			problem.Fix = denied.Error()
		}
		problems = append(problems, problem)
	}
	return problems
}

func checkNodeSelectors(app *v1beta2.SparkApplication) []Problem {
	if len(app.Spec.NodeSelector) > 0 && (len(app.Spec.Driver.NodeSelector) > 0 || len(app.Spec.Executor.NodeSelector) > 0) {
		return []Problem{{Field: "spec.nodeSelector", Fix: "it cannot be combined with the driver's or executor's nodeSelector; set it in one place"}}
	}
	return nil
}

// checkRole looks at what driver and executor have in common.
func checkRole(path, namespace string, pod *v1beta2.SparkPodSpec, reserved func(string) bool) []Problem {
	var problems []Problem
	for _, label := range slices.Sorted(maps.Keys(pod.Labels)) {
		if reserved(label) {
			problems = append(problems, Problem{path + ".labels[" + label + "]", pod.Labels[label], "the label is reserved for Spark; remove it"})
		}
	}
	if pod.Template != nil && pod.Template.Namespace != "" && pod.Template.Namespace != namespace {
		problems = append(problems, Problem{path + ".template.metadata.namespace", pod.Template.Namespace,
			fmt.Sprintf("pods run in the application's namespace %q; remove it", namespace)})
	}
	return problems
}

func checkPodName(app *v1beta2.SparkApplication) []Problem {
	field, name := "spec.driver.podName", valueOf(app.Spec.Driver.PodName)
	if name == "" {
		field, name = "spec.sparkConf["+sparkconf.DriverPodName+"]", app.Spec.SparkConf[sparkconf.DriverPodName]
	}
	if name == "" {
		return nil
	}
	if reasons := validation.IsDNS1123Subdomain(name); len(reasons) > 0 {
		return []Problem{{field, name, "it is no name of a pod: " + strings.Join(reasons, ", ")}}
	}
	return nil
}

// volumeOf returns the application's volume of the name.
func volumeOf(app *v1beta2.SparkApplication, name string) *corev1.Volume {
	for i := range app.Spec.Volumes {
		if app.Spec.Volumes[i].Name == name {
			return &app.Spec.Volumes[i]
		}
	}
	return nil
}
